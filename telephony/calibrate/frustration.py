"""`warmline calibrate frustration`: what is usual on a deployment's own line, from its calls, without any labels.

Voices and words are scored as in service, and the quantiles of the scores recorded for the service to read. A turn then
counts by how far it stands above what callers of this line usually show.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.table import Table

from models import prosody
from models.frustration_line import RECORD, Line
from models.frustration_scale import HIGH, Scale
from models.frustration_text import TextHead
from models.prosody_anger import AngerHead, Reference, can_tell
from telephony.calibrate.own_calls import own_calls
from telephony.errors import RecordingsUnusable
from telephony.settings import Settings
from voice.audio import Pcm

LEAST_CALLS = 10  # callers differ more than one caller's turns do
LEAST_TURNS = round(1 / (1 - HIGH))  # so that one turn may stand above the quantile
Progress = Callable[[str], None]  # the call that was just heard


@dataclass(frozen=True, slots=True)
class CalibratedLine:
    """`turns`: all; those of `line` are the ones that could be judged. `above_*`: share of judged turns that stand
    above the high quantile, by the shipped scale and by this line's own."""

    line: Line
    turns: int
    above_shipped: float
    above_own: float
    words_missing: str  # why the words' scale stays the shipped one; "" when it does not
    record: Path


def calibrate_frustration(
    settings: Settings, recordings: Path, *, channel: str = "left", progress: Progress = lambda name: None
) -> CalibratedLine:
    """Writes the record among the service's records. Raises `RecordingsUnusable`."""
    head, text = AngerHead.shipped(), TextHead.shipped()
    voiced: list[list[float]] = []
    worded: list[list[float]] = []
    turns = 0
    for call in own_calls(recordings, channel, settings.hearing):
        progress(call.name)
        turns += len(call.turns)
        voiced.append(voice_scores(call.turns, head))
        worded.append(word_scores(call.words, text))
    voice = _voice_scale(voiced, turns, recordings)
    words, why = _word_scale(worded)
    line = Line(
        voice=voice,
        words=words,
        voice_head=head.fingerprint,
        words_head=text.fingerprint,
        calls=len(voiced),
        voiced_turns=sum(map(len, voiced)),
        worded_turns=sum(map(len, worded)),
    )
    scores = np.concatenate(voiced)
    above = [float((scores > scale.high).mean()) for scale in (head.calm, voice)]
    record = _written(line, settings.service.records_folder / RECORD)
    return CalibratedLine(line, turns, above[0], above[1], why, record)


def voice_scores(turns: Iterable[Pcm], head: AngerHead) -> list[float]:
    """Of one call's turns that can be judged, each against the caller's first ones, as in service."""
    reference, scores = Reference(), []
    for pcm in turns:
        heard = prosody.extract(pcm)
        if can_tell(heard):
            scores.append(head.score(heard, reference))
            reference = reference.with_(heard)
    return scores


def word_scores(words: Iterable[str], text: TextHead) -> list[float]:
    return [score for said in words if (score := text.score(said)) is not None]


def table(found: CalibratedLine) -> Table:
    line = found.line
    grid = Table(title=f"{line.calls} calls, {found.turns} turns", title_justify="left")
    for column in ("", "turns judged", "usual score", f"high ({HIGH:.1%} of turns below)"):
        grid.add_column(column)
    for name, count, scale in (("voice", line.voiced_turns, line.voice), ("words", line.worded_turns, line.words)):
        numbers = ("as shipped", "") if scale is None else (f"{scale.median:.2f}", f"{scale.high:.2f}")
        grid.add_row(name, str(count), *numbers)
    return grid


def _voice_scale(voiced: Sequence[Sequence[float]], turns: int, recordings: Path) -> Scale:
    told = [call for call in voiced if call]
    count = sum(map(len, told))
    if len(told) < LEAST_CALLS or count < LEAST_TURNS:
        raise RecordingsUnusable(
            f"{recordings}: at least {LEAST_CALLS} calls with {LEAST_TURNS} turns of half a second of voice over "
            f"little noise expected, got {len(told)} calls with {count} (of {len(voiced)} calls and {turns} turns); "
            "does --channel say which side the caller is on?"
        )
    return _scale(told, f"{recordings}: voices that differ expected")


def _word_scale(worded: Sequence[Sequence[float]]) -> tuple[Scale | None, str]:
    told = [call for call in worded if call]
    count = sum(map(len, told))
    if len(told) < LEAST_CALLS or count < LEAST_TURNS:
        return None, (
            f"words of at least {LEAST_TURNS} turns in {LEAST_CALLS} calls (a .jsonl journal or a .txt beside each "
            f"recording) expected, got {count} in {len(told)}: the shipped scale of words goes on"
        )
    return _scale(told, "words that differ expected"), ""


def _scale(calls: Sequence[Sequence[float]], expected: str) -> Scale:
    try:
        return Scale.of_calls(calls)
    except ValueError as error:
        raise RecordingsUnusable(f"{expected}, got {error}") from error


def _written(line: Line, path: Path) -> Path:
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(line.to_json(), encoding="utf-8")
        return part.replace(path)
    except OSError as error:
        raise RecordingsUnusable(f"{path}: a place for the record expected, got {error.strerror}") from error
