"""Words about how we talk, not about what is wanted: again, slower, "hold on", one question back.

Known by their words alone: such a sentence is short, comes at any moment, and a model that is fitted on what callers
want is not sure of it. A sentence that says more than that is none of these.
"""

import re
from enum import StrEnum

from voice.triggers.words import bare

MOST_WORDS = 12  # "could you say that again a little slower for me"; more than these tell a story


class Wish(StrEnum):
    AGAIN = "again"
    SLOWER = "slower"
    FASTER = "faster"
    WAIT = "wait"
    BACK = "back"


WHILE_WAITING = frozenset({Wish.AGAIN, Wish.SLOWER, Wish.FASTER})
"""Of a caller who waits for a person: nobody asks them anything that could wait, or be gone back from."""

_POLITE = r"(?:(?:can|could|would|will) (?:you|we|i) )?(?:sorry |no |i am sorry |wait )*"
_THAT = (
    r"(?:that|it|this|those|them|the (?:question|number|options|last (?:one|part|bit|thing))|what you said|yourself)"
)
_MORE = r"(?: for me| to me| one more time| once more| again| a second)*"
_NEEDED = r"(?:card|number|member number|wallet|purse|bag|glasses|pen|papers?|statement|phone|bill|letter|it|that)"

_SLOWER = re.compile(
    r"\b(?:slower|slow(?:ly)? down|slow it down|more slowly|(?:not so|less|too|so) fast|too quick(?:ly)?"
    r"|(?:speak|talk|say (?:that|it)|go) (?:a (?:bit|little) )?slow(?:ly|er)?)\b"
)
_FASTER = re.compile(
    r"\b(?:faster|speed (?:it )?up|less slowly|(?:not so|too|so) slow(?:ly)?|normal speed|(?:speak|talk) normally)\b"
)
_AGAIN = re.compile(
    rf"{_POLITE}(?:"
    rf"(?:say|repeat|read|tell me|give me|run|go over|go through) {_THAT}(?: by me| to me| out| back)?{_MORE}"
    rf"|repeat{_MORE}|say again|again|once more|one more time|come again|what|huh|pardon(?: me)?"
    r"|what (?:was that|did you (?:just )?say|were (?:those|they))(?: again)?"
    r"|(?:i )?(?:did not|could not|cannot) (?:quite )?(?:hear|catch|get|understand)"
    r" (?:that|you|a word|what you said|the (?:question|last part|last bit))"
    r"|i missed (?:that|it|the last (?:part|bit))(?: (?:say|repeat) (?:that|it)(?: again)?)?"
    r")"
)
_SAY_AGAIN = re.compile(rf"\b(?:say|repeat) {_THAT}{_MORE}$|\bwhat did you say$|\bwhat was that$")
_WAIT = re.compile(
    rf"{_POLITE}(?:yes |yeah |okay )?(?:"
    r"hold on|hang on|hold the line|wait(?: up| a bit| for me)?|bear with me|not yet|stay (?:there|on)"
    r"|(?:(?:hold on|hang on|wait|give me|i need|need|for) )*(?:just )?(?:a|one|two|another)"
    r" (?:moment|second|sec|minute|min|minutes|seconds)(?: (?:please|i (?:need|have) to \w+(?: \w+){0,4}))?"
    rf"|(?:(?:hold|hang) on |wait )?(?:let me|i (?:need|have|am going|will have) to|i am) (?:just )?(?:go )?(?:and )?"
    rf"(?:find|get|getting|grab|look for|looking for|fetch|put on|search for)(?: (?:my|the|a|some))? (?:\w+ )?{_NEEDED}"
    r"|let me (?:think|see|look)(?: about it| here)?"
    r")(?: (?:hold|hang) on| a (?:moment|second|sec))?"
)
_BACK = re.compile(
    rf"{_POLITE}(?:(?:go|get|take me|step) back"
    r"(?: (?:a|one) (?:step|question)| to the (?:last|previous) (?:one|step|question))?"
    r"|back(?: up)?|(?:the )?previous (?:one|step|question))"
)


def wished(text: str) -> Wish | None:
    """What the sentence wishes of our way of talking; None when it is about something else."""
    words = bare(text)
    if not words or len(words.split()) > MOST_WORDS:
        return None
    if _SLOWER.search(words):
        return Wish.SLOWER
    if _FASTER.search(words):
        return Wish.FASTER
    for wish, pattern in ((Wish.WAIT, _WAIT), (Wish.BACK, _BACK), (Wish.AGAIN, _AGAIN)):
        if pattern.fullmatch(words):
            return wish
    return Wish.AGAIN if _SAY_AGAIN.search(words) else None


SAID = (
    "say that again", "could you repeat that", "what was that", "pardon", "slower please", "could you speak slower",
    "not so fast", "please slow down", "say that again more slowly", "hold on", "hang on a second", "wait a moment",
    "one moment", "give me a minute", "let me find my card", "just a second", "go back", "go back one step",
    "the previous question", "i didn't catch that",
)  # fmt: skip
"""Ways to say them, for recognisers that are told what to expect."""
