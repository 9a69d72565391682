"""After the call: the draft with what was looked up and agreed on the line, and how the call probably ended."""

from collections.abc import Sequence

from telephony.copilot.next_actions import NextActions
from telephony.copilot.standing import Standing
from telephony.events import Bridged, CallbackAgreed, CopilotMarked, CopilotShown
from telephony.journal import Record
from voice.events import Acted


def drafted(records: Sequence[Record], summary: str) -> str:
    """`summary` with a line each for what was done, looked up and agreed while a person talked, before its outcome."""
    parts = (("Done on the line", _done(records)), ("Looked up", _looked_up(records)), ("Agreed", _agreed(records)))
    lines = [f"{name}: {'; '.join(what)}." for name, what in parts if what]
    head, outcome, rest = summary.rpartition("Outcome: ")
    return "\n".join([*head.splitlines(), *lines, f"{outcome}{rest}"]) if lines else summary


def ending(records: Sequence[Record], actions: NextActions) -> str | None:
    """The disposition proposed; None: the rules know none."""
    call = Standing()
    for record in records:
        call.see(record)
    call.about.update(shown.article for shown in _used(records))
    return actions.ending(call)


def _done(records: Sequence[Record]) -> list[str]:
    """By the system at the agent's word: after the first bridge."""
    start = next((number for number, record in enumerate(records) if isinstance(record.entry, Bridged)), len(records))
    return [
        acted.action.replace("_", " ") + (f", receipt {acted.receipt}" if acted.receipt else "")
        for acted in (record.entry for record in records[start:])
        if isinstance(acted, Acted) and acted.ok
    ]


def _looked_up(records: Sequence[Record]) -> list[str]:
    """Each once."""
    found = [
        shown.article.replace("_", " ") + (f" ({shown.section})" if shown.section else "") for shown in _used(records)
    ]
    return list(dict.fromkeys(found))


def _used(records: Sequence[Record]) -> list[CopilotShown]:
    """What the agent asked for, or found useful; of the rest nobody knows whether it was read."""
    entries = [record.entry for record in records]
    useful = {entry.shown for entry in entries if isinstance(entry, CopilotMarked) and entry.mark == "useful"}
    return [
        entry
        for entry in entries
        if isinstance(entry, CopilotShown)
        and entry.article
        and (entry.kind == "answer" or (entry.kind == "prompt" and entry.shown in useful))
    ]


def _agreed(records: Sequence[Record]) -> list[str]:
    return [
        "call back" + (f" {entry.due}" if entry.due else "")
        for entry in (record.entry for record in records)
        if isinstance(entry, CallbackAgreed)
    ]
