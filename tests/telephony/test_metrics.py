"""/metrics: well-formed, complete, without anything of a caller in it, and read by those who may."""

import re
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from telephony.errors import ConfigError
from telephony.events import AttemptEnded, BargedIn, CallEnded, Entry, Heard, NoRoom, Problem
from telephony.journal import Record
from telephony.lateness import ALARM_EVERY_SECONDS, BOUNDS_MS, Lateness, LoopClock
from telephony.metrics import CallMetrics
from telephony.metrics_access import may_read
from telephony.settings import parse
from telephony.sim.script import Key
from telephony.sim.socket import InMemory
from tests.sim.house import PUBLIC_URL
from tests.sim.virtual import Town, play

DOC = Path(__file__).parents[2] / "docs" / "metrics.md"
NETWORKS = ("127.0.0.0/8", "::1/128")
NUMBER = "+12025550143"


def test_what_a_service_tells_is_well_formed_and_holds_nothing_of_the_caller(tmp_path: Path) -> None:
    async def story(town: Town) -> str:
        call = town.ring(Key("1", after_prompt=True), number=NUMBER, stays_ms=20_000)
        await call.over()
        return await town.metrics()

    text = play(story, tmp_path, lines=["what is my balance"])
    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert {family.type for family in families.values()} <= {"counter", "gauge", "histogram"}
    assert all(family.documentation for family in families.values())
    assert {sample.value for sample in families["warmline_calls"].samples} == {0.0}
    assert [s.labels["outcome"] for s in families["warmline_calls_ended"].samples if s.name.endswith("_total")]
    labels = [
        value
        for family in families.values()
        for sample in family.samples
        for label, value in sample.labels.items()
        if label != "le"
    ]
    assert not [value for value in labels if re.search(r"\d{4,}", value)]
    assert NUMBER not in text


def test_the_page_lists_every_metric_and_no_other(tmp_path: Path) -> None:
    async def story(town: Town) -> str:
        return await town.metrics()

    families = {family.name for family in text_string_to_metric_families(play(story, tmp_path))}
    told = {name for name in families if name.startswith("warmline_") and not name.endswith("_created")}
    listed = set(re.findall(r"^\| `(warmline_\w+)`", DOC.read_text(encoding="utf-8"), flags=re.MULTILINE))
    only_with_asterisk = {name for name in listed if name.startswith("warmline_asterisk_")}
    assert told == listed - only_with_asterisk


def counted(*entries: Entry) -> dict[str, float]:
    registry = CollectorRegistry()
    metrics = CallMetrics(registry)
    for number, entry in enumerate(entries):
        metrics.hear(Record("c", number + 1, 0, 0.0, entry))
    families = text_string_to_metric_families(generate_latest(registry).decode())
    return {f"{s.name}{sorted(s.labels.values())}": s.value for family in families for s in family.samples}


def test_calls_are_counted_by_how_they_ended() -> None:
    found = counted(CallEnded("solved", "caller", "hung_up", 42.0), CallEnded("solved", "caller", "hung_up", 400.0))
    assert found["warmline_calls_ended_total['caller', 'solved']"] == 2
    assert found["warmline_call_seconds_bucket['60.0']"] == 1


def test_a_refused_call_has_its_reason() -> None:
    assert counted(NoRoom("final_p95"))["warmline_admissions_refused_total['final_p95']"] == 1


def test_the_recogniser_that_heard_last_is_shown() -> None:
    def by(engine: str) -> Heard:
        return Heard(1, "caller", "hello", 0.9, 0, 500, engine)

    found = counted(by("whisper-cuda"), by("whisper"), by("none"))
    assert found["warmline_recogniser['whisper-cuda']"] == 0
    assert found["warmline_recogniser['whisper']"] == 1
    assert found["warmline_utterances_total['caller', 'whisper', 'yes']"] == 1


def test_what_was_not_believed_is_counted_by_guard() -> None:
    found = counted(Heard(1, "caller", "", 0.0, 0, 500, "whisper", "loop"))
    assert found["warmline_refusals_total['loop']"] == 1
    assert found["warmline_utterances_total['caller', 'no', 'whisper']"] == 1


