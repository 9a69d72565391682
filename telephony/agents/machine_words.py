"""Who answered an agent's telephone, by what it says: voicemail, menu, hold queue, or a greeting that never ends. Pure.

No person waits for it: the brief begins at once whoever answered, and only what no person says counts. What it misses
is still no agent, since only a key or the right phrase takes a call.
"""

import re
from dataclasses import dataclass

_DIGIT = r"(?:one|two|three|four|five|six|seven|eight|nine|zero|star|pound|hash|[0-9*#])"
_SAYS = {
    "voicemail": (
        r"\bleave (?:me |us )?(?:a|an|your) (?:\w+ )?(?:message|name)\b",
        r"\b(?:at|after) the (?:tone|beep)\b",
        r"\brecord (?:a|your) (?:\w+ )?message\b",
        r"\b(?:reached|forwarded to|transferred to) (?:\w+ ){0,5}(?:voice ?mail|mail ?box|voice messag\w+)\b",
        r"\b(?:can't|cannot|can not|unable to) (?:come to the phone|take your call|answer your call)\b",
        r"\bis (?:not|currently not|currently un)\s?available (?:right now|at the moment|to take)\b",
    ),
    "menu": (
        rf"\b(?:press|dial) {_DIGIT} (?:for|to)\b(?! (?:take|be connected))",
        rf"\bfor (?:[\w']+ ){{1,6}}(?:press|dial) {_DIGIT}\b",
        r"\blisten carefully\b",
        r"\b(?:menu )?options have (?:recently )?changed\b",
    ),
    "hold queue": (
        r"\byour call is (?:very )?important\b",
        r"\byour call will be answered\b",
        r"\ball (?:of )?our (?:\w+ )?(?:agents|representatives|operators|lines|advisers|advisors) are\b",
        r"\bnext available (?:agent|representative|operator|adviser|advisor)\b",
        r"\bthank you for (?:holding|your patience)\b",
        r"\byou are (?:number|caller number)\b",
        r"\bplease continue to hold\b",
        r"\bcalls? (?:may|will) be (?:recorded|monitored)\b",
    ),
}
_PATTERNS = {kind: tuple(map(re.compile, patterns)) for kind, patterns in _SAYS.items()}

HEARD_AS = (
    "please leave a message after the tone", "please leave your message after the beep", "leave me a message",
    "leave your name and number after the tone", "please leave your name and number", "record your message",
    "at the tone please record your message", "you have reached the voicemail of", "you've reached the voicemail",
    "your call has been forwarded to an automatic voice message system", "i can't take your call right now",
    "i can't come to the phone right now", "the person you are calling is not available right now",
    "is not available to take your call", "i'll call you back as soon as i can", "please hang up",
    "for sales press one", "for service press two", "for billing press three", "press one for sales",
    "press two for support", "for all other questions press zero", "press star to hear this again",
    "please listen carefully as our menu options have changed", "thank you for calling",
    "your call is important to us", "your call will be answered in the order it was received",
    "all of our agents are busy", "all our representatives are busy helping other customers",
    "please stay on the line for the next available agent", "thank you for holding", "thank you for your patience",
    "please continue to hold", "you are number three in the queue", "this call may be recorded",
    "calls may be recorded",
)  # fmt: skip
"""Sentences of machines, for recognisers that are given what to expect."""

GREETINGS = (
    "hello", "hi", "yes", "yes hello", "hello hello", "hello this is", "hi this is", "speaking", "good morning",
    "good afternoon", "hello who is this", "how can i help", "hello how can i help you", "what is it", "one moment",
    "just a second", "go ahead", "okay", "i am here", "i'm here", "hang on", "give me a second",
    "hello can you hear me",
    "i'm listening", "member services", "i was just on another call", "who is calling", "what do they want",
)  # fmt: skip
"""Sentences of people, so that theirs are not taken for the nearest of a machine's."""

SURE_WORDS = 0.5  # recogniser's confidence
LONG_GREETING_MS = 15_000  # nobody talks a quarter of a minute over a voice that talks to them
PAUSE_MS = 1500  # longer, and somebody is listening


def machine_says(text: str) -> str | None:
    """ "voicemail", "menu" or "hold queue" when only such a machine says this."""
    words = " ".join(re.findall(r"[\w'*#]+", text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")))
    return next((kind for kind, patterns in _PATTERNS.items() if any(p.search(words) for p in patterns)), None)


@dataclass(slots=True)
class Talk:
    """How long the far end has been talking without a pause that would be a person's."""

    _since_ms: int = 0
    _until_ms: int = -PAUSE_MS - 1

    def heard(self, start_ms: int, end_ms: int) -> bool:
        """Whether with this utterance it has gone on as only a recording does."""
        if start_ms - self._until_ms > PAUSE_MS:
            self._since_ms = start_ms
        self._until_ms = max(end_ms, self._until_ms)
        return self._until_ms - self._since_ms >= LONG_GREETING_MS
