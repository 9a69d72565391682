"""Each step down from the best recogniser to a person, as a caller meets it: told where it matters, never alone."""

from pathlib import Path

from models.engines import EngineFactory
from models.inference import InlinePool, Pool
from telephony.events import Bridged, Heard, KeyPressed, NoRoom, Problem, Said
from telephony.sim.agent import accepts_at_once
from telephony.sim.script import Item, Key, SpeakAfterPrompt, Wait
from tests.sim.virtual import WORDS, Call, Town, play
from voice.audio import Pcm
from voice.errors import RecogniserFailed
from voice.events import Escalated
from voice.listening import Listening
from voice.pipeline.recognise import ENGINE
from voice.stt import Recognition
from voice.stt.ladder import Ladder, Rung

SPEAKS = SpeakAfterPrompt(WORDS)
ALL = ("whisper-cuda", "whisper", "pocketsphinx")
ALONE_MS = 5_000


def call_of(folder: Path, *script: Item, pool: Pool, **more: object) -> Call:
    async def story(town: Town) -> Call:
        call = town.ring(*script, stays_ms=40_000)
        await call.over()
        return call

    return play(story, folder, pool=pool, **more)  # type: ignore[arg-type]


def prompts(call: Call) -> list[str]:
    return [said.prompt for said in call.all(Said)]


class Engine:
    """Hears the same words each time, or fails."""

    def __init__(self, name: str, *, broken: bool) -> None:
        self.name, self.broken = name, broken

    def transcribe(self, pcm: Pcm, language: str) -> Recognition:
        if self.broken:
            raise RecogniserFailed(f"{self.name}: CUDA error: device lost")
        return Recognition("what are your opening hours", 0.95, self.name)


def ladder(*broken: str) -> Pool:
    rungs = [Rung(name, lambda name=name: Engine(name, broken=name in broken)) for name in ALL]  # type: ignore[misc]
    return InlinePool({ENGINE: EngineFactory(lambda: Listening(Ladder(rungs)), shared=True)})


# --- between recognisers: nobody is told ------------------------------------------------------------------------------


def test_from_the_gpu_to_the_cpu_the_caller_notices_nothing(tmp_path: Path) -> None:
    call = call_of(tmp_path, SPEAKS, pool=ladder("whisper-cuda"))
    assert [heard.engine for heard in call.all(Heard)] == ["whisper"]
    assert "engine_down" not in prompts(call)
    assert "article" in prompts(call)


def test_below_the_small_model_the_one_that_needs_no_download_hears(tmp_path: Path) -> None:
    call = call_of(tmp_path, SPEAKS, pool=ladder("whisper-cuda", "whisper"))
    assert [heard.engine for heard in call.all(Heard)] == ["pocketsphinx"]
    assert "article" in prompts(call)


# --- no recogniser: keys ----------------------------------------------------------------------------------------------


def test_when_none_hears_the_caller_is_told_once_and_given_the_business_on_keys(tmp_path: Path) -> None:
    call = call_of(tmp_path, SPEAKS, Wait(28_000), Key("7"), pool=ladder(*ALL))
    told = prompts(call)
    assert told.count("engine_down") == 1
    menu = [said.text for said in call.all(Said)[told.index("engine_down") + 1 :] if said.prompt.startswith("menu")]
    assert menu[0].endswith("press 1.")
    assert menu[-1].startswith("For a person, press 0.")
    assert "menu.intro" not in told[told.index("engine_down") :], "to speak would be of no use"
    assert "article" in told, "a key does what its words would have done"
    assert [problem for problem in call.all(Problem) if problem.part == "recogniser"]
    assert call.company.alone_max_ms <= ALONE_MS


def test_when_hearing_is_back_the_caller_is_told_and_speech_goes_on(tmp_path: Path) -> None:
    engine = Engine("pocketsphinx", broken=True)

    async def story(town: Town) -> Call:
        call = town.ring(SPEAKS, Wait(1000), SPEAKS, stays_ms=40_000)
        await call.until(Problem)
        engine.broken = False
        await call.over()
        return call

    pool = InlinePool({ENGINE: EngineFactory(lambda: Listening(engine), shared=True)})
    told = prompts(play(story, tmp_path, pool=pool))
    assert told.index("engine_back") > told.index("engine_down")
    assert "article" in told[told.index("engine_back") :]


# --- no keys either: a person -----------------------------------------------------------------------------------------


def test_who_uses_no_keys_is_given_a_person(tmp_path: Path) -> None:
    agents = {"ana": accepts_at_once(after_seconds=1, ring_seconds=1)}
    call = call_of(tmp_path, SPEAKS, Wait(90_000), pool=ladder(*ALL), agents=agents)
    assert call.all(Escalated)[0].evidence == ("pressed no key while the recogniser was down",)
    assert call.all(Bridged)
    assert call.company.alone_max_ms <= ALONE_MS


def test_who_goes_on_speaking_is_given_a_person(tmp_path: Path) -> None:
    agents = {"ana": accepts_at_once(after_seconds=1, ring_seconds=1)}
    call = call_of(tmp_path, *[SPEAKS] * 7, pool=ladder(*ALL), agents=agents)
    assert call.all(Escalated)[0].trigger == "lost"
    assert call.all(Bridged)


def test_who_asks_by_key_is_given_a_person(tmp_path: Path) -> None:
    agents = {"ana": accepts_at_once(after_seconds=1, ring_seconds=1)}
    call = call_of(tmp_path, SPEAKS, Key("0", after_prompt=True), pool=ladder(*ALL), agents=agents)
    assert call.all(KeyPressed)[0].key == "0"
    assert call.all(Bridged)


# --- no room: a person, or a call back, by keys -----------------------------------------------------------------------


def beside_another(folder: Path, *script: Item, agents: dict[str, object]) -> Call:
    async def story(town: Town) -> Call:
        first = town.ring(number="+12025550177", stays_ms=60_000)
        await first.until(Said)
        second = town.ring(*script, stays_ms=15_000)
        await second.over()
        await first.hangs_up()
        return second

    return play(story, folder, service={"max_calls": 1}, agents=agents)  # type: ignore[arg-type]


def test_where_there_is_no_room_a_free_person_may_be_chosen(tmp_path: Path) -> None:
    agents = {"ana": accepts_at_once(after_seconds=1, ring_seconds=1)}
    call = beside_another(tmp_path, Key("0", after_prompt=True), agents=agents)
    assert call.all(NoRoom)[0].reason == "max_calls"
    assert prompts(call)[:3] == ["busy", "busy.person", "busy.offer"]
    assert call.all(Bridged)[0].agent == "ana"


def test_where_nobody_is_free_no_person_is_offered(tmp_path: Path) -> None:
    call = beside_another(tmp_path, Key("1", after_prompt=True), agents={})
    assert prompts(call) == ["busy", "busy.offer", "rescue.callback"]


def test_what_is_said_where_there_is_no_room_costs_no_recogniser(tmp_path: Path) -> None:
    call = beside_another(tmp_path, SPEAKS, agents={})
    assert call.all(Heard) == []
