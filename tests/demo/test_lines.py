"""The demo's lines: the same transfer is played on each of them, over real sockets and in real time."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from models.engines import EngineFactory
from models.inference import InlinePool
from telephony import events as e
from telephony.assembly.world import World
from telephony.demo.lines import LINES
from telephony.demo.run import run_demo
from telephony.demo.stage import Played, open_stage
from telephony.errors import ConfigError
from telephony.records.store import InlineKeeper
from telephony.settings import load
from telephony.sim.agent import accepts
from telephony.sim.cast import Cast
from telephony.sim.fixture import WrapUp
from telephony.sim.script import BargeIn, HangUp, Key, Speak, Wait
from telephony.sim.serving import listen
from telephony.stages import STAGES
from tests.sim.house import CONFIG
from tests.sim.sounds import tone
from voice.audio import RATE, silence
from voice.listening import Listening
from voice.pipeline.recognise import ENGINE
from voice.stt.scripted import ScriptedRecogniser
from voice.tts import scripted

AGENT_HZ = 1200
ACCEPTED_BY = {"twilio": "key", "asterisk": "key", "webrtc": "screen"}
QUICK = scripted.open(scripted.Settings(ms_per_character=10))
WANTS_A_PERSON = Cast(
    "transfer",
    "+12025550112",
    first=(BargeIn(silence(0), 500, 5000), Key("0")),
    second=(Wait(2500), HangUp()),
    agents={"ben": accepts(Wait(500), Speak(tone(AGENT_HZ, 1000)), ring_seconds=0.2)},
    stays_ms=10_000,
    wraps_up={"ben": WrapUp("follow_up", "Seen to.")},
)


async def transfer(line: str, folder: Path) -> Played:
    world = World(
        keeper=InlineKeeper(),
        open_pool=lambda factories, settings: InlinePool(
            {ENGINE: EngineFactory(lambda: Listening(ScriptedRecogniser([])), shared=True)}
        ),
        wrap_voice=lambda inner: QUICK,
        bank=":memory:",
    )
    async with open_stage(load(CONFIG), LINES[line], world, folder=folder, with_agents=True) as stage:
        return await stage.play(WANTS_A_PERSON)


@pytest.fixture(params=LINES)
async def played(request: pytest.FixtureRequest, tmp_path: Path) -> Played:
    return await transfer(request.param, tmp_path)


def test_a_caller_is_brought_to_the_agent_and_the_stage_clock_is_whole(played: Played) -> None:
    (over,) = [record.entry for record in played.records if isinstance(record.entry, e.AttemptEnded)]
    (offered,) = [record.entry for record in played.records if isinstance(record.entry, e.CallOffered)]
    assert (over.agent, over.outcome, over.accepted_by) == ("ben", "bridged", ACCEPTED_BY[offered.line])
    assert set(STAGES) <= set(over.clock)
    assert heard_hz(played) == pytest.approx(AGENT_HZ, abs=10)
    assert any(isinstance(record.entry, e.WrappedUp) for record in played.records)


@pytest.mark.parametrize("line", ["sip", ""])
def test_a_wrong_line_is_told_which_there_are(line: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--line: one of twilio, asterisk, browser expected, got"):
        run_demo(config=CONFIG, out=tmp_path, line=line, serve=False, console=Console())


def test_a_port_in_use_is_told_before_the_first_call_rings(tmp_path: Path) -> None:
    config = shutil.copytree(CONFIG, tmp_path / "config")
    with listen(0) as taken:
        port = taken.getsockname()[1]
        settings = (config / "warmline.toml").read_text()
        (config / "warmline.toml").write_text(settings.replace("port = 8080", f"port = {port}"))
        with pytest.raises(ConfigError, match=f"a free port expected, got {port}"):
            run_demo(config=config, out=tmp_path / "out", line="twilio", serve=True, console=Console())
    assert not (tmp_path / "out").exists()


def heard_hz(played: Played) -> float:
    """The loudest pitch above the system's voice in what the caller heard."""
    sound = np.concatenate(played.heard.heard).astype(float)
    power = np.abs(np.fft.rfft(sound))
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    power[hertz < 900] = 0
    return float(hertz[power.argmax()])
