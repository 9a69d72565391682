"""Writes played calls up as one HTML page that needs nothing but the recordings beside it."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from models.brief import Part
from telephony.demo.waveform import HALF, WIDTH, Waveform, waveform
from telephony.journal import Record, as_json
from telephony.stages import STAGES
from telephony.story import NAMES, Mood, Spoken, Story, Trigger, story
from telephony.summary import clock

CURVE = 64  # height of the frustration curve
PARTS = {
    Part.WHO: "Who",
    Part.ISSUE: "Issue, in the caller's words",
    Part.TRIED: "Tried",
    Part.WHY: "Why a person",
    Part.NEXT: "Next step",
    Part.ENTITIES: "Exact values",
}


@dataclass(frozen=True, slots=True)
class PlayedCall:
    """`recording`: two channels, left the caller, right what the caller heard."""

    name: str
    title: str
    records: tuple[Record, ...]
    recording: Path


@dataclass(frozen=True, slots=True)
class _Shown:
    """One call as the template reads it."""

    name: str
    title: str
    told: Story
    wave: Waveform
    scale_ms: int
    curve: str
    area: str
    ticks: tuple[tuple[float, str], ...]
    parts: tuple[tuple[str, tuple[str, ...]], ...]

    def x(self, at_ms: int) -> float:
        return round(WIDTH * at_ms / self.scale_ms, 1)

    def mood_after(self, line: Spoken) -> Mood | None:
        """The mood, where what was said in `line` gave a reason for it."""
        return next((mood for mood in self.told.moods if mood.turn == line.turn and mood.reasons), None)

    def triggers_before(self, line: Spoken) -> list[Trigger]:
        """Those between the line before this one and this one."""
        number = self.told.spoken.index(line)
        since = self.told.spoken[number - 1].start_ms if number else -1
        return [trigger for trigger in self.told.triggers if since < trigger.at_ms <= line.start_ms]


def write(calls: Sequence[PlayedCall], out: Path, *, line: str) -> Path:
    """`index.html` in `out`, with each call's recording and journal beside it. Raises `AudioUnreadable`, `OSError`."""
    out.mkdir(parents=True, exist_ok=True)
    for call in calls:
        if call.recording.resolve() != (out / f"{call.name}.wav").resolve():
            shutil.copyfile(call.recording, out / f"{call.name}.wav")
        journal = "".join(as_json(record) + "\n" for record in call.records)
        (out / f"{call.name}.jsonl").write_text(journal, encoding="utf-8")
    page = out / "index.html"
    page.write_text(render(calls, line=line), encoding="utf-8")
    return page


def render(calls: Sequence[PlayedCall], *, line: str) -> str:
    """`line`: what of the line was real and what was not."""
    environment = Environment(
        loader=PackageLoader("telephony.demo"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["clock"] = clock
    environment.filters["seconds"] = lambda ms: f"{ms / 1000:.1f} s"
    template = environment.get_template("report.html")
    return template.render(
        calls=[_shown(call) for call in calls],
        line=line,
        width=WIDTH,
        half=HALF,
        curve=CURVE,
        stages=STAGES,
        names=NAMES,
    )


def _shown(call: PlayedCall) -> _Shown:
    told = story(call.records)
    wave = waveform(call.recording, told.spoken)
    scale_ms = max(wave.length_ms, 1)
    joined = next((stage.at_ms for stage in told.stages if stage.name == "bridge"), wave.length_ms)
    line = _steps(told.moods, scale_ms, joined)
    brief = told.brief
    lines = {part: tuple(line.text for line in brief.part(part)) if brief else () for part in Part}
    return _Shown(
        name=call.name,
        title=call.title,
        told=told,
        wave=wave,
        scale_ms=scale_ms,
        curve=line,
        area=f"{line}V{CURVE}H0Z",
        ticks=tuple(_ticks(scale_ms)),
        parts=tuple((title, lines[part]) for part, title in PARTS.items()),
    )


def _steps(moods: Sequence[Mood], scale_ms: int, joined_ms: int) -> str:
    """The level as steps: it is judged at the end of a turn and holds until the next, or until a person is there."""
    path = f"M0 {CURVE}"
    for mood in moods:
        path += f"H{min(WIDTH, WIDTH * mood.at_ms / scale_ms):.1f}V{CURVE * (1 - mood.level):.1f}"
    return path + f"H{min(WIDTH, WIDTH * joined_ms / scale_ms):.1f}"


def _ticks(scale_ms: int) -> list[tuple[float, str]]:
    every = next((step for step in (5_000, 10_000, 15_000, 30_000) if scale_ms / step <= 12), 60_000)
    return [(round(WIDTH * at / scale_ms, 1), clock(at).rpartition(".")[0]) for at in range(0, scale_ms, every)]
