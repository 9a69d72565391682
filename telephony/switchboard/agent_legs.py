"""What the legs of a call's agents run on: the house's parts, without a recording of their own."""

from models.brief import Brief
from telephony.agents.briefing import BriefingMind
from telephony.leg import Leg
from telephony.switchboard.house import House
from telephony.switchboard.leg_office import LegOffice, Notes
from telephony.switchboard.people import Invitation
from voice.pipeline.build import Transport
from voice.pipeline.session import Session
from voice.pipeline.tap import Recorder
from voice.pipeline.watching import Recover


class AgentLegs:
    """Implements `telephony.switchboard.attempt.AttemptParts`. `caller`: their number; `notes` keeps the call's
    transcript."""

    def __init__(self, house: House, *, call: str, caller: str | None, notes: Notes) -> None:
        self._house = house
        self._call = call
        self._caller = caller
        self.notes = notes

    def mind(self, brief: Brief, invitation: Invitation | None) -> BriefingMind:
        return self._house.minds.briefing(brief, invitation)

    def session(
        self, *, leg: Leg, transport: Transport, mind: BriefingMind, office: LegOffice, listener: Recorder,
        on_stuck: Recover,
    ) -> Session:  # fmt: skip
        """Only the caller's leg is recorded: its second channel holds the agent."""
        rescue = self._house.minds.rescue(None)
        parts = self._house.parts(leg, transport, mind=mind, rescue=rescue, recorder=listener, office=office)
        parts.ear.listen_through()  # a machine is recognised while the brief is said, a person is not cut off by it
        return Session(parts, on_stuck=on_stuck)

    def allow_dial(self, line: str) -> None:
        self._house.dialling.allow(line, call=self._call, caller=self._caller)
