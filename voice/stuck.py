"""Has this conversation stopped for no reason? A table of what it may wait for, and how long that may stand still.

A leg on which nothing plays, nobody speaks, nothing is worked on and no timer runs would stay silent for good; so would
one whose timer stands still because the line brings no more sound. Pure: times are seconds of the loop, given in.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Wait(StrEnum):
    """What a leg may be waiting for."""

    BEGINNING = "beginning"  # nothing has happened yet
    SPEAKING = "speaking"  # a prompt is being said, or waits to be
    HEARING = "hearing"  # the party speaks
    ANSWER = "answer"  # the no-input time runs
    WORDS = "words"  # an utterance is being recognised
    ACTION = "action"  # the backend was asked
    PERSON = "person"  # one is sought, and the search has deadlines of its own
    MUSIC = "music"
    JOINING = "joining"  # the party has answered an offer: they are about to talk with a person
    BRIDGED = "bridged"  # the party talks with a person, or the line plays to them
    ENDING = "ending"  # the line was asked to hang up


NOTHING_SECONDS = 5.0
"""No state lasts longer without progress: people ask "hello?" after about four (no_input_ms)."""

LONGEST_SECONDS: Mapping[Wait, float | None] = MappingProxyType(
    {
        Wait.BEGINNING: None,
        Wait.SPEAKING: 10.0,  # the speaker gives up a stuck output after 3 s, and a lost mark 3 s after its audio
        Wait.HEARING: NOTHING_SECONDS,
        Wait.ANSWER: NOTHING_SECONDS,
        Wait.WORDS: 10.0,  # the recogniser's deadline is 4 s, and one utterance may wait behind another
        Wait.ACTION: 60.0,  # a backend's timeout is 5 s, and it is asked several times
        Wait.PERSON: None,
        Wait.MUSIC: None,
        Wait.JOINING: 20.0,  # a carrier takes a request within 15 s, its retries included
        Wait.BRIDGED: None,
        Wait.ENDING: None,
    }
)
"""Wait → how long it may show no progress. None: somebody else watches over it."""


class Watch:
    """One leg's. `look` at it now and then."""

    def __init__(self) -> None:
        self._since: dict[Wait, tuple[object, float]] = {}
        self._nothing_since: float | None = None

    def look(self, waits: Mapping[Wait, object], now: float) -> str | None:
        """What the leg waits for in vain, or None while it has a reason to wait. `waits`: each with whatever changes
        as it makes progress."""
        self._since = {
            wait: known if (known := self._since.get(wait, (None, now)))[0] == token else (token, now)
            for wait, token in waits.items()
        }
        if waits:
            self._nothing_since = None
            stuck = all(_too_long(wait, now - since) for wait, (_, since) in self._since.items())
        else:
            self._nothing_since = now if self._nothing_since is None else self._nothing_since
            stuck = now - self._nothing_since >= NOTHING_SECONDS
        if not stuck:
            return None
        self._since, self._nothing_since = {}, None
        return ", ".join(sorted(waits)) or "nothing"


def _too_long(wait: Wait, seconds: float) -> bool:
    longest = LONGEST_SECONDS[wait]
    return longest is not None and seconds >= longest
