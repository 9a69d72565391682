"""The running calls on the terminal: what is said as it is said, the mood, the trigger, the brief, the stages.

Give it every record (`Show.on`); it prints what is final and keeps one line a call at the bottom that moves.
"""

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from telephony import events as e
from telephony import summary
from telephony.journal import Record
from telephony.story import Spoken, Story, story
from voice.events import Acted, Escalated, Judged, Understood

INDENT = " " * 20


class Show:
    """A context. `titles`: call → what it is called, as far as that is known."""

    def __init__(self, console: Console, *, titles: Mapping[str, str]) -> None:
        self._console = console
        self._titles = titles
        self._records: dict[str, list[Record]] = {}
        self._live = Live(console=console, refresh_per_second=8, get_renderable=self._bottom)

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def on(self, record: Record) -> None:
        self._records.setdefault(record.call, []).append(record)
        if (shown := self._shown(record)) is not None:
            self._console.print(shown)

    def _shown(self, record: Record) -> RenderableType | None:
        told = story(self._records[record.call])
        head = Text(f"{self._title(told):>10.10} ", style="bold")
        match record.entry:
            case e.Said() | e.Heard() as spoken:
                line = next((s for s in reversed(told.spoken) if s.turn == spoken.turn), None)
                return head + _line(line) if line is not None else None
            case Understood() as understood:
                line = next((s for s in told.spoken if s.understood is understood), None)
                return Text(INDENT + f"understood {summary.meaning(line)}", style="dim") if line else None
            case Judged(frustration=level, reasons=reasons) if reasons:
                return Text(INDENT) + summary.bar(level) + Text(f"  {'; '.join(reasons)}", style="dim")
            case Escalated() as escalated:
                return head + summary.trigger(told.triggers[-1].at_ms, escalated)
            case e.AgentBriefed(text=text) if told.brief is not None and text == told.brief.spoken:
                return summary.brief(told.brief, told.brief_seconds)
            case e.CallEnded(outcome=outcome, reason=reason):
                return Group(head + Text(f"ended: {outcome} ({reason})", style="bold"), summary.stages(told.stages))
            case entry:
                short = _short(entry)
                return head + Text(*short) if short is not None else None

    def _bottom(self) -> RenderableType:
        running = [told for records in self._records.values() if (told := story(records)).ended is None]
        return Group(*(self._status(told) for told in running))

    def _status(self, told: Story) -> Text:
        level = told.moods[-1].level if told.moods else 0.0
        stage = f"  {told.stages[-1].name}" if told.stages else ""
        return (
            Text(f"{self._title(told):>10.10} {summary.clock(told.length_ms)} ", style="bold")
            + summary.bar(level)
            + Text(stage)
        )

    def _title(self, told: Story) -> str:
        return self._titles.get(told.call, told.caller or told.call)


def _line(line: Spoken) -> Text:
    return Text.assemble((f"{line.speaker:>7} ", summary.COLOURS.get(line.speaker, ""))) + summary.words(line)


def _short(entry: e.Entry) -> tuple[str, str] | None:
    """What is told in a few words, and its style."""
    told: Mapping[type, Callable[[Any], tuple[str, str]]] = {
        e.CallAnswered: lambda _: ("rings and is answered", "dim"),
        Acted: lambda acted: (_act(acted), "yellow"),
        e.AgentOffered: lambda offered: (f"rings {offered.agent}", "green"),
        e.AgentAccepted: lambda accepted: (f"{accepted.agent} accepts, by {accepted.by}", "bold green"),
        e.AgentDeclined: lambda declined: (f"{declined.agent} does not take it ({declined.by})", "yellow"),
        e.Bridged: lambda bridged: (f"joined with {bridged.agent}", "bold green"),
        e.CallbackAgreed: lambda agreed: (f"callback promised on {agreed.number}, with its brief", "bold green"),
        e.WrappedUp: lambda wrapped: (f"{wrapped.agent} wraps up: {wrapped.disposition}", "green"),
        e.Problem: lambda problem: (f"problem in {problem.part}: {problem.what}", "red"),
    }
    return told[type(entry)](entry) if type(entry) in told else None


def _act(acted: Acted) -> str:
    return f"{acted.action}: {'done' if acted.ok else 'not done'}" + (
        f", receipt {acted.receipt}" if acted.receipt else ""
    )
