"""Several recognisers, best first: when one fails or is too slow the next one hears, and a better one comes back.

An utterance on which a rung fails is heard by the next one at once, so its words are not lost. Whether a better rung
works again is tried beside the calls, on the sound of an utterance that was already answered; no caller waits for it.
Which engine heard stands in each `Recognition`. When the last one fails too, the pool is told so, and with it the
caller's leg: keys, then a person.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from voice.audio import Pcm
from voice.errors import AudioError, EngineUnavailable, RecogniserFailed
from voice.stt import Recogniser, Recognition
from voice.stt.rungs import Came, Settings, Standing, came, looked, looks

log = logging.getLogger(__name__)

Utterance = tuple[Pcm, str]  # sound, state's language
Heard = Recognition | Exception


@dataclass(frozen=True, slots=True)
class Rung:
    """`name` is the engine that a recognition names."""

    name: str
    open: Callable[[], Recogniser]  # may take seconds; raises EngineUnavailable


def _beside(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="recogniser probe", daemon=True).start()


class Ladder:
    """A `Recogniser` for all of the pool's workers at once. `problem` hears of each step down, `log` of each up."""

    def __init__(
        self,
        rungs: Sequence[Rung],
        *,
        settings: Settings | None = None,
        problem: Callable[[str], None] = log.warning,
        clock: Callable[[], float] = time.monotonic,
        beside: Callable[[Callable[[], None]], None] = _beside,
    ) -> None:
        """Opens the best rung that opens. Raises EngineUnavailable when none does."""
        if not rungs:
            raise ValueError("a ladder of at least one recogniser expected, none came")
        self._rungs = tuple(rungs)
        self._settings = settings or Settings()
        self._problem = problem
        self._clock = clock
        self._beside = beside
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._engines: dict[int, Recogniser] = {}
        self._standing = Standing()
        self._looking = False
        self._climb_down_until_open()

    @property
    def rung(self) -> str:
        return self._rungs[self._standing.rung].name

    def transcribe(self, pcm: Pcm, language: str) -> Recognition:
        heard = self.transcribe_together([(pcm, language)])[0]
        if isinstance(heard, Exception):
            raise heard
        return heard

    def transcribe_together(self, utterances: Sequence[Utterance]) -> list[Heard]:
        """One answer an utterance, in their order; an exception only where the last rung failed too."""
        heard: list[Heard] = [RecogniserFailed("no rung was asked") for _ in utterances]
        left = list(range(len(utterances)))
        rung = self._standing.rung
        while left and rung < len(self._rungs):
            answers = self._ask(rung, [utterances[n] for n in left])
            for number, answer in zip(left, answers, strict=True):
                heard[number] = answer
            left = [n for n in left if isinstance(heard[n], Exception) and not isinstance(heard[n], AudioError)]
            rung += 1
        self._look_up(utterances)
        return heard

    # --- one rung ---------------------------------------------------------------------------------------------------

    def _ask(self, rung: int, utterances: Sequence[Utterance]) -> list[Heard]:
        began_s = self._clock()
        try:
            answers = _answers(self._engine(rung), utterances)
        except EngineUnavailable as failure:
            self._saw(rung, Came.CANNOT_OPEN, str(failure))
            return [failure for _ in utterances]
        except Exception as failure:  # of whatever kind: the next rung hears them
            answers = [failure for _ in utterances]
        took_s = self._clock() - began_s
        failures = [a for a in answers if isinstance(a, Exception) and not isinstance(a, AudioError)]
        if failures:
            self._saw(rung, Came.FAILED, f"{type(failures[0]).__name__}: {failures[0]}")
        elif took_s > self._settings.slow_seconds * len(utterances):
            self._saw(rung, Came.SLOW, f"{took_s:.1f} s for {len(utterances)}")
        else:
            self._saw(rung, Came.WORDS, "")
        name = self._rungs[rung].name
        return [a if isinstance(a, Exception) else replace(a, engine=name) for a in answers]

    def _engine(self, rung: int) -> Recogniser:
        with self._opening:
            if rung not in self._engines:
                self._engines[rung] = self._rungs[rung].open()
            return self._engines[rung]

    def _saw(self, rung: int, what: Came, detail: str) -> None:
        with self._lock:
            before = self._standing
            if rung != before.rung:
                return  # another worker's utterance has brought us elsewhere meanwhile, or a spare was asked
            last = len(self._rungs) - 1
            self._standing = came(before, what, last=last, now_s=self._clock(), settings=self._settings)
            after = self._standing.rung
            if after != before.rung:
                self._engines.pop(before.rung, None)  # in whatever state it is left, it is opened anew
        if after != before.rung:
            names = self._rungs[before.rung].name, self._rungs[after].name
            self._problem(f"recogniser {names[0]} expected to hear, it {what.value}: {detail}; {names[1]} hears now")

    def _climb_down_until_open(self) -> None:
        failures: list[str] = []
        for rung, one in enumerate(self._rungs):
            try:
                self._engine(rung)
                return
            except EngineUnavailable as failure:
                failures.append(str(failure))
                if rung == len(self._rungs) - 1:
                    raise EngineUnavailable("; ".join(failures)) from failure
                self._saw(rung, Came.CANNOT_OPEN, f"{one.name}: {failure}")

    # --- up again ---------------------------------------------------------------------------------------------------

    def _look_up(self, utterances: Sequence[Utterance]) -> None:
        with self._lock:
            if self._looking or not utterances or not looks(self._standing, self._clock()):
                return
            self._looking = True
        self._beside(lambda: self._look(utterances[0]))

    def _look(self, utterance: Utterance) -> None:
        """Tries the rungs above on the sound of an utterance that another has answered."""
        standing = self._standing.rung
        found = next((rung for rung in range(standing) if self._works(rung, utterance)), None)
        with self._lock:
            self._looking = False
            if self._standing.rung != standing:
                return
            self._standing = looked(self._standing, found, now_s=self._clock(), settings=self._settings)
        if found is not None:
            log.info("recogniser %s hears again", self._rungs[found].name)

    def _works(self, rung: int, utterance: Utterance) -> bool:
        try:
            engine = self._rungs[rung].open()
            began_s = self._clock()
            (answer,) = _answers(engine, [utterance])
            if isinstance(answer, Exception) or self._clock() - began_s > self._settings.slow_seconds:
                return False
        except Exception as failure:  # whatever it is, the rung does not work yet
            log.info("recogniser %s does not hear yet: %s", self._rungs[rung].name, failure)
            return False
        with self._opening:
            self._engines[rung] = engine
        return True


def _answers(engine: Recogniser, utterances: Sequence[Utterance]) -> list[Heard]:
    together = getattr(engine, "transcribe_together", None)
    if together is not None:
        return list(together(utterances))
    return [engine.transcribe(pcm, language) for pcm, language in utterances]
