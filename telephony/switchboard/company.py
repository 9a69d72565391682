"""A colleague who has joined an agent and their caller: hears both and is heard by both, until they part."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from telephony import events as entries
from telephony.leg import Fades
from telephony.switchboard.attempt import Attempt
from telephony.switchboard.caller_side import CallerSide
from telephony.switchboard.joining import Joining
from telephony.switchboard.third import Earpiece, Third
from voice.events import PersonNews, PersonStage
from voice.pipeline.session import Session


class Company:
    """`name` is the colleague's, `host` that of the agent who brought them in, as the caller is told."""

    def __init__(self, attempt: Attempt, session: Session, *, caller: CallerSide, name: str, host: str) -> None:
        self.attempt = attempt
        self.session = session
        self._caller = caller
        self._name = name
        self._host = host
        self._ear = Earpiece()
        self._third = Third(attempt.agent, session, self._ear.hears)
        self._hearing: asyncio.Task[None] | None = None
        self._introduced = False
        self._away_ms = 0  # when their network was lost

    def begin(self, joining: Joining, start: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]) -> None:
        self._hearing = start(self._ear.play_to(self.session.play))
        self._watch(self._faded)
        self.wire(joining)

    def wire(self, joining: Joining) -> None:
        """Who hears them: the agent always, the caller unless they are held; and is told once who it is."""
        talk = joining.talk
        if talk is None:
            return
        with_caller = {} if talk.held else {"caller": self._caller.session}
        self._third.wire(hears={**with_caller, "agent": talk.session}, beside=[talk.session, *with_caller.values()])
        if not talk.held and not self._introduced:
            self._introduced = True
            self._caller.session.tell(PersonNews(PersonStage.BESIDE, self._name, host=self._host))

    def part(self) -> None:
        self._watch(None)
        self._third.unwire()
        if self._hearing is not None:
            self._hearing.cancel()

    def _watch(self, faded: Callable[[bool], None] | None) -> None:
        leg: object = self.attempt.leg
        if isinstance(leg, Fades):
            leg.on_fade(faded)

    def _faded(self, away: bool) -> None:
        """Their network is lost, or back: on record, and so at the desks. The other two talk on."""
        now_ms = self._caller.now_ms()
        if away:
            self._away_ms = now_ms
            self._caller.journal.append(entries.PartyLost("colleague"))
        else:
            self._caller.journal.append(entries.PartyBack("colleague", now_ms - self._away_ms))
