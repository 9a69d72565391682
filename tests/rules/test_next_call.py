"""What is published, or gone back to, answers the next call: written down first, and whole or not at all."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from telephony.access.audit import Outcome
from telephony.assembly.changing_rules import open_rules
from telephony.assembly.ruling import Ruling
from telephony.errors import RecordError
from telephony.published import publish, rule_set, write
from telephony.published.learned import LearnedFolder
from telephony.reviews.changes import State
from telephony.rules.change import Standing
from telephony.rules.errors import NotChanged
from telephony.service import published
from telephony.settings import load
from tests.rules.bench import FIGURES, KIM, SAM, Bench, changed, figures, to_nowhere, waits_for
from tests.rules.test_room import LATER
from tests.sim.story import business
from voice.dialogue.business import Business
from voice.dialogue.learned import Learned, Mode


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def test_rules_go_back_for_the_next_call_too(bench: Bench) -> None:
    one = await bench.tried(SAM)
    await bench.room.sign(KIM, one.id)
    await bench.room.roll_back(SAM, one.base, "callers were lost")
    assert (bench.ruling.rules, bench.silences) == (one.base, 2)
    assert publish(bench.business, bench.records).rules.hash == one.base


async def test_rules_that_do_not_load_any_more_are_refused_with_words_and_those_of_before_go_on(bench: Bench) -> None:
    one = await bench.tried(SAM, edit=to_nowhere)
    before, on_disk = bench.ruling.business, sorted(bench.records.rglob("*"))
    with pytest.raises(
        NotChanged, match=r"cannot run, so those of before go on: scope\.toml: \[complaint\] queue: one of"
    ):
        await bench.room.sign(KIM, one.id)
    assert bench.ruling.business is before
    assert bench.ruling.alarm, "nothing has changed"
    assert (await bench.base(), sorted(bench.records.rglob("*"))) == (one.base, on_disk)
    assert (await bench.seen(one.id)).standing is Standing.TRIED
    assert bench.book.notes[-1][:3] == ("kim", "rules.signed", Outcome.FAILED)


async def test_an_accepted_set_that_does_not_load_any_more_cannot_be_gone_back_to(bench: Bench, tmp_path: Path) -> None:
    _, old = await bench.folder.upcoming()
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "escalation.toml").write_text(old.escalation, "utf-8")
    (broken / "scope.toml").write_text(to_nowhere(old).scope, "utf-8")
    rules, before = rule_set(broken), bench.ruling.rules
    write(bench.records / "rules" / rules.hash, rules, against=before, figures=figures(FIGURES), now=LATER)
    with pytest.raises(NotChanged, match="cannot run"):
        await bench.room.roll_back(SAM, rules.hash, "in a hurry")
    assert (bench.ruling.rules, await bench.base()) == (before, before)
    assert bench.book.notes[-1][:3] == ("sam", "rules.rolled_back", Outcome.FAILED)


async def test_what_cannot_be_written_down_does_not_answer_either(bench: Bench) -> None:
    one = await bench.tried(SAM)
    (bench.records / "rules" / "chosen.part").mkdir()
    with pytest.raises(RecordError, match="rules that can be read and kept expected"):
        await bench.room.sign(KIM, one.id)
    assert (bench.ruling.rules, await bench.base()) == (one.base, one.base)


async def test_two_changes_signed_at_once_leave_one_at_work_and_the_other_stale(bench: Bench) -> None:
    first, second = await bench.tried(SAM, silences=3), await bench.tried(KIM, silences=4)
    signing = (bench.room.sign(KIM, first.id), bench.room.sign(SAM, second.id))
    signed, refused = await asyncio.gather(*signing, return_exceptions=True)
    assert isinstance(refused, NotChanged)
    assert "Other rules were published meanwhile" in str(refused)
    assert not isinstance(signed, BaseException)
    assert (bench.ruling.rules, bench.silences, await bench.base()) == (first.hash, 3, first.hash)


async def test_a_signer_who_leaves_in_the_middle_leaves_no_half_of_it(bench: Bench) -> None:
    """As at the end of the service, too: the room closes once the signature is whole."""
    one = await bench.tried(SAM)
    signing = asyncio.create_task(bench.room.sign(KIM, one.id))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    signing.cancel()
    await bench.room.close()
    assert signing.cancelled()
    assert (bench.ruling.rules, await bench.base()) == (one.hash, one.hash)
    assert (await bench.seen(one.id)).standing is Standing.PUBLISHED
    assert bench.book.done[-1] == ("kim", "rules.signed")


async def test_what_answered_last_goes_on_when_somebody_edits_the_configuration(bench: Bench) -> None:
    """Not what was there at the last start."""
    one = await bench.tried(SAM)
    await bench.room.sign(KIM, one.id)
    _, old = await bench.folder.upcoming()
    (bench.business / "escalation.toml").write_text(changed(old, 6).escalation, "utf-8")
    started = publish(bench.business, bench.records)
    assert (started.rules.hash, "not published" in started.alarm) == (one.hash, True)


async def test_a_set_accepted_at_the_terminal_waits_for_a_start_or_for_somebody_who_lets_it_answer(
    bench: Bench,
) -> None:
    _, old = await bench.folder.upcoming()
    (bench.business / "escalation.toml").write_text(changed(old, 6).escalation, "utf-8")
    own, before = rule_set(bench.business), bench.ruling.rules
    write(bench.records / "rules" / own.hash, own, against=before, figures=figures(FIGURES), now=LATER)
    found = await bench.room.overview(SAM)
    assert (found.runs, found.upcoming) == (before, own.hash)
    await bench.room.roll_back(SAM, own.hash, "no need to wait")
    found = await bench.room.overview(SAM)
    assert (found.runs, found.upcoming, bench.silences) == (own.hash, own.hash, 6)
    with pytest.raises(NotChanged, match="published ones already"):
        await bench.room.roll_back(SAM, own.hash, "again")


# --- what answers, and who hears of it --------------------------------------------------------------------------------


def with_mode(known: Business, intent: str, mode: Mode) -> Business:
    return replace(known, scope={**known.scope, intent: replace(known.scope[intent], mode=mode)})


def test_a_call_keeps_what_it_began_with() -> None:
    ruling = Ruling(business(), "old")
    call = ruling.business
    ruling.swap(with_mode(business(), "transfer", "person"), "new")
    assert call.scope["transfer"].mode == "automatic"
    assert (ruling.rules, ruling.business.scope["transfer"].mode) == ("new", "person")


@pytest.mark.parametrize(
    ("published", "answers"), [("automatic", "approval"), ("approval", "approval"), ("person", "person")]
)
def test_what_slid_back_stays_down_unless_what_is_published_is_stricter(published: Mode, answers: Mode) -> None:
    ruling = Ruling(business(), "old")
    ruling.lower("transfer", "approval")
    assert ruling.business.scope["transfer"].mode == "approval"
    ruling.swap(with_mode(business(), "transfer", published), "new")
    assert ruling.business.scope["transfer"].mode == answers


def test_an_alarm_about_the_rules_goes_once_people_have_chosen_some_and_not_when_an_intent_slides_back() -> None:
    ruling = Ruling(business(), "old", "The escalation rules are not published.")
    heard: list[str] = []
    ruling.follow(lambda _: heard.append(ruling.alarm))
    ruling.lower("transfer", "approval")
    ruling.swap(business(), "new")
    assert heard == ["The escalation rules are not published.", ""]


def test_rules_are_swapped_as_a_start_would_have_them(bench: Bench) -> None:
    """Also by name: what `CallAnswered` says of a configuration is the same before and after a restart."""
    own = rule_set(bench.business)
    (bench.business / "scope.toml").write_text(
        (bench.business / "scope.toml").read_text("utf-8") + "\n# other", "utf-8"
    )
    swapped = rule_set(bench.business).over(bench.ruling.business)
    started = own.business(bench.business)
    assert (swapped.version, swapped.scope, swapped.rules) == (started.version, started.scope, started.rules)
    assert (swapped.costs, swapped.worth, swapped.early) == (started.costs, started.worth, started.early)
    assert swapped.version != bench.ruling.business.version


async def test_a_set_answers_with_what_was_learned_by_the_start_and_what_was_learned_since_waits(
    bench: Bench, tmp_path: Path
) -> None:
    """Through the room that the service opens."""
    settings = load(bench.business)
    service = settings.service.model_copy(update={"records_folder": bench.records, "models_folder": tmp_path})
    settings = settings.model_copy(update={"service": service})
    folder, modes = LearnedFolder(bench.records), {"transfer": "person"}
    bases = {"transfer": "automatic", "balance": "automatic"}
    folder.publish(replace(State(), learned=Learned(1, modes=modes, bases=bases)))
    world = published(settings)
    folder.publish(replace(State(), learned=Learned(2, modes={**modes, "balance": "person"}, bases=bases)))
    ruling = Ruling(world.business(settings.business.folder), world.rules, world.alarm)
    one = await bench.tried(SAM)
    async with AsyncExitStack() as stack:
        room = await open_rules(settings, world, ruling, bench.book, stack)
        assert room is not None
        await room.sign(KIM, one.id)
    scope = ruling.business.scope
    assert (ruling.rules, waits_for(ruling.business)) == (one.hash, 3)
    assert (scope["transfer"].mode, scope["balance"].mode) == ("person", "automatic")
    assert ruling.business.version.endswith("+1")
