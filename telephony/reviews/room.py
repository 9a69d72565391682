"""The review room: who may mark, close a call, sign, refuse and roll back; what follows from each, in one place.

What is published lies on the stage, in versions; a signed change is proved in a process of its own before that.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from telephony.access.audit import Notes, Outcome
from telephony.access.roles import Role, Who
from telephony.errors import RecordError
from telephony.reviews import ladder as scope
from telephony.reviews import proposals
from telephony.reviews.changes import SYSTEM, Change, SetMode, Standing, Step, applied, undone
from telephony.reviews.errors import NotReviewed
from telephony.reviews.judgements import Judgement, Line, Turn, judgements, turns
from telephony.reviews.marks import Agreement, Mark, agreement, mark, settled
from telephony.reviews.ports import House, Proof, Shelf, Stage
from telephony.reviews.queue import Case, Queued, case, queue, raters
from voice.dialogue.learned import BIAS, Mode

log = logging.getLogger(__name__)

WEEK_S = 7 * 86_400.0
DRAFTS_S = 60.0  # no look for new drafts sooner: it reads the week, and a page that waits for a proof asks often
SIGNERS = (Role.SUPERVISOR, Role.REVIEWER)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One call before a reviewer. `marks`: their own; others' are not shown while they may sway."""

    call: str
    turns: tuple[Turn, ...]
    judgements: tuple[Judgement, ...]
    marks: tuple[Mark, ...]
    raters: int


