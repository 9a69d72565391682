"""What is wrong with how callers are heard just now: shown on every desk, and gone when all is well again. Pure.

Learnt from what comes anyway: the pool's own account of its process, and which engine heard each utterance.
"""

from collections.abc import Callable, Mapping

from telephony.events import Heard
from telephony.journal import Record
from voice.events import NO_ENGINE

LOOK_SECONDS = 1.0

POOL, RECOGNISER = "pool", "recogniser"
PARTS = (POOL, RECOGNISER)

NOT_HEARD = 2
"""Utterances in a row that no engine heard: one may be chance (voice/stt/rungs.py)."""

BEST_FIRST = ("whisper-cuda", "whisper", "pocketsphinx")
"""The ladder of telephony/assembly/recognisers.py."""

NO_PROCESS = "Speech recognition is being started again: callers may have to repeat themselves or use their keys."
NOBODY_HEARS = "Speech is not recognised at the moment: callers are asked to use their keys."
WORSE = "Speech is recognised by {now} instead of {best}: callers may be understood less well."


class Health:
    """`tell(part, text)` is called when something changes; `text` None: that part is well again."""

    def __init__(self, *, best: str, tell: Callable[[str, str | None], None]) -> None:
        self._best = best
        self._tell = tell
        self._unheard = 0
        self._wrong: dict[str, str] = {}

    @property
    def troubles(self) -> Mapping[str, bool]:
        return {part: part in self._wrong for part in PARTS}

    def pool(self, trouble: str) -> None:
        """What the pool says is wrong with its process; "" for nothing."""
        self._is(POOL, NO_PROCESS if trouble else None)

    def hear(self, record: Record) -> None:
        if isinstance(record.entry, Heard):
            self._heard(record.entry.engine)

    def _heard(self, engine: str) -> None:
        if engine == NO_ENGINE:
            self._unheard += 1
            if self._unheard >= NOT_HEARD:
                self._is(RECOGNISER, NOBODY_HEARS)
            return
        self._unheard = 0
        worse = False
        if engine in BEST_FIRST and self._best in BEST_FIRST:
            down = BEST_FIRST.index(engine) - BEST_FIRST.index(self._best)
            if down < 0:
                self._best = engine  # the graphics card is found where the engines are opened
            worse = down > 0
        self._is(RECOGNISER, WORSE.format(now=engine, best=self._best) if worse else None)

    def _is(self, part: str, wrong: str | None) -> None:
        if self._wrong.get(part) == wrong:
            return
        if wrong is None:
            del self._wrong[part]
        else:
            self._wrong[part] = wrong
        self._tell(part, wrong)
