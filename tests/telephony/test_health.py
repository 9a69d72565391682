"""What agents are told of how callers are heard, and that it goes when all is well again."""

from pathlib import Path

from models.engines import EngineFactory
from models.inference import InlinePool
from telephony.events import Heard
from telephony.health import NO_PROCESS, NOBODY_HEARS, POOL, RECOGNISER, Health
from telephony.journal import Record
from telephony.sim.script import SpeakAfterPrompt
from tests.calls.test_hearing_ladder import Engine
from tests.sim.virtual import WORDS, Town, play
from voice.listening import Listening
from voice.pipeline.recognise import ENGINE
from voice.stt.ladder import Ladder, Rung


class Desks:
    def __init__(self) -> None:
        self.shown: dict[str, str] = {}
        self.news = 0

    def notice(self, about: str, text: str | None) -> None:
        self.news += 1
        if text is None:
            del self.shown[about]
        else:
            self.shown[about] = text


def heard_by(*engines: str, best: str = "whisper") -> tuple[Health, Desks]:
    desks = Desks()
    health = Health(best=best, tell=desks.notice)
    for engine in engines:
        health.hear(Record("c", 1, 0, 0.0, Heard(1, "caller", "hello", 0.9, 0, 500, engine)))
    return health, desks


def test_a_lower_rung_is_told_once_and_taken_back_when_the_best_one_hears_again() -> None:
    health, desks = heard_by("whisper", "pocketsphinx", "pocketsphinx")
    assert "pocketsphinx instead of whisper" in desks.shown[RECOGNISER] and desks.news == 1
    assert health.troubles == {"pool": False, "recogniser": True}
    _, desks = heard_by("whisper", "pocketsphinx", "whisper")
    assert desks.shown == {}


def test_a_graphics_card_that_has_heard_once_is_missed_when_it_does_not() -> None:
    assert heard_by("whisper")[1].shown == {}
    assert "whisper instead of whisper-cuda" in heard_by("whisper-cuda", "whisper")[1].shown[RECOGNISER]


def test_one_utterance_that_no_engine_heard_may_be_chance_two_are_an_alarm() -> None:
    assert heard_by("whisper", "none")[1].shown == {}
    assert heard_by("whisper", "none", "none")[1].shown == {RECOGNISER: NOBODY_HEARS}
    assert heard_by("none", "none", "whisper")[1].shown == {}


def test_a_pool_without_its_process_is_told_until_it_is_back() -> None:
    health, desks = heard_by()
    health.pool("ended 1 times in a row, at last: its connection closed")
    assert desks.shown == {POOL: NO_PROCESS}
    health.pool("")
    assert desks.shown == {}


def test_the_metrics_say_so(tmp_path: Path) -> None:
    good, small = Engine("whisper", broken=False), Engine("pocketsphinx", broken=False)
    rungs = [Rung(engine.name, lambda engine=engine: engine) for engine in (good, small)]  # type: ignore[misc]
    pool = InlinePool({ENGINE: EngineFactory(lambda: Listening(Ladder(rungs)), shared=True)})

    async def story(town: Town) -> list[str]:
        seen: list[str] = []
        for good.broken in (False, True, False):
            await town.ring(SpeakAfterPrompt(WORDS), number=f"+1202555014{len(seen)}", stays_ms=10_000).over()
            seen.append(await town.metrics())
        return seen

    seen = play(story, tmp_path, pool=pool)
    assert ['warmline_trouble{part="recogniser"} 1.0' in metrics for metrics in seen] == [False, True, False]