def test_stages_count_from_the_trigger() -> None:
    clock = {"trigger": 1000, "told": 1400, "ring": 1900, "answer": None, "over": 9000}
    found = counted(
        AttemptEnded("h", "a", "ana", "no_answer", None, None, clock), BargedIn("x", 3), Problem("line", "y")
    )
    assert found["warmline_handoff_stage_seconds_sum['ring']"] == pytest.approx(0.9)
    assert "warmline_handoff_stage_seconds_sum['answer']" not in found
    assert found["warmline_handoff_attempts_total['no_answer']"] == 1
    assert found["warmline_problems_total['line']"] == 1


# --- who may read -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("client", ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"])
def test_this_machine_may_read(client: str) -> None:
    assert may_read(client, {}, networks=NETWORKS, token=None)


@pytest.mark.parametrize("client", ["10.0.0.1", "203.0.113.9", "2001:db8::1", "nonsense", "", None])
def test_nobody_else_may(client: str | None) -> None:
    assert not may_read(client, {}, networks=NETWORKS, token=None)


@pytest.mark.parametrize("header", ["forwarded", "x-forwarded-for", "x-real-ip", "via"])
def test_nor_somebody_behind_a_proxy_on_this_machine(header: str) -> None:
    assert not may_read("127.0.0.1", {header: "203.0.113.9"}, networks=NETWORKS, token=None)


def test_a_network_of_the_settings_may() -> None:
    assert may_read("10.1.2.3", {}, networks=("10.1.0.0/16",), token=None)


def test_the_token_opens_from_everywhere_and_nothing_like_it_does() -> None:
    def with_token(shown: str) -> bool:
        headers = {"authorization": shown, "x-forwarded-for": "x"}
        return may_read("203.0.113.9", headers, networks=NETWORKS, token="s3cret")

    assert with_token("Bearer s3cret")
    assert not [shown for shown in ("Bearer s3cre", "Bearer ", "s3cret", "Basic s3cret", "") if with_token(shown)]


def test_an_unset_token_opens_nothing() -> None:
    assert not may_read("203.0.113.9", {"authorization": "Bearer "}, networks=NETWORKS, token=None)


def test_the_service_keeps_its_door(tmp_path: Path) -> None:
    async def story(town: Town) -> int:
        proxied = {"X-Forwarded-For": "203.0.113.9"}
        return (await InMemory(town.service.app).request("GET", PUBLIC_URL + "/metrics", "", proxied)).status

    assert play(story, tmp_path) == 403


def test_a_network_that_is_none_is_refused_with_its_key() -> None:
    with pytest.raises(ConfigError, match=r"\[metrics.networks\] 0: a network such as 10.1.0.0/16, or an address,"):
        parse({"metrics": {"networks": ["here"]}}, origin="warmline.toml")


# --- lateness ---------------------------------------------------------------------------------------------------------


def test_lateness_is_counted_by_bucket_and_never_below_zero() -> None:
    late = Lateness()
    for value in (-3.0, 0.5, 1.0, 19.0, 5000.0):
        late.was(value)
    assert late.counts[BOUNDS_MS.index(1.0)] == 3
    assert late.counts[BOUNDS_MS.index(20.0)] == 1
    assert late.counts[-1] == 1
    assert (late.n, late.sum_ms, late.p99_ms) == (5, 5020.5, 5000.0)


def test_a_loop_that_is_held_up_says_so_once_and_not_each_time(caplog: pytest.LogCaptureFixture) -> None:
    clock = LoopClock()
    for now in (0.0, 1.0, 2.0, ALARM_EVERY_SECONDS + 1):
        clock.ticked(80.0, now)
    clock.ticked(40.0, 100.0)
    assert [record.getMessage() for record in caplog.records] == [
        "event loop: a tick on time expected, it came 80 ms late (1 since the last such line)",
        "event loop: a tick on time expected, it came 80 ms late (3 since the last such line)",
    ]
