"""What a word or key that the record withholds must have been, told by what came after it.

Numbers and secrets are never in a journal, but the system's next sentence says whether they were a right answer; any
digits of the same length stand for them then.
"""

from collections.abc import Sequence

from telephony.backtest.tape import Line
from telephony.leg_office import WITHHELD
from voice.dialogue.business import Business
from voice.dialogue.state import Place, State

ANY_DIGIT = "1"
NOT_TAKEN = ("no_match", "no_input", "identity.too_few", "identity.not_aloud", "wrong_guess")  # how prompts begin
MASKED = "[number]"


def key(line: Line, after: Sequence[Line]) -> str:
    """The key pressed, where it is on record; else a digit, or the 0 that brought a person at once."""
    pressed = str(line.fields.get("key", ""))
    if pressed != WITHHELD:
        return pressed
    then = next((one for one in after if one.type in ("KeyPressed", "Heard", "Silent", "Said", "Escalated")), None)
    return "0" if then is not None and then.type == "Escalated" else ANY_DIGIT


def words(line: Line, after: Sequence[Line], state: State, business: Business) -> str:
    """What was heard, with digits in place of a number that was taken then."""
    text = str(line.fields.get("text", ""))
    if text != WITHHELD and MASKED not in text:
        return text
    then = next((one for one in after if one.type in ("Said", "Escalated")), None)
    if then is None or then.prompt.startswith(NOT_TAKEN):
        return text
    if then.type == "Escalated":
        return _quoted(then) or text
    if text == WITHHELD and state.place is Place.MEMBER_CHECK:
        return "no" if then.prompt == "identity.ask_member" else "yes"
    length = _length(state, business)
    digits = " ".join([ANY_DIGIT] * length)
    return digits if text == WITHHELD and length else text.replace(MASKED, digits or MASKED)


def _length(state: State, business: Business) -> int:
    """Digits of the number that is asked for there; 0 where none is."""
    if state.place is Place.MEMBER and business.identity is not None:
        return business.identity.member_digits
    if state.place is Place.SLOT and state.task is not None and state.task.asking is not None:
        return business.intents[state.task.intent].slot(state.task.asking).digits or 0
    return 0


def _quoted(escalated: Line) -> str:
    """The caller's words in the evidence of an escalation that they led to."""
    for piece in escalated.fields.get("evidence", ()):
        _, opened, rest = str(piece).partition("“")
        inside, closed, _ = rest.partition("”")
        if opened and closed:
            return inside
    return ""
