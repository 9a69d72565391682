"""Yes or no, as it is really answered: "yep", "no thanks", "that's right", "not really"."""

import re

_NO = (
    r"no thank(?:s| you)",
    r"no(?:pe| way| no)?",
    r"nah",
    r"not? (?:really|now|today|quite|at all|yet|that|this|true|me|mine)",
    r"(?:is|was|that's|it's|that is) not(?: right| correct| true| it)?",
    r"(?:isn't|wasn't|aren't) (?:right|correct|it|true)",
    r"(?:that's|is|it's) (?:wrong|incorrect|false)",
    r"wrong",
    r"incorrect",
    r"negative",
    r"never",
    r"don't(?: want| think so| do)?",
    r"do not",
    r"i (?:don't|didn't|do not|did not)",
    r"cancel",
    r"neither",
    r"rather not",
)
_YES = (
    r"yes(?:sir)?",
    r"yeah",
    r"yep",
    r"yup",
    r"ya",
    r"yah",
    r"uh huh",
    r"mm hmm",
    r"mhm",
    r"sure(?: thing)?",
    r"ok(?:ay)?",
    r"correct",
    r"right",
    r"exactly",
    r"absolutely",
    r"definitely",
    r"certainly",
    r"of course",
    r"indeed",
    r"please(?: do)?",
    r"go ahead",
    r"sounds good",
    r"that(?:'s| is)(?: all)? (?:it|me|right|correct|fine|good|true)",
    r"affirmative",
    r"fine",
    r"i (?:do|did|am|would|think so|guess so)",
    r"it is",
    r"true",
    r"you got it",
    r"perfect",
)
_FIRST_NO = re.compile(rf"(?<![\w'])(?:{'|'.join(_NO)})(?![\w'])")
_FIRST_YES = re.compile(rf"(?<![\w'])(?:{'|'.join(_YES)})(?![\w'])")
_AGREEING_NO = re.compile(r"^no,? (?:that(?:'s| is)|it(?:'s| is)) (?:right|correct|fine|good|all right|okay|true)")
_NO_PROBLEM = re.compile(r"^no (?:problem|worries|doubt)")


def read_yes_no(text: str) -> tuple[str, str, float] | None:
    """("yes" or "no", the words, confidence), or None. A plain answer is surer than one inside a long sentence."""
    plain = " ".join(re.sub(r"[^\w' ]", " ", text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")).split())
    agreeing = _AGREEING_NO.match(plain) or _NO_PROBLEM.match(plain)
    if agreeing:
        return "yes", agreeing.group(), 0.6
    no, yes = _FIRST_NO.search(plain), _FIRST_YES.search(plain)
    if no is None and yes is None:
        return None
    length = len(plain.split())
    sure = 0.95 if length <= 3 else 0.85 if length <= 8 else 0.6
    if no is None or yes is None:
        found = no or yes
        assert found is not None  # one of the two matched
        return ("no" if no else "yes"), found.group(), sure
    if no.start() <= yes.start() < no.end():  # "not right" holds "right"
        return "no", no.group(), sure
    # Both: people open with the answer and then explain ("yeah I don't have it"), or change their mind after a pause.
    first, name = (no, "no") if no.start() < yes.start() else (yes, "yes")
    return name, first.group(), min(sure, 0.6)
