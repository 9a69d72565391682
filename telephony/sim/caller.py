"""A scripted party on the telephone. One step is 20 ms: it hears a frame and gives one, so it runs on audio time alone
and the same script plays in real and in virtual time. Callers and agents are both this; an agent is also rung first.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from telephony.sim.attention import Attention, is_loud
from telephony.sim.script import BargeIn, HangUp, Item, Key, LetPromptPass, Speak, SpeakAfterPrompt, Wait
from voice.audio import FRAME_MS, FRAME_SAMPLES, Pcm, silence

KEY_GAP_MS = 120  # between two keys of a quick hand


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """What a party does in one frame: 160 samples of voice, perhaps a key, perhaps the end."""

    voice: Pcm
    key: str | None = None
    hangs_up: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """One item of the script and when it was carried out, in ms since the party's first frame."""

    item: Item
    start_ms: int
    end_ms: int


@dataclass(slots=True)
class _Gate:
    """Holds the script until `open()`, but no longer than `patience_ms`."""

    open: Callable[[], bool]
    patience_ms: int
    waited_ms: int = field(default=0)


class Caller:
    """`stays_ms`: how long it stays after its script, if the system does not hang up first; None: for good."""

    def __init__(self, script: Sequence[Item], *, stays_ms: int | None = None) -> None:
        self.done: list[Done] = []
        self.lost_patience = 0  # gates that never opened
        self._at_ms = 0
        self._attention = Attention()
        self._play = self._perform((*script, Wait(stays_ms), HangUp()) if stays_ms is not None else tuple(script))

    @property
    def at_ms(self) -> int:
        return self._at_ms

    def step(self, heard: Pcm) -> Step:
        self._attention.hear(heard)
        step = next(self._play, None) or Step(silence(FRAME_MS))
        if is_loud(step.voice):
            self._attention.spoke()
        self._at_ms += FRAME_MS
        return step

    def _perform(self, script: Sequence[Item]) -> Iterator[Step]:
        """One yielded step a frame."""
        for item in script:
            yield from self._hold(self._gate(item))
            start_ms = self._at_ms
            yield from self._act(item)
            self.done.append(Done(item, start_ms, self._at_ms))

    def _hold(self, gate: _Gate | None) -> Iterator[Step]:
        while gate is not None and not gate.open():
            if gate.waited_ms >= gate.patience_ms:
                self.lost_patience += 1
                return
            gate.waited_ms += FRAME_MS
            yield Step(silence(FRAME_MS))

    def _gate(self, item: Item) -> _Gate | None:
        match item:
            case SpeakAfterPrompt(quiet_ms=quiet_ms, patience_ms=patience_ms):
                return self._prompt_over(quiet_ms, patience_ms)
            case LetPromptPass(quiet_ms=quiet_ms, patience_ms=patience_ms):
                return self._prompt_over(quiet_ms, patience_ms)
            case Key(after_prompt=True, quiet_ms=quiet_ms, patience_ms=patience_ms):
                return self._prompt_over(quiet_ms, patience_ms)
            case BargeIn(after_ms=after_ms, patience_ms=patience_ms):
                ear = self._attention
                return _Gate(lambda: ear.prompted and ear.running_ms >= after_ms, patience_ms)
            case _:
                return None

    def _prompt_over(self, quiet_ms: int, patience_ms: int) -> _Gate:
        ear = self._attention
        return _Gate(lambda: ear.answered and ear.quiet_ms >= quiet_ms, patience_ms)

    def _act(self, item: Item) -> Iterator[Step]:
        match item:
            case SpeakAfterPrompt(clip=clip) | BargeIn(clip=clip) | Speak(clip=clip):
                yield from (Step(frame) for frame in frames(clip))
            case Key(digit=digit):
                yield Step(silence(FRAME_MS), key=digit)
                yield from _silence(KEY_GAP_MS)
            case Wait(ms=ms):
                yield from _silence(ms)
            case LetPromptPass():
                self._attention.sounding_ms = 0  # the next item wants another prompt
            case HangUp():
                yield Step(silence(FRAME_MS), hangs_up=True)


def frames(clip: Pcm) -> Iterator[Pcm]:
    """`clip` in 20 ms frames, the last one padded with silence."""
    whole = deque(clip[i : i + FRAME_SAMPLES] for i in range(0, len(clip), FRAME_SAMPLES))
    for frame in whole:
        padded = silence(FRAME_MS)
        padded[: len(frame)] = frame
        yield padded


def _silence(ms: int) -> Iterator[Step]:
    return (Step(silence(FRAME_MS)) for _ in range(0, ms, FRAME_MS))
