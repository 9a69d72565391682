"""A call on one screen of a terminal: transcript with what was understood, mood, trigger, brief, stages, outcome."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from models.brief import Brief, Part
from telephony import events as e
from telephony.journal import Record
from telephony.story import Spoken, Stage, Story, story
from voice.events import Acted, Escalated

COLOURS = {"caller": "cyan", "system": "bright_black", "agent": "green"}
MEANING = 24  # characters across of what was understood
BAR = 24  # characters of the frustration bar
OUTCOMES = {"solved": "green", "transferred": "green", "callback": "green", "abandoned": "yellow", "failed": "red"}


def summary(name: str, records: Sequence[Record]) -> RenderableType:
    told = story(records)
    parts: list[RenderableType] = [transcript(told.spoken)]
    if told.moods:
        parts.append(bar(max(mood.level for mood in told.moods), "most frustrated"))
    if told.trigger is not None:
        parts.append(trigger(told.trigger.at_ms, told.trigger.escalated))
    if told.brief is not None and told.triggers:
        parts.append(brief(told.brief, told.brief_seconds))
    if told.stages:
        parts.append(stages(told.stages))
    parts.extend(Text(f"problem in {p.part}: {p.what}", style="yellow") for p in told.problems)
    return Panel(Group(*parts), title=Text(name, "bold"), subtitle=_ended(told), title_align="left")


def transcript(lines: Sequence[Spoken]) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(style="dim", no_wrap=True, min_width=len(clock(0)))
    table.add_column(no_wrap=True, min_width=max(map(len, COLOURS)))
    table.add_column(ratio=3)
    table.add_column(style="dim", max_width=MEANING)  # a call with many slots leaves room for the words all the same
    for line in lines:
        table.add_row(
            clock(line.start_ms), Text(line.speaker, COLOURS.get(line.speaker, "")), words(line), meaning(line)
        )
    return table


def words(line: Spoken) -> Text:
    text = Text(line.text or "(not understood)", style="" if line.text else "dim italic")
    if line.cut:
        text.append(" …", style="dim")
    return text


def meaning(line: Spoken) -> Text:
    if line.understood is None:
        return Text()
    slots = ", ".join(f"{name} {value}" for name, value in line.understood.slots.items())
    named = line.understood.intent or ("unclear" if line.understood.in_scope else "out of scope")
    return Text(f"{named} {line.understood.confidence:.2f}" + (f" ({slots})" if slots else ""))


def bar(level: float, name: str = "frustration") -> Text:
    filled = round(max(0.0, min(1.0, level)) * BAR)
    colour = "green" if level < 0.4 else "yellow" if level < 0.7 else "red"
    return Text.assemble((f"{name} ", "bold"), ("█" * filled, colour), ("░" * (BAR - filled), "dim"), f" {level:.2f}")


def trigger(at_ms: int, escalated: Escalated) -> Text:
    evidence = "; ".join(escalated.evidence)
    head = f"{clock(at_ms)} {escalated.trigger} → {escalated.queue}, {escalated.urgency}"
    return Text.assemble(("trigger ", "bold magenta"), head, (f"  {evidence}  [{escalated.rule}]", "dim"))


def brief(shown: Brief, seconds: float | None) -> Panel:
    table = Table.grid(padding=(0, 1))
    table.add_column(style="bold")
    table.add_column()
    for part in Part:
        lines = "\n".join(line.text for line in shown.part(part))
        table.add_row(part.value, Text(lines) if lines else Text("not known", style="dim"))
    spoken = f"“{shown.spoken}”" + (f" ({seconds:.1f} s)" if seconds is not None else "")
    table.add_row("spoken", Text(spoken, style="italic"))
    return Panel(
        table, title=Text(f"brief {shown.version}: {shown.headline}"), title_align="left", border_style="magenta"
    )


def stages(found: Sequence[Stage]) -> Text:
    text = Text("stages ", style="bold")
    for number, stage in enumerate(found):
        arrow = f" → {stage.took_ms / 1000:.1f} s → " if number else ""
        text.append(arrow, style="dim").append(stage.name, style="not bold")
    return text


def newest(record: Record) -> str:
    """What a record says in a few words, for one line of progress. Rich markup is harmless in it."""
    text = f"{record.at_ms / 1000:.1f} s {_in_words(record)}"
    return text.replace("[", "(").replace("]", ")")[:100]


def _in_words(record: Record) -> str:
    match record.entry:
        case e.Said(text=text):
            return f"system: {text}"
        case e.Heard(speaker=speaker, text=text):
            return f"{speaker}: {text or '(not understood)'}"
        case Escalated(trigger=trigger_kind, queue=queue):
            return f"escalated: {trigger_kind} → {queue}"
        case Acted(action=action, ok=ok):
            return f"{action}: {'done' if ok else 'not done'}"
        case e.AttemptEnded(agent=agent, outcome=outcome):
            return f"{agent}: {outcome}"
        case e.CallEnded(outcome=outcome):
            return f"ended: {outcome}"
        case _:
            return record.type


def _ended(told: Story) -> Text:
    if told.ended is None:
        return Text("not ended")
    colour = OUTCOMES.get(told.ended.outcome, "bold")
    callback = f", callback on {told.callback.number}" if told.callback else ""
    ended = told.ended
    more = f" by {ended.by}: {ended.reason}, {ended.seconds:.0f} s{callback}"
    return Text.assemble((ended.outcome, colour), more)


def clock(at_ms: int) -> str:
    return f"{at_ms // 60_000}:{at_ms // 1000 % 60:02d}.{at_ms // 100 % 10}"
