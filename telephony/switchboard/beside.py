"""A colleague whom an agent brings in beside themselves: asked by name, and then all three hear each other.

Asking one colleague is a handoff with nobody left to ask after them, and it is decided by the same table. Who joined
is heard as a supervisor is who barges in; whoever of the two agents leaves, the other goes on with the caller.
"""

from collections.abc import Callable
from dataclasses import replace

from models.brief import Brief
from models.redact import redact
from telephony import events as entries
from telephony import handoff as h
from telephony.agents.staff import Found, Staff
from telephony.errors import IllegalMove
from telephony.handoff.step import step
from telephony.switchboard.asking import Asking, Means
from telephony.switchboard.attempt import Attempt
from telephony.switchboard.caller_side import CallerSide
from telephony.switchboard.company import Company
from telephony.switchboard.finding import Finding
from telephony.switchboard.joining import Joining
from telephony.switchboard.people import Invitation
from voice.pipeline.session import Session

CONFERENCE = (
    "This call runs through the carrier's conference, where nobody can be brought in. Pass the caller on instead; "
    'with bridge = "relay" in the line\'s settings three can talk.'
)
LEFT = {"agent": "left", "handed_back": "let_go", "caller": "caller"}
"""Why the table says that somebody who had joined is there no more → as the record says it."""


