"""Carries out what an agent decides about the caller on their line: hold, keys, a colleague, pass on, hang up."""

from collections.abc import Callable, Mapping, Sequence

from telephony.agents.agent import Presence
from telephony.agents.staff import Staff
from telephony.desk.line_office import Colleague
from telephony.desk.office import NotPossible
from telephony.errors import IllegalMove, LineError
from telephony.switchboard.conduct import Conduct
from telephony.switchboard.seeking import Seeking
from voice.dialogue.business import KeypadItem

NOT_TALKING = "You are not talking with a caller now."
MOVED_ON = "This call is no longer on your line. Nothing was changed."


class OnTheLine:
    """Implements `LineOffice`. `conduct`: agent → the call they are asked for or talk in; `joined`: agent → the call
    that their desk shows them on the line, if any; `queues`: name → title; `keypad`: what a caller may be asked to
    key, by name."""

    def __init__(
        self,
        *,
        staff: Staff,
        queues: Mapping[str, str],
        keypad: Mapping[str, KeypadItem],
        conduct: Callable[[str], Conduct | None],
        joined: Callable[[str], str | None],
    ) -> None:
        self._staff = staff
        self._queues = queues
        self._keypad = keypad
        self._conduct = conduct
        self._joined = joined

    async def hang_up(self, agent: str, call: str) -> None:
        conduct = self._conduct(agent)
        if conduct is None or conduct.id != call or conduct.seeking is None:
            raise NotPossible("This call is over already.")
        await conduct.seeking.agent_hangs_up(agent)

    async def hold(self, agent: str, call: str, on: bool) -> None:
        try:
            await self._at_call(agent, call).agent_holds(on)
        except IllegalMove as error:
            raise NotPossible(NOT_TALKING) from error

    def queues(self) -> Mapping[str, str]:
        return self._queues

    def colleagues(self, agent: str) -> Sequence[Colleague]:
        seats = self._staff.colleagues(agent)
        return [Colleague(seat.agent.id, seat.agent.name, seat.presence is not Presence.AVAILABLE) for seat in seats]

    def numbers(self) -> Mapping[str, str]:
        return {name: item.title for name, item in self._keypad.items()}

    async def ask_keys(self, agent: str, call: str, what: str) -> None:
        keypad = self._at_call(agent, call).keypad
        if what not in self._keypad:
            raise NotPossible("There is no such number to be keyed. Choose another.")
        try:
            await keypad.ask(self._keypad[what])
        except IllegalMove as error:
            raise NotPossible(str(error)) from error
        except LineError as error:
            raise NotPossible("The line cannot take keys for you now. Ask the caller to say it.") from error

    async def stop_keys(self, agent: str, call: str) -> None:
        try:
            self._at_call(agent, call).keypad.stop()
        except IllegalMove as error:
            raise NotPossible(str(error)) from error

    async def bring_in(self, agent: str, call: str, person: str, notes: str) -> None:
        seeking = self._at_call(agent, call)
        colleague = next((one for one in self.colleagues(agent) if one.id == person), None)
        if person == agent:
            raise NotPossible("You are on this call yourself. Choose a colleague.")
        if colleague is None:
            raise NotPossible("This colleague has just left. Choose another.")
        if seeking.keypad.on:
            raise NotPossible("The caller is keying a number. Bring somebody in once they are done.")
        try:
            seeking.beside.ask(person, notes)
        except IllegalMove as error:
            raise NotPossible(str(error)) from error

    async def let_go(self, agent: str, call: str) -> None:
        try:
            self._at_call(agent, call).beside.end()
        except IllegalMove as error:
            raise NotPossible(str(error)) from error

    async def hand_back(self, agent: str, call: str, notes: str, to: str = "", person: str = "") -> None:
        seeking = self._at_call(agent, call)
        if seeking.beside.joined:
            raise NotPossible("A colleague is with you: let them go first, or hang up, and they go on with the caller.")
        if person:
            to = self._queue_of(agent, person, to or seeking.handoff.queue)
        if to and to not in self._queues:
            raise NotPossible("There is no such queue any more. Choose another.")
        try:
            seeking.agent_hands_back(notes, to, person)
        except IllegalMove as error:
            raise NotPossible(NOT_TALKING) from error

    def _queue_of(self, agent: str, person: str, asked: str) -> str:
        if person not in [colleague.id for colleague in self.colleagues(agent)]:
            raise NotPossible("This colleague has just left. Choose another, or a queue.")
        return self._staff.queue_of(person, asked)

    def _at_call(self, agent: str, call: str) -> Seeking:
        conduct, joined = self._conduct(agent), self._joined(agent)
        if conduct is None or conduct.seeking is None or joined is None:
            raise NotPossible(NOT_TALKING)
        if not call == conduct.id == joined:
            raise NotPossible(MOVED_ON)
        beside = conduct.seeking.beside
        if agent == beside.companion:
            raise NotPossible(f"This is for {beside.host} to do, who brought you in. You can talk, mute and hang up.")
        return conduct.seeking
