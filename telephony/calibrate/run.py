"""Hears every recording in its short window and in the full one, and writes down which windows are safe."""

import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rich.table import Table

from models.word_error_rate import word_errors
from telephony.assembly import engines
from telephony.calibrate.gate import Compared, Verdict, verdict
from telephony.calibrate.recordings import Utterance, bundled, gathered, words
from telephony.errors import RecordingsUnusable
from telephony.settings import Settings
from voice.errors import EngineUnavailable
from voice.stt import Languages, Recogniser, whisper
from voice.stt.whisper_window import gate_files, gate_key

log = logging.getLogger(__name__)

BUNDLED = "bundled"
Progress = Callable[[int, int], None]  # done, of


@dataclass(frozen=True, slots=True)
class Calibrated:
    weights: Path
    verdicts: tuple[Verdict, ...]
    left_out: int  # utterances too long for any window that was asked for
    cpu_ms_full: float  # mean of an utterance
    cpu_ms_short: float
    record: Path | None  # None: one made from an operator's own recordings stays

    @property
    def safe(self) -> tuple[float, ...]:
        return tuple(one.window_s for one in self.verdicts if one.safe)


def calibrate(
    settings: Settings,
    recordings: Path | None,
    *,
    weights: str | None,
    windows: Sequence[float] = (),
    channel: str = "left",
    progress: Progress = lambda done, of: None,
    opens: Callable[[whisper.Settings, Languages], Recogniser] = whisper.open,
) -> Calibrated:
    """Raises `RecordingsUnusable`, `EngineUnavailable` or `WeightsError`. Writes the record beside the weights, or into
    the records folder where the weights may not be written."""
    engine = _engine(settings, weights)
    asked = frozenset(windows) or engine.windows.short
    if unknown := sorted(asked - engine.windows.short):
        known = ", ".join(f"{seconds:g}" for seconds in sorted(engine.windows.short))
        raise RecordingsUnusable(f"--windows: some of {known} (seconds) expected, got {', '.join(map(str, unknown))}")
    utterances = gathered(recordings, channel) if recordings else bundled()
    usable = [one for one in utterances if engine.windows.wanted(one.seconds) in asked]
    if not usable:
        least, most = (bound(one.seconds for one in utterances) for bound in (min, max))
        raise RecordingsUnusable(
            f"utterances for a window of {', '.join(f'{s:g}' for s in sorted(asked))} s expected, got {len(utterances)}"
            f" of {least:.1f} to {most:.1f} s: cut calls into utterances, or name them by start and end in manifest.csv"
        )
    compared, cpu_full, cpu_short = _compared(usable, engine, opens, progress)
    verdicts = tuple(verdict(window_s, compared) for window_s in sorted(asked))
    found = Calibrated(engine.folder, verdicts, len(utterances) - len(usable), cpu_full, cpu_short, None)
    return replace(found, record=_recorded(found, engine, recordings))


def seconds(windows: str) -> tuple[float, ...]:
    """ "5,8" as numbers. Raises `RecordingsUnusable`."""
    try:
        return tuple(float(one) for one in windows.split(",") if one.strip())
    except ValueError as error:
        raise RecordingsUnusable(f"--windows: seconds such as 5,8 expected, got {windows!r}") from error


def table(found: Calibrated) -> Table:
    grid = Table(title=f"word error of {found.weights.name}, through the telephone", title_justify="left")
    for column in ("window", "utterances", "words", "in 30 s", "in it", "worse by (95 %)", "may be used"):
        grid.add_column(column)
    for one in found.verdicts:
        worse = f"{one.worse:+.1f} points ({one.worse_from:+.1f} to {one.worse_to:+.1f})" if one.utterances else ""
        full, short = (f"{rate:.1f} %" if one.utterances else "" for rate in (one.error_full, one.error_short))
        may = "[green]yes[/]" if one.safe else "no"
        grid.add_row(f"{one.window_s:g} s", str(one.utterances), str(one.words), full, short, worse, may)
    return grid


def _engine(settings: Settings, weights: str | None) -> whisper.Settings:
    hearing = settings.hearing.model_copy(update={"engine": "whisper"})
    if weights:
        named = hearing.whisper.model_copy(update={"weights": weights})
        hearing = hearing.model_copy(update={"whisper": named})
    gates = settings.service.records_folder
    found = engines.recogniser(hearing, settings.service.models_folder, gates=gates).whisper
    if found is None:
        raise EngineUnavailable(f"weights of whisper expected in {settings.service.models_folder}, got none")
    return replace(found, workers=1)


def _compared(
    utterances: Sequence[Utterance],
    engine: whisper.Settings,
    opens: Callable[[whisper.Settings, Languages], Recogniser],
    progress: Progress,
) -> tuple[list[Compared], float, float]:
    full = opens(replace(engine, window="full"), {})
    short = opens(replace(engine, window="short"), {})
    compared, spent = [], [0.0, 0.0]
    for done, one in enumerate(utterances):
        progress(done, len(utterances))
        spoken = words(one.text)
        errors = []
        for arm, recogniser in enumerate((full, short)):
            began = time.process_time()
            errors.append(word_errors(spoken, _heard(recogniser, one)))
            spent[arm] += time.process_time() - began
        numbers = all(word.isdigit() for word in spoken)
        window_s = engine.windows.wanted(one.seconds)
        compared.append(Compared(window_s, len(spoken), errors[0], errors[1], one.speaker, numbers))
    milliseconds = [1000 * seconds / len(utterances) for seconds in spent]
    return compared, milliseconds[0], milliseconds[1]


def _heard(recogniser: Recogniser, one: Utterance) -> list[str]:
    """As in service: guards, and a second look where one is due. Without a hint, since no question was asked."""
    return words(recogniser.transcribe(one.pcm, "").text)


def _recorded(found: Calibrated, engine: whisper.Settings, recordings: Path | None) -> Path | None:
    """Windows that were not asked for keep what an earlier record of the same weights says of them."""
    key = gate_key(engine.folder, engine.windows)
    before = _earlier(engine, key)
    if recordings is None and before.get("recordings", BUNDLED) != BUNDLED:
        return None
    now = {one.window_s for one in found.verdicts}
    kept = [one for one in before.get("windows", ()) if one["window_s"] not in now]
    record = {
        **key,
        "safe_s": sorted({*found.safe, *(set(before.get("safe_s", ())) - now)}),
        "recordings": recordings.name if recordings else BUNDLED,
        "cpu_ms_in_30_s": round(found.cpu_ms_full, 1),
        "cpu_ms_in_short": round(found.cpu_ms_short, 1),
        "windows": sorted([*kept, *map(asdict, found.verdicts)], key=lambda one: float(one["window_s"])),
    }
    return _written(json.dumps(record, indent=2) + "\n", gate_files(engine.folder, engine.gate_folder))


def _earlier(engine: whisper.Settings, key: Mapping[str, object]) -> dict[str, Any]:
    for file in gate_files(engine.folder, engine.gate_folder):
        try:
            record: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if all(record.get(name) == value for name, value in key.items()):
            return record
    return {}


def _written(text: str, places: Sequence[Path]) -> Path:
    """In the first place that may be written."""
    refused = ""
    for path in places:
        part = path.with_name(path.name + ".part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(text, encoding="utf-8")
            return part.replace(path)
        except OSError as error:
            refused = f"{path}: a place for the record expected, got {error.strerror}"
            log.info("%s", refused)
    raise RecordingsUnusable(refused)