class Reviews:
    """`wall`: seconds since 1970."""

    def __init__(
        self, shelf: Shelf, stage: Stage, proof: Proof, *, house: House, audit: Notes, wall: Callable[[], float],
        lower: Callable[[str, Mode], None] = lambda intent, mode: None,
    ) -> None:  # fmt: skip
        """`lower`: is told at once of an intent that slid back; all else waits for the next start."""
        self._shelf, self._stage, self._proof = shelf, stage, proof
        self._house, self._audit, self._wall = house, audit, wall
        self._one_by_one = asyncio.Lock()
        self._work: set[asyncio.Task[None]] = set()
        self._lower = lower
        self._drafted = float("-inf")  # wall time

    def works_in(self, house: House) -> None:
        """Other rules answer the next call."""
        self._house = house

    # --- the queue and the marks -------------------------------------------------------------------------------------

    async def queue(self, who: Who) -> list[Queued]:
        cases = await self._cases()
        closed = await self._shelf.closed()
        return queue((one for one, _ in cases), self._house.rules, done=closed, reviewer=who.id)

    async def call(self, who: Who, call: str) -> Reviewed:
        lines = await self._words(call)
        own = [one for one in await self._shelf.marks() if (one.call, one.reviewer) == (call, who.id)]
        needed = raters(call, self._house.rules)
        return Reviewed(call, tuple(turns(lines)), tuple(judgements(lines)), tuple(own), needed)

    async def mark(self, who: Who, call: str, judgement: str, *, right: bool, answer: str = "", note: str = "") -> Mark:
        lines = await self._words(call)
        judged = judgements(lines)
        this = next((one for one in judged if one.id == judgement), None)
        if this is None:
            raise NotReviewed("There is no such judgement in this call.")
        if who.id in (await self._shelf.closed()).get(call, frozenset()):
            raise NotReviewed("You have finished with this call already.")
        last = max((turn.nth for turn in turns(lines)), default=0)
        made = mark(
            this, call=call, reviewer=who.id, right=right, answer=answer, note=note, wall=self._wall(),
            intents=self._house.intents, last_turn=last,
        )  # fmt: skip
        await self._shelf.put_mark(made)
        return made

    async def close(self, who: Who, call: str) -> list[Change]:
        """The reviewer has finished with a call: what those who were to mark it agree on becomes changes."""
        lines = await self._words(call)
        async with self._one_by_one:
            needed = raters(call, self._house.rules)
            closed = (await self._shelf.closed()).get(call, frozenset())
            if who.id in closed:
                raise NotReviewed("You have finished with this call already.")
            if len(closed) >= needed:
                raise NotReviewed("Others have finished with this call already.")
            await self._shelf.close_call(call, who.id, self._wall())
            self._audit.note(who, "reviews.closed", call=call)
            if len(closed | {who.id}) < needed:
                return []
            marks = list(await self._shelf.marks())
            agreed = settled((one for one in marks if one.call == call), needed)
            learned = self._stage.state().learned
            made = proposals.of_call(
                judgements(lines), agreed, call=call, author=who.id, wall=self._wall(), learned=learned
            )
            finished = await self._shelf.closed()
            over = self._settled(marks, finished)
            bias = learned.numbers.get(BIAS, self._house.bias)
            sooner = proposals.earliness(self._since_bias(over, await self._shelf.changes()), bias=bias,
                                         author=who.id, wall=self._wall())  # fmt: skip
            new = await self._propose(who.id, [*made, *([sooner] if sooner else [])])
            await self._slide(over)
            return new

    async def agreement(self) -> Agreement:
        return agreement(await self._shelf.marks())

    # --- changes ------------------------------------------------------------------------------------------------------

    async def changes(self) -> Sequence[Change]:
        """The newest first; drafts from calls that were resolved and questions that were answered since are added."""
        async with self._one_by_one:
            if self._wall() - self._drafted >= DRAFTS_S:
                await self._draft()
                self._drafted = self._wall()
        return await self._shelf.changes()

    async def _draft(self) -> None:
        known = {one.id for one in await self._shelf.changes()}
        drafts = []
        for one, _ in await self._cases():
            if one.escalated and one.disposition in self._house.solved and f"draft-{one.call}" not in known:
                lines = await self._shelf.journal(one.call)
                drafts.append(proposals.draft(one, lines, self._house.solved, self._wall()))
        for told in await self._shelf.answered():
            drafts.append(proposals.answered(told.id, told.call, told.question, told.answer, told.by, told.wall))
        await self._propose(SYSTEM, [one for one in drafts if one is not None])

    async def sign(self, who: Who, change: str) -> Change:
        """A second person's yes: the change is proved, and published if nothing known gets worse. Returns at once."""
        async with self._one_by_one:
            one = await self._signable(who, change)
            applied(self._stage.state(), one.delta)  # raises where its base has moved on
            signed = one.after(Step.SIGN, signer=who.id)
            await self._keep(signed, who.id, Step.SIGN)
        work = asyncio.create_task(self._prove(who, signed), name=f"proof of {change}")
        self._work.add(work)
        work.add_done_callback(self._work.discard)
        return signed

    async def refuse(self, who: Who, change: str, why: str) -> Change:
        async with self._one_by_one:
            one = await self._signable(who, change)
            said = (why.strip()[:300],) if why.strip() else ()
            refused = one.after(Step.REFUSE, signer=who.id, said=said)
            await self._keep(refused, who.id, Step.REFUSE)
        self._audit.note(who, "reviews.refused", detail=one.title)
        return refused

    async def roll_back(self, who: Who, change: str) -> Change:
        self._may_sign(who)
        async with self._one_by_one:
            one = await self._change(change)
            back = one.after(Step.ROLL_BACK)
            state = undone(self._stage.state(), one.delta)
            self._stage.publish(state)
            back = replace(back, version=state.version)
            await self._keep(back, who.id, Step.ROLL_BACK)
        self._audit.note(who, "reviews.rolled_back", detail=f"{one.title}; version {state.version}")
        return back

    async def proved(self) -> None:
        """Until nothing is being proved."""
        while self._work:
            await asyncio.wait(set(self._work))

    async def close_room(self) -> None:
        """What is being proved is left; the next start proposes it again."""
        for work in self._work:
            work.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)

    async def resume(self) -> None:
        """What was being proved when the service ended is proposed again."""
        for one in await self._shelf.changes():
            if one.standing is Standing.PROVING:
                again = one.after(Step.BREAK, signer="", said=("The service ended meanwhile.",))
                await self._keep(again, SYSTEM, Step.BREAK)

    async def _prove(self, who: Who, signed: Change) -> None:
        old = self._stage.state()
        try:
            new = applied(old, signed.delta)
            calls = sorted(await self._shelf.closed())
            found = await self._proof.prove(old, new, change=signed, calls=calls)
            async with self._one_by_one:
                if found.worse or not found.decided:
                    said = found.worse or ("It cannot be told whether this is worse: more reviewed calls are needed.",)
                    await self._over(who, signed.after(Step.FAIL, said=said), Step.FAIL, Outcome.REFUSED)
                    return
                now = applied(self._stage.state(), signed.delta)  # others may have been published meanwhile
                self._stage.publish(now)
                live = signed.after(Step.PASS, said=found.said, version=now.version)
                await self._over(who, live, Step.PASS, Outcome.DONE)
        except (NotReviewed, RecordError, OSError, ValueError) as error:
            log.warning("change %s was not proved: %s", signed.id, error)
            broken = signed.after(Step.BREAK, signer="", said=(f"It could not be tried: {error}"[:300],))
            await self._over(who, broken, Step.BREAK, Outcome.FAILED)

    async def _over(self, who: Who, change: Change, step: Step, outcome: Outcome) -> None:
        detail = f"{change.title}; version {change.version}" if change.version else change.title
        self._audit.note(who, "reviews.signed", outcome=outcome, detail=detail)
        await self._keep(change, who.id, step)

    # --- the ladder ---------------------------------------------------------------------------------------------------

    async def ladder(self) -> list[scope.Record]:
        return self._ladder(
            self._settled(await self._shelf.marks(), await self._shelf.closed()), await self._shelf.changes()
        )

    async def climb(self, who: Who, intent: str) -> Change:
        """Proposes the next rung; another person signs."""
        self._may_sign(who)
        record = next((one for one in await self.ladder() if one.intent == intent), None)
        if record is None or record.move is None or record.slides:
            raise NotReviewed("Its reviews do not allow another rung yet.")
        async with self._one_by_one:
            delta = SetMode(intent, record.move, record.mode)
            why = f"{record.right} of {record.calls} reviewed calls right, at least {record.low:.0%} (95 %)"
            id = f"mode-{intent}-{record.move}-{self._stage.state().version}"
            new = Change(id, f"{intent}: {record.mode} to {record.move}", who.id, self._wall(), delta, (), (why,))
            return (await self._propose(who.id, [new]) or [await self._change(id)])[0]

    def _ladder(self, marks: Sequence[Mark], changes: Sequence[Change]) -> list[scope.Record]:
        now = {**self._house.modes, **self._stage.state().learned.modes}
        since = {one.delta.intent: one.wall for one in reversed(changes)
                 if isinstance(one.delta, SetMode) and one.standing is Standing.PUBLISHED}  # fmt: skip
        return scope.records(
            marks,
            now,
            self._house.ladder,
            with_terms=self._house.with_terms,
            since=since,
        )

    async def _slide(self, marks: Sequence[Mark]) -> None:
        """Down by itself: the safe way, so nobody need sign."""
        for record in self._ladder(marks, await self._shelf.changes()):
            if record.move is None or not record.slides:
                continue
            delta = SetMode(record.intent, record.move, record.mode)
            state = applied(self._stage.state(), delta)
            self._stage.publish(state)
            self._lower(record.intent, record.move)
            why = f"its newest reviews say that at most {record.recent_high:.0%} are right (95 %)"
            title = f"{record.intent}: {record.mode} back to {record.move}"
            id = f"slide-{record.intent}-{state.version}"
            change = Change(id, title, SYSTEM, self._wall(), delta, (), (why,), version=state.version)
            await self._keep(change.after(Step.SLIDE), SYSTEM, Step.SLIDE)
            self._audit.note(Who(SYSTEM, frozenset()), "reviews.slid", detail=title)
            log.warning("%s; %s", title, why)

    # --- what all of them need ----------------------------------------------------------------------------------------

    def _settled(self, marks: Sequence[Mark], closed: Mapping[str, frozenset[str]]) -> list[Mark]:
        """Of calls that everybody who was to review them has finished with."""
        found: list[Mark] = []
        for call, by in closed.items():
            needed = raters(call, self._house.rules)
            if len(by) >= needed:
                found += settled((one for one in marks if one.call == call), needed)
        return found

    def _since_bias(self, marks: Sequence[Mark], changes: Sequence[Change]) -> list[Mark]:
        """Marks of calls that no earlier proposal of how early a person comes was made from."""
        used = {call for one in changes if one.id.startswith("bias-") for call in one.calls}
        return [one for one in marks if one.call not in used]

    async def _cases(self) -> list[tuple[Case, Sequence[Line]]]:
        now = self._wall()
        journals = await self._shelf.calls(since=now - WEEK_S, until=now)
        return [(one, lines) for lines in journals if (one := case(lines)) is not None]

    async def _words(self, call: str) -> Sequence[Line]:
        lines = await self._shelf.journal(call)
        if not lines:
            raise NotReviewed("The words of this call are erased, so it can no longer be reviewed.")
        return lines

    async def _propose(self, by: str, changes: Sequence[Change]) -> list[Change]:
        known = {one.id for one in await self._shelf.changes()}
        new = [one for one in changes if one.id not in known]
        for one in new:
            await self._shelf.put_change(one, by=by, step="propose", wall=self._wall())
        return new

    async def _signable(self, who: Who, change: str) -> Change:
        self._may_sign(who)
        one = await self._change(change)
        if one.author == who.id:
            raise NotReviewed("You wrote this yourself. Another person signs it.")
        return one

    def _may_sign(self, who: Who) -> None:
        if not who.has(*SIGNERS):
            raise NotReviewed("Changes are signed by reviewers and supervisors.")

    async def _change(self, change: str) -> Change:
        found = next((one for one in await self._shelf.changes() if one.id == change), None)
        if found is None:
            raise NotReviewed("There is no such change any more.")
        return found

    async def _keep(self, change: Change, by: str, step: Step) -> None:
        await self._shelf.put_change(change, by=by, step=step.value, wall=self._wall())
