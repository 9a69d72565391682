"""After a crash: agents' telephones that ring for nobody are let go, and each call that was cut off gets an honest end.

Two who talk in a conference of the carrier did not notice that we were gone, and are left alone.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, runtime_checkable

from telephony import events as entries
from telephony.errors import LineError, RecordError
from telephony.journal import Record
from telephony.leg import Line
from telephony.records.unfinished import AgentLeg, Unfinished, unfinished

log = logging.getLogger(__name__)


@runtime_checkable
class FindsLegs(Protocol):
    """A line that can find and end legs of a process before this one."""

    async def still_up(self, carrier_id: str) -> bool:
        """Raises `LineError` when the carrier does not say."""
        ...

    async def let_go(self, carrier_id: str) -> None:
        """Ends it; harmless when it is over. Raises `LineError`."""
        ...


class Ledger(Protocol):
    """The record: `telephony.records.store.Store`."""

    async def run(self, job: Callable[..., list[Unfinished]]) -> list[Unfinished]: ...

    def keep(self, record: Record) -> None: ...


async def cut_off(ledger: Ledger) -> list[Unfinished]:
    """The calls that a crash cut off. To be asked before this process has calls of its own."""
    try:
        return await ledger.run(unfinished)
    except RecordError as error:
        log.error("calls that a crash cut off expected from the record, got: %s", error)
        return []


async def reconcile(
    found: Sequence[Unfinished], ledger: Ledger, lines: Mapping[str, Line], *, wall: Callable[[], float]
) -> None:
    """Ends what they left open, at the carriers and on record."""
    for call in found:
        said = await _let_go(call, lines)
        log.warning("call %s was cut off when the service stopped: %s", call.call, said)
        for number, entry in enumerate(_end(call, said), start=call.last_seq + 1):
            ledger.keep(Record(call.call, number, call.last_ms, wall(), entry))


async def _let_go(call: Unfinished, lines: Mapping[str, Line]) -> str:
    """What was found and done, in words for the journal."""
    if call.bridged_with is not None and await _both_up(call, lines):
        return "the two go on talking at the carrier"
    done = [await _end_leg(leg, lines) for leg in call.legs]
    return "; ".join(done) or "no agent had been rung"


async def _both_up(call: Unfinished, lines: Mapping[str, Line]) -> bool:
    agent = next((leg for leg in reversed(call.legs) if leg.agent == call.bridged_with), None)
    line: object = lines.get(call.line)
    if agent is None or call.carrier_id is None or agent.line != call.line or not isinstance(line, FindsLegs):
        return False
    try:
        return await line.still_up(call.carrier_id) and await line.still_up(agent.carrier_id)
    except LineError as error:
        log.warning("call %s: %s", call.call, error)
        return True  # nobody is cut off on a guess


async def _end_leg(leg: AgentLeg, lines: Mapping[str, Line]) -> str:
    line: object = lines.get(leg.line)
    if not isinstance(line, FindsLegs):
        return f"agent {leg.agent}'s leg could not be looked for: line {leg.line} is not open"
    try:
        if not await line.still_up(leg.carrier_id):
            return f"agent {leg.agent}'s leg was over"
        await line.let_go(leg.carrier_id)
    except LineError as error:
        return f"agent {leg.agent}'s leg may still be up: {error}"
    return f"agent {leg.agent}'s leg was ended"


def _end(call: Unfinished, said: str) -> list[entries.Entry]:
    told: list[entries.Entry] = [
        entries.Problem("service", f"the call expected to end before the service does, it was cut off; {said}")
    ]
    if call.handoff is not None and call.state is not None:
        if call.bridged_with is not None:
            told.append(entries.Unbridged(call.handoff, call.bridged_with, "system"))
        state = "ended" if call.bridged_with is not None else "abandoned"
        told.append(entries.HandoffMoved(call.handoff, state, call.state, "service_stopped"))
    outcome = "transferred" if call.bridged_with is not None else "failed"
    told.append(entries.CallEnded(outcome, "system", "the service stopped", call.last_ms / 1000))
    return told
