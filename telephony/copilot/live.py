"""What is shown to an agent unasked: at most two prompts a minute, only when sure, never one twice. Quiet otherwise.

Time is the call's own, from the journal, so a replay shows the same prompts at the same places.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from telephony.copilot.answer import Source
from telephony.copilot.library import Found
from telephony.copilot.words import tokens
from telephony.events import Heard

MOST_A_MINUTE = 2
MINUTE_MS = 60_000
LEAST_WORDS = 3  # that tell subjects apart: "yes, that is right" asks for nothing
KEPT = 4  # prompts on the desk; older ones are in the journal


@dataclass(frozen=True, slots=True)
class Prompt:
    """One thing shown. `because`: the words that it came after."""

    id: str
    source: Source
    sentences: tuple[str, ...]
    because: str
    at_ms: int


@dataclass(slots=True)
class Attention:
    """How much of an agent's attention a call has taken."""

    _times: deque[int] = field(default_factory=lambda: deque(maxlen=MOST_A_MINUTE))
    _seen: set[str] = field(default_factory=set)

    def free(self, at_ms: int) -> bool:
        return len(self._times) < MOST_A_MINUTE or at_ms - self._times[0] >= MINUTE_MS

    def known(self, article: str) -> bool:
        return article in self._seen

    def met(self, article: str) -> None:
        """The agent has this article before them, asked for or not."""
        self._seen.add(article)

    def took(self, article: str, at_ms: int) -> None:
        self._times.append(at_ms)
        self._seen.add(article)


def worth_a_look(heard: Heard) -> bool:
    """Whether what was said on the bridge may be about something an article holds."""
    return heard.turn > 0 and len(set(tokens(heard.text))) >= LEAST_WORDS


def worth_showing(found: Found | None, attention: Attention, at_ms: int) -> bool:
    return found is not None and found.surely and attention.free(at_ms) and not attention.known(found.page.name)


def newest(prompts: Sequence[Prompt]) -> tuple[Prompt, ...]:
    return tuple(prompts[-KEPT:])
