"""Recognises a pause as if it were the end: the words are there when the turn is closed, and say how soon that may be.

What comes of it goes to the ear alone, which chooses a stop window by it. The mind hears of an utterance when it has
ended, by `voice/pipeline/recognise.py`, whose call for the same samples costs nothing more then.
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import Protocol

from models.errors import InferenceError
from models.inference import Pool, Priority
from voice.ear_events import Segment
from voice.events import Expect, Say
from voice.stt import Recognition
from voice.turn_end import Completeness, how_complete
from voice.turn_guess import Settings, Start, Tally, start

log = logging.getLogger(__name__)

ENGINE = "hear"
"""The pool's engine: `(pcm, language) -> (Recognition, Prosody)`; `voice/listening.py` makes it."""

TURN_ENGINE = "turn"
"""The pool's engine: `(pcm) -> probability that the turn has ended`; `voice/pipeline/smart_turn.py` makes it."""


def key_of(leg: str, segment: Segment, language: str) -> str:
    """Whoever recognises these samples in this language shares one run."""
    return f"{leg}:{segment.start_ms}-{segment.end_ms}:{language}"


class Considers(Protocol):
    """The ear, as far as guesses go."""

    def consider(self, start_ms: int, end_ms: int, completeness: Completeness) -> None: ...


@dataclass(frozen=True, slots=True)
class Partial:
    """What was understood of an utterance that goes on: to be shown, never to be acted on, and not yet redacted."""

    text: str
    start_ms: int
    end_ms: int


class Viewers(Protocol):
    """Who may look at what is being said on one leg."""

    @property
    def looking(self) -> bool:
        """Whether somebody does: nothing is recognised for nobody."""
        ...

    def show(self, partial: Partial) -> None: ...

    def begins(self, say: Say) -> None:
        """We begin to say this."""
        ...


class NoViewers:
    looking = False

    def show(self, partial: Partial) -> None:
        pass

    def begins(self, say: Say) -> None:
        pass


class Guesses:
    """One leg's. There is one guess at a time, for there is one pause at a time."""

    def __init__(
        self,
        *,
        pool: Pool,
        leg: str,
        ear: Considers,
        deadline_seconds: float,
        settings: Settings,
        tally: Tally,
        viewers: Viewers,
    ) -> None:
        self._pool = pool
        self._leg = leg
        self._ear = ear
        self._deadline_seconds = deadline_seconds
        self._settings = settings
        self._tally = tally
        self._viewers = viewers
        self._key: str | None = None  # of the guess that was handed to the pool for the present pause
        self._guess: asyncio.Task[None] | None = None
        self._partial: asyncio.Task[None] | None = None

    def paused(self, segment: Segment, expected: Expect) -> None:
        """Silence for as long as a segment's tail: this may be the end."""
        self._let_go()
        when = start(self._settings, queued=self._pool.stats().queued)
        if when is not Start.NEVER:
            self._guess = asyncio.create_task(self._recognise(segment, expected, when), name=f"guess {self._leg}")

    def resumed(self) -> None:
        """It was not: what waits for a worker is let go, what runs runs for nothing."""
        self._let_go()

    def ended(self, segment: Segment, language: str) -> None:
        """The utterance is over. A guess that still runs goes on: its result is about to be asked for. What was to show
        only a part of it is let go: nothing of it may come after the whole."""
        self._tally.turns += 1
        if self._partial is not None:
            self._partial.cancel()
            self._partial = None
        if self._key == key_of(self._leg, segment, language):
            self._tally.kept += 1
            self._key = None
        else:
            self._let_go()

    def goes_on(self, segment: Segment, expected: Expect) -> None:
        """Speech without a pause: its words so far, where somebody looks, a worker would else be idle and nothing
        secret is said."""
        if not self._viewers.looking or expected.sensitive:
            return
        busy = self._partial is not None and not self._partial.done()
        if not busy and self._pool.stats().queued == 0:
            self._partial = asyncio.create_task(self._recognise_part(segment, expected), name=f"partial {self._leg}")

    async def stop(self) -> None:
        tasks = [task for task in (self._guess, self._partial) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _let_go(self) -> None:
        if self._guess is not None:
            self._guess.cancel()
            self._guess = None
        if self._key is not None:
            self._tally.dropped += 1
            self._key = None

    async def _recognise(self, segment: Segment, expected: Expect, when: Start) -> None:
        if when is Start.LATER:
            heard_ms = len(segment.pcm) // 8 - segment.pre_roll_ms - (segment.end_ms - segment.start_ms)
            await asyncio.sleep(max(0, self._settings.later_ms - heard_ms) / 1000)
            if start(self._settings, queued=self._pool.stats().queued) is Start.NEVER:
                return
        key = self._key = key_of(self._leg, segment, expected.language)
        self._tally.started += 1
        try:
            recognition: Recognition
            recognition, _ = await self._pool.call(
                ENGINE, segment.pcm, expected.language, key=key, deadline_s=self._deadline_seconds,
                priority=Priority.SPECULATIVE,
            )  # fmt: skip
            sure = [word.confidence for word in recognition.words]
            found = how_complete(recognition.text, expected, confidence=recognition.confidence, sure=sure)
            if found is Completeness.UNKNOWN and expected.shape == "free" and self._settings.smart_turn:
                found = await self._second_opinion(segment, key)
        except InferenceError as error:  # the final call says so, if it fails as well
            log.debug("a guess at %s expected, got %s", key, error)
            self._tally.refused += 1
            self._key = None if self._key == key else self._key
            return
        self._ear.consider(segment.start_ms, segment.end_ms, found)

    async def _second_opinion(self, segment: Segment, key: str) -> Completeness:
        """From the sound, where the words leave it open; it takes no worker from any words."""
        ended: float = await self._pool.call(
            TURN_ENGINE, segment.pcm, key=key, deadline_s=self._deadline_seconds, priority=Priority.PARTIAL
        )
        return heard_as(ended)

    async def _recognise_part(self, segment: Segment, expected: Expect) -> None:
        key = f"{key_of(self._leg, segment, expected.language)}:part"
        try:
            recognition: Recognition
            recognition, _ = await self._pool.call(
                ENGINE, segment.pcm, expected.language, key=key, deadline_s=self._deadline_seconds,
                priority=Priority.PARTIAL,
            )  # fmt: skip
        except InferenceError as error:
            log.debug("words so far of %s expected, got %s", key, error)
            return
        if recognition.text:
            self._viewers.show(Partial(recognition.text, segment.start_ms, segment.end_ms))


def heard_as(ended: float) -> Completeness:
    """Smart Turn's probability as one of three: between its sure answers it says nothing."""
    if ended >= SURELY_ENDED:
        return Completeness.COMPLETE
    return Completeness.OPEN if ended <= SURELY_OPEN else Completeness.UNKNOWN


SURELY_ENDED, SURELY_OPEN = 0.9, 0.1