class Beside:
    """Of one handoff, one colleague at a time. `brief`: the newest."""

    def __init__(
        self,
        *,
        handoff: h.Handoff,
        caller: CallerSide,
        joining: Joining,
        people: Staff,
        means: Means,
        brief: Callable[[], Brief],
    ) -> None:
        self._handoff = handoff
        self._caller = caller
        self._joining = joining
        self._people = people
        self._means = means
        self._brief = brief
        self._begun = 0
        self._asked: list[Asking] = []  # one for each colleague
        self._found: Found | None = None
        self._by: Invitation | None = None
        self._course: h.Handoff | None = None  # of the one who is asked, or has joined; also when it is over
        self._company: Company | None = None  # who has joined
        self._reason = ""  # of a no
        self._gone_on = ""  # the attempt of the one who has the caller now

    @property
    def companion(self) -> str | None:
        """Who is asked, or has joined."""
        return self._found.id if self._found is not None and self._open else None

    @property
    def joined(self) -> bool:
        return self._company is not None

    @property
    def host(self) -> str:
        """The name of the agent who asked."""
        return self._by.name if self._by is not None else ""

    @property
    def sessions(self) -> tuple[tuple[str, Session], ...]:
        """Of who has joined, by the name of their voice."""
        company = self._company
        return () if company is None else ((company.attempt.agent, company.session),)

    @property
    def _open(self) -> bool:
        return self._course is not None and not self._course.over

    # --- what the agent asks for ---------------------------------------------------------------------------------

    def ask(self, person: str, notes: str) -> None:
        """Raises `IllegalMove`, with a sentence for the agent, where it cannot be."""
        talk = self._joining.talk
        if talk is None:
            raise IllegalMove("You are not talking with a caller now.")
        if self._open and self._found is not None:
            is_there = f"{self._found.name} is on the line already: three is the most."
            raise IllegalMove(is_there if self.joined else f"You have asked {self._found.name} already.")
        if not talk.plays_us:
            raise IllegalMove(CONFERENCE)
        found = self._people.reserve_by_name(person, self._handoff.queue)
        if found is None:
            raise IllegalMove("This colleague is busy now. Choose another.")
        self._begun += 1
        id, now_ms = f"{self._handoff.id}-b{self._begun}", self._caller.now_ms()
        self._course = h.Handoff(
            id, self._caller.call, self._handoff.queue, now_ms, h.HandoffState.QUEUED, seek_over=True
        )
        self._found, self._reason = found, ""
        self._by = Invitation(talk.agent, talk.name or talk.agent, redact(notes))
        self._asked.append(self._asking(self._by))
        self._asked[-1].chosen(self._course.next_attempt, found)
        self._means.happened(h.AgentChosen(self._course.next_attempt, found.id))

    def end(self) -> None:
        """They are not asked any more, or let go again. Raises `IllegalMove` where nobody is."""
        if self._course is None or self._course.over:
            raise IllegalMove("Nobody is with you on this call any more.")
        self._means.happened(self._let_go(self._course))

    async def hang_up(self) -> None:
        """Their own wish, from their desk."""
        if self._course is not None and self._course.current is not None:
            await self._asked[-1].hang_up(self._course.current.id, "hung up at the desk")

    def _let_go(self, course: h.Handoff) -> h.Event:
        return h.HandedBack(course.current.id if course.current is not None else course.next_attempt, "")

    # --- what happens, told by the one who takes every event of this handoff in its order ------------------------

    def owns(self, event: h.Event) -> bool:
        """Whether it is about a colleague who was asked here, and has not gone on with the caller."""
        attempt = getattr(event, "attempt", "")
        return attempt.startswith(f"{self._handoff.id}-b") and attempt != self._gone_on

    async def take(self, event: h.Event) -> None:
        if self._course is None or (isinstance(event, h.AgentChosen) and self._course.over):
            return
        if isinstance(event, h.Declined):
            self._reason = redact(event.reason or "")
        if isinstance(event, h.HandedBack) and self._course.state is not h.HandoffState.BRIDGED:
            event = h.CallerCancelled()  # who is only asked is asked no more
        self._course, nexts = step(self._course, event, self._caller.now_ms())
        for wanted in nexts:
            await self._carry_out(wanted, caller_left=isinstance(event, h.CallerLeft))

    async def _carry_out(self, wanted: h.Next, *, caller_left: bool) -> None:
        asking = self._asked[-1]
        match wanted:
            case h.Offer(attempt=attempt, agent=agent):
                await asking.offer(attempt, agent, self._brief())
            case h.Ring(attempt=attempt, agent=agent):
                asking.ring(attempt, agent, self._brief)
            case h.AskProof(attempt=attempt):
                await asking.ask_proof(attempt)
            case h.Cancel(attempt=attempt, why=why, tell=tell):
                asking.cancel(attempt, why, tell=tell and caller_left)
            case h.Bridge(attempt=attempt, agent=agent):
                await self._join(attempt, agent)
            case h.Close(attempt=attempt, agent=agent, outcome=outcome):
                self._close(attempt, agent, outcome)
            case _:
                pass  # the caller has a person: nothing is said to them of a search

    async def _join(self, attempt: str, agent: str) -> None:
        running, talk = self._asked[-1].attempt(attempt), self._joining.talk
        if running is None or running.session is None or talk is None or self._found is None:
            self._means.happened(
                h.BridgeFailed(attempt, "the agent's leg has no media, or nobody is there to be joined")
            )
            return
        name = self._found.name
        self._company = Company(running, running.session, caller=self._caller, name=name, host=self.host)
        joined = entries.CompanionJoined(self._handoff.id, talk.agent, agent, name)
        await self._caller.journal.try_commit(joined)
        running.joined()
        await running.session.hush()
        self._asked[-1].joined(attempt, agent)
        self._company.begin(self._joining, self._means.start)
        self._means.happened(h.BridgeMade(attempt))

    def wire(self) -> None:
        """The caller is held, or no longer: who hears whom is another."""
        if self._company is not None:
            self._company.wire(self._joining)

    def _close(self, attempt: str, agent: str, outcome: h.Outcome) -> None:
        asking, talked = self._asked[-1], self.joined
        why = (self._course.why if self._course is not None else None) or ""
        self._part()
        asking.close(attempt, agent, outcome, talked=talked)
        self._over(LEFT.get(why, "left") if talked else outcome.value)
        if talked:
            asking.left(agent, "caller" if why == "caller" else "agent")

    def _over(self, why: str) -> None:
        assert self._found is not None and self._by is not None  # somebody was asked
        over = entries.CompanionOver(
            self._handoff.id, self._by.agent, self._found.id, self._found.name, why, self._reason
        )
        self._caller.journal.append(over)

    def _part(self) -> None:
        if self._company is not None:
            self._company.part()
        self._company = None

    # --- the agent leaves ----------------------------------------------------------------------------------------

    async def goes_on(self, main: Asking) -> None:
        """Who joined has the caller from now on, alone, and belongs to `main`."""
        company, found = self._company, self._found
        assert company is not None and company.attempt.leg is not None and found is not None  # who succeeds is there
        attempt, session, leg = company.attempt, company.session, company.attempt.leg
        self._gone_on = attempt.id
        main.adopt(attempt, found)
        await self._joining.succeed(attempt, leg, session, found.name or None, apart=self._part)
        self._over("goes_on")
        self._course = None

    @property
    def successor(self) -> Attempt | None:
        """Who would go on with the caller now."""
        return self._company.attempt if self._company is not None else None

    async def left(self, *, caller: bool) -> None:
        """The agent or the caller is gone: nobody is asked for them any more."""
        if self._course is None or self._course.over:
            return
        if self._course.current is None:  # not shown to anybody yet
            self.release()
        await self.take(h.CallerLeft() if caller else self._let_go(self._course))

    async def farewells(self) -> None:
        for asking in self._asked:
            await asking.farewells()

    def release(self) -> None:
        """Nobody stays reserved for a call that is over, or on its line."""
        self._part()
        if self._open and self._asked:
            self._asked[-1].release_all(frozenset())

    def _asking(self, by: Invitation) -> Asking:
        course = self._course
        assert course is not None  # it was begun a moment ago
        finding = Finding(
            self._people,
            call=self._caller.call,
            handoff=course.id,
            queue=course.queue,
            lines=self._means.lines,
            fallback=(),
            problem=self._caller.problem,
        )
        return Asking(
            handoff=replace(self._handoff, trigger_ms=self._caller.now_ms()),
            caller=replace(self._caller, joined=lambda agent: None),
            finding=finding,
            means=self._means,
            invitation=by,
        )
