"""A question to a colleague, and their answer in text: bounded, plain, said to the caller as theirs, and kept.

asked → answered | unanswered | withdrawn. The first answer counts; a late one changes nothing.
"""

import asyncio
import secrets
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from models.redact import redact
from telephony import events as entries
from telephony.access import Role, Who
from telephony.access.audit import Outcome
from telephony.access.roles import refusal
from telephony.approvals.call_side import Audience, CallSide, Notes, Present
from telephony.approvals.errors import NotAllowed
from voice.events import AskColleague, ColleagueNews, ColleagueStage

ANSWER_SECONDS = 45.0
"""For an answer: less than an approval has, since "I don't know" is a whole answer here."""

ANSWER_CHARS = 300
"""About 20 s of speech; longer answers are a person's to say."""

SHOWN_ON_SECONDS = 15.0
QUESTION_CHARS = 400

GONE = "There is no such question any more."
LATE = "The time for an answer was up; the caller was told that nobody knew."


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question and its answer, for whoever looks after the knowledge. `wall`: seconds since 1970."""

    id: str
    call: str
    turn: int | None
    question: str
    answer: str
    answered_by: str
    wall: float


@dataclass(slots=True, eq=False)
class Question:
    id: str
    key: str  # the mind's name for it
    text: str
    turn: int | None
    by: str | None  # who asked for the caller, from a desk
    call: CallSide
    until_ms: int
    how: str = ""  # answered | unanswered | nobody | withdrawn; "": open
    answered_by: str = ""
    timers: list[asyncio.TimerHandle] = field(default_factory=list)


class Consults:
    def __init__(
        self, *, audience: Audience, audit: Notes, present: Present, now_ms: Callable[[], int],
        wall: Callable[[], float], keep: Callable[[Candidate], None],
    ) -> None:  # fmt: skip
        """`keep` takes what was answered, for the knowledge."""
        self._audience = audience
        self._audit = audit
        self._present = present
        self._now_ms = now_ms
        self._wall = wall
        self._keep = keep
        self._questions: dict[str, Question] = {}
        self._listeners: list[Callable[[], None]] = []

    def ask(self, call: CallSide, act: AskColleague, queue: str) -> None:
        """The caller's question, to everybody who is there and free."""
        question = self._pose(call, act.key, act.question, act.turn, None)
        if not self._present.could_answer(self._audience, queue, agents=True, but=frozenset()):
            self._end(question, "nobody", ColleagueStage.NOBODY)
            return
        call.tell(ColleagueNews(act.key, ColleagueStage.ASKED))
        self._tell()

    def ask_for(self, who: Who, call: CallSide, text: str) -> str:
        """A supervisor asks for a caller who is with the system; the question's id. The answer is said to the caller:
        it is not for agents, whose call this is not. Raises `NotAllowed`."""
        asked = bounded(text, QUESTION_CHARS)
        why = "" if asked else "A question is expected."
        if not who.has(Role.SUPERVISOR):
            why = refusal((Role.SUPERVISOR,), who.roles)
        elif any(one.by == who.id and one.call is call and not one.how for one in self._questions.values()):
            why = "Your last question for this caller is still open."
        if why:
            self._audit.note(who, "consult.ask", call=call.id, outcome=Outcome.REFUSED, detail=why)
            raise NotAllowed(why)
        question = self._pose(call, f"desk-{secrets.token_hex(4)}", asked, None, who.id)
        self._audit.note(who, "consult.ask", call=call.id)
        self._tell()
        return question.id

    def answer(self, who: Who, question: str, text: str) -> None:
        """The first answer counts. Raises `NotAllowed`, changing nothing."""
        one = self._open_to(who, question, "consult.answer")
        said = bounded(text, ANSWER_CHARS + 1)
        if not said or len(said) > ANSWER_CHARS:
            raise NotAllowed(f"An answer of 1 to {ANSWER_CHARS} characters is expected: it is said to the caller.")
        self._audit.note(who, "consult.answer", call=one.call.id)
        self._keep(Candidate(one.id, one.call.id, one.turn, one.text, said, who.id, self._wall()))
        self._end(one, "answered", ColleagueStage.ANSWERED, by=who.id, text=said)

    def pass_on(self, who: Who, question: str) -> None:
        """ "I don't know": where nobody else is left to ask, the caller need not wait for the clock."""
        one = self._open_to(who, question, "consult.pass")
        self._audit.note(who, "consult.pass", call=one.call.id)
        self._end(one, "unanswered", ColleagueStage.UNANSWERED, by=who.id)

    def withdraw(self, call: str, key: str) -> None:
        for one in [q for q in self._questions.values() if (q.call.id, q.key) == (call, key) and not q.how]:
            self._end(one, "withdrawn", None)

    def left(self, call: str) -> None:
        """The call is over."""
        for one in [q for q in self._questions.values() if q.call.id == call and not q.how]:
            self._end(one, "withdrawn", None)

    def shown_to(self, who: Who) -> Sequence[Question]:
        if not who.has(Role.AGENT, Role.SUPERVISOR):
            return ()
        return sorted((q for q in self._questions.values() if q.by != who.id), key=lambda q: (bool(q.how), q.until_ms))

    def left_ms(self, question: Question) -> int:
        return max(0, question.until_ms - self._now_ms())

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    # --- shared --------------------------------------------------------------------------------------------------

    def _pose(self, call: CallSide, key: str, text: str, turn: int | None, by: str | None) -> Question:
        until = self._now_ms() + round(ANSWER_SECONDS * 1000)
        text = bounded(redact(text), QUESTION_CHARS)
        one = Question(f"q-{secrets.token_hex(6)}", key, text, turn, by, call, until)
        self._questions[one.id] = one
        call.journal.append(entries.ColleagueAsked(one.id, text, turn, by))
        self._later(one, ANSWER_SECONDS, lambda: self._end(one, "unanswered", ColleagueStage.UNANSWERED))
        return one

    def _open_to(self, who: Who, question: str, what: str) -> Question:
        one = self._questions.get(question)
        why = ""
        if one is None:
            why = GONE
        elif one.how:
            by = self._audience.name(one.answered_by) if one.answered_by else ""
            why = f"{by} has answered this already." if one.how == "answered" else GONE
        elif self._now_ms() >= one.until_ms:
            why = LATE
        elif one.by == who.id:
            why = "You asked this yourself."
        elif not who.has(Role.AGENT, Role.SUPERVISOR):
            why = "This is for agents and supervisors."
        if one is None or why:
            call = one.call.id if one is not None else ""
            self._audit.note(who, what, call=call, outcome=Outcome.REFUSED, detail=why)
            raise NotAllowed(why)
        return one

    def _end(self, one: Question, how: str, stage: ColleagueStage | None, *, by: str = "", text: str = "") -> None:
        if one.how:
            return
        one.how, one.answered_by = how, by
        for timer in one.timers:
            timer.cancel()
        one.call.journal.append(entries.ColleagueAnswered(one.id, how, text, by or None))
        if stage is not None:
            one.call.tell(ColleagueNews(one.key, stage, text))
        self._later(one, SHOWN_ON_SECONDS, lambda: self._forget(one))
        self._tell()

    def _later(self, one: Question, seconds: float, what: Callable[[], None]) -> None:
        one.timers.append(asyncio.get_running_loop().call_later(seconds, what))

    def _forget(self, one: Question) -> None:
        self._questions.pop(one.id, None)
        self._tell()

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()


def bounded(text: str, most: int) -> str:
    """Plain words on one line, without what steers a terminal or turns a line round; no number that is somebody's."""
    plain = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in text[: 4 * most])
    return redact(" ".join(plain.split()))[:most]
