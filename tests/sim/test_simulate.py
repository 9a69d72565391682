"""`warmline simulate twilio` against a real service on real sockets, and what it says of wrong words."""

import asyncio
import socket
from pathlib import Path

import pytest

from telephony.agents.agent import Presence
from telephony.assembly.world import World
from telephony.errors import ConfigError
from telephony.service import open_service
from telephony.settings import Settings, load
from telephony.sim.behaviours import BEHAVIOURS
from telephony.sim.cast import Cast
from telephony.sim.leaving import Leaving, Stage
from telephony.sim.script import HangUp, Key, SpeakAfterPrompt, Wait
from telephony.sim.serving import listen, serving
from telephony.sim.simulate import plan, simulate
from telephony.sim.troubles import TROUBLES
from tests.sim.house import CONFIG, TOKEN, TOKEN_VARIABLE, changed, records_in, twilio
from tests.sim.little_service import tone

ANA = "+12025550201"
IMPATIENT = Cast(
    "impatient", "+12025550166", (Wait(1000), Key("0"), SpeakAfterPrompt(tone(400, 300)), Wait(30_000), HangUp()), (),
    {}, 0, {},
)  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settings_of(folder: Path, **twilio_keys: object) -> Settings:
    agent = {"id": "ana", "name": "Ana", "skills": ["general", "cards", "complaints"], "line": "twilio", "address": ANA}
    port = free_port()
    return changed(
        load(CONFIG), records_in(folder), twilio(),
        {"agents": [agent], "service": {"port": port, "public_url": f"http://127.0.0.1:{port}"},
         "lines": {"twilio": {"api_url": f"http://127.0.0.1:{free_port()}", **twilio_keys}}},
    )  # fmt: skip


async def test_a_caller_who_wants_a_person_gets_the_agent_on_the_simulated_telephone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    settings = settings_of(tmp_path)
    planned = plan([IMPATIENT], agents=["ana=hangs-up-once-joined"], troubles=["rest-429"])
    async with open_service(settings, World(bank=":memory:")) as service:
        switchboard = asyncio.create_task(service.switchboard.serve())
        service.staff.roster.set("ana", Presence.AVAILABLE, 0)
        async with serving(service.app, listen(settings.service.port)), asyncio.timeout(120):
            told = await simulate(settings, planned, lambda line: None)
        switchboard.cancel()
        await asyncio.wait({switchboard})
    timeline = [f"{line.who}: {line.what}" for line in told.lines]
    assert told.violations == ()
    assert "caller impatient: presses 0" in timeline
    assert [line for line in timeline if line.startswith("REST: POST Calls.json")] == [
        "REST: POST Calls.json: 429", "REST: POST Calls.json: 429", "REST: POST Calls.json: 201",
    ]  # fmt: skip
    assert "agent ana: is in-progress" in timeline
    assert "agent ana: presses 1" in timeline
    assert timeline.index("agent ana: is ringing") < timeline.index("agent ana: is in-progress")


async def test_without_a_running_service_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    with pytest.raises(ConfigError, match="a running service expected"):
        await simulate(settings_of(tmp_path), plan([IMPATIENT]), lambda line: None)


async def test_it_rings_nobody_whose_requests_would_go_to_the_real_carrier(tmp_path: Path) -> None:
    for api_url in ("", "https://api.twilio.com"):
        with pytest.raises(ConfigError, match="api_url: an address of this machine"):
            await simulate(settings_of(tmp_path, api_url=api_url), plan([IMPATIENT]), lambda line: None)


def test_the_stand_in_listens_on_this_machine_alone() -> None:
    with listen(0) as at:
        assert at.getsockname()[0] == "127.0.0.1"


async def test_without_the_token_it_says_which_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    with pytest.raises(ConfigError, match=TOKEN_VARIABLE):
        await simulate(settings_of(tmp_path), plan([IMPATIENT]), lambda line: None)


class TestPlan:
    def test_agents_by_id_or_all_at_once(self) -> None:
        assert plan([], agents=["busy", "ana=voicemail"]).agents == {"all": "busy", "ana": "voicemail"}

    @pytest.mark.parametrize(("words", "leaves"), [
        ("joined:2.5", Leaving(Stage.JOINED, 2500)), ("answered", Leaving(Stage.ANSWERED, 0)), (None, None),
    ])  # fmt: skip
    def test_when_the_caller_leaves(self, words: str | None, leaves: Leaving | None) -> None:
        assert plan([], leaves=words).leaves == leaves
        assert plan([], leaves="ringing").gives_up

    @pytest.mark.parametrize("wrong", [
        {"agents": ["ana=asleep"]}, {"troubles": ["flood"]}, {"leaves": "later"}, {"leaves": "joined:soon"},
        {"fallback": Path("nowhere.xml")},
    ])  # fmt: skip
    def test_a_wrong_word_is_answered_with_the_right_ones(self, wrong: dict) -> None:
        with pytest.raises(ConfigError, match="expected, got"):
            plan([], **wrong)

    @pytest.mark.parametrize("name", sorted(BEHAVIOURS))
    def test_every_behaviour_is_a_telephone(self, name: str) -> None:
        assert BEHAVIOURS[name]().ring_seconds >= 0

    def test_every_trouble_is_explained(self) -> None:
        assert all(words for words, _ in TROUBLES.values())
