"""What a word or key that the record withholds must have been, told by what came after it.

Numbers and secrets are never in a journal, but the system's next sentence says whether they were a right answer; any
digits of the same length stand for them then.
"""

import re
from collections.abc import Sequence

from models.intent import IntentMatch
from models.redact import NUMBER
from telephony.backtest.tape import Line
from telephony.switchboard.leg_office import WITHHELD
from voice.dialogue.business import Business
from voice.dialogue.state import Place, State

ANY_DIGIT = "1"
READ_BACK, ASK_MEMBER, ASK_PIN = "identity.read_back", "identity.ask_member", "identity.ask_pin"
AMOUNT = re.compile(r"\d+(\.\d+)?")


def key(line: Line, after: Sequence[Line]) -> str:
    """The key pressed, where it is on record; else a digit, or the 0 that brought a person at once."""
    pressed = str(line.fields.get("key", ""))
    if pressed != WITHHELD:
        return pressed
    then = next((one for one in after if one.type in ("KeyPressed", "Heard", "Silent", "Said", "Escalated")), None)
    return "0" if then is not None and then.type == "Escalated" else ANY_DIGIT


def words(line: Line, after: Sequence[Line], state: State, business: Business) -> str:
    """What was heard, with digits or a plain answer in place of what is withheld, as far as that is certain."""
    text = str(line.fields.get("text", ""))
    then = next((one for one in after if one.type in ("Said", "Escalated")), None)
    if text == WITHHELD:
        return _spoken(then, state, business) if then is not None else text
    if NUMBER not in text:
        return text
    length = _slot_digits(state, business)
    return text.replace(NUMBER, _amount(line, after) or " ".join([ANY_DIGIT] * length) or NUMBER)


def meaning(line: Line, after: Sequence[Line]) -> IntentMatch | None:
    """What the words meant then, by the record; no record: they were not understood."""
    found = _understood(line, after)
    if found is None:
        return None
    given = found.fields
    name, confidence = given.get("intent"), float(given.get("confidence", 0.0))
    return IntentMatch(name, confidence, bool(given.get("in_scope")), None, confidence)


def _spoken(then: Line, state: State, business: Business) -> str:
    if then.type == "Escalated":
        return _quoted(then) or WITHHELD
    if state.place is Place.MEMBER and then.prompt == READ_BACK and business.identity is not None:
        return " ".join([ANY_DIGIT] * business.identity.member_digits)
    if state.place is Place.PIN and then.prompt in (ASK_PIN, ASK_MEMBER):  # to the number, which was read back
        return "yes" if then.prompt == ASK_PIN else "no"
    return WITHHELD


def _slot_digits(state: State, business: Business) -> int:
    """Of the number that is asked for; 0 where none is."""
    if state.place is not Place.SLOT or state.task is None or state.task.asking is None:
        return 0
    return business.intents[state.task.intent].slot(state.task.asking).digits or 0


def _amount(line: Line, after: Sequence[Line]) -> str | None:
    """A value that was taken from the words, and is no secret: it stands in the record."""
    found = _understood(line, after)
    values = found.fields.get("slots", {}).values() if found is not None else ()
    return next((str(value) for value in values if AMOUNT.fullmatch(str(value))), None)


def _understood(line: Line, after: Sequence[Line]) -> Line | None:
    turn = line.fields.get("turn")
    return next((one for one in after if one.type == "Understood" and one.fields.get("turn") == turn), None)


def _quoted(escalated: Line) -> str:
    """The caller's words in the evidence of an escalation that they led to."""
    for piece in escalated.fields.get("evidence", ()):
        _, opened, rest = str(piece).partition("“")
        inside, closed, _ = rest.partition("”")
        if opened and closed:
            return inside
    return ""
