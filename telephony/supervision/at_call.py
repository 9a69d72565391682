"""One live call, as far as a supervisor takes part in it; `telephony.switchboard.conduct.Conduct` is one."""

from typing import Protocol

from telephony.call import Call
from telephony.journal import Journal
from telephony.supervision.modes import Situation
from telephony.switchboard.leg_office import Notes
from telephony.switchboard.searches import Searches
from telephony.switchboard.seeking import Seeking
from voice.pipeline.session import Session


class LiveCall(Protocol):
    id: str
    call: Call
    journal: Journal
    session: Session | None  # of the caller's leg, from its answer on

    @property
    def seeking(self) -> Seeking | None: ...

    @property
    def searches(self) -> Searches: ...

    @property
    def notes(self) -> Notes: ...

    def now_ms(self) -> int: ...


def situation(call: LiveCall, taken_by: str) -> Situation:
    seeking, session = call.seeking, call.session
    talk = seeking.talk if seeking is not None else None
    return Situation(
        answered=session is not None and not call.call.over,
        agent=talk.agent if talk is not None else "",
        beside=tuple(who for who, _ in talk.beside) if talk is not None else (),
        reached=talk is None or talk.plays_us,
        held=talk is not None and talk.held,
        searching=talk is None and call.searches.under_way is not None,
        joining=seeking is not None and seeking.joining,
        acting=session is not None and session.acting,
        taken_by=taken_by,
    )
