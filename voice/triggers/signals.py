"""What is known after one turn: all a rule may look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from voice.triggers.price import Price


@dataclass(frozen=True, slots=True)
class Glance:
    """What one turn of the caller showed, kept for the turns to come. `shown`: log-odds of frustration by words and
    behaviour that stood then, without the voice."""

    turn: int
    level: float = 0.0
    shown: float = 0.0
    missed: bool = False  # not understood
    unheard: bool = False  # not understood, and the recogniser doubted the words or had none
    doubted: bool = False  # that, or not ours, or only guessed at
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class Signals:
    """`turn`: the caller's turn, None for keys, silence and answers of the backend. Counts are of this call; `_row`
    counts begin anew with a turn that works."""

    turn: int | None = None
    words: str = ""
    person: str | None = None  # the caller took a way to a person that is no sentence (key, a yes): which
    intent: str | None = None
    confidence: float = 0.0
    in_scope: bool = True
    topic: str | None = None  # intent the call is about
    topic_title: str = ""
    topic_queue: str | None = None
    mode: str = "automatic"  # of the topic, in the scope register
    silences_row: int = 0
    no_matches_row: int = 0
    by_keys: bool = False  # the caller was understood before, and keys answer what is asked: they were told which
    no_matches: int = 0  # heard, and not understood
    unheard: int = 0  # not understood, and the recogniser doubted the words or had none
    outside: int = 0
    wrong_identities: int = 0
    failed_actions: int = 0
    wrong_guesses: int = 0
    deaf: int = 0  # stretches of speech while the recogniser is down
    keyless: int = 0  # silences while only keys work
    begun: tuple[str, ...] = ()  # tasks, in order
    solved: frozenset[str] = frozenset()
    said: tuple[tuple[int, str], ...] = ()  # the caller's turns so far
    level: float = 0.0  # of frustration
    shown: float = 0.0  # log-odds of it by words and behaviour alone, without the voice
    reasons: tuple[str, ...] = ()
    judged: int = 0  # turns
    glances: tuple[Glance, ...] = ()  # at the caller's turns so far, this one included
    price: Price = field(default_factory=Price)  # of going on, and of a person
    amounts: Mapping[str, tuple[float, int | None]] = field(default_factory=dict)  # slot → dollars, turn
    tier: str | None = None
    value: str | None = None  # what the customer is worth to the business, in its own words
    acting: bool = False  # a deed was handed to the backend in this very turn

    @property
    def raised(self) -> int:
        """Turns in which words or behaviour showed more frustration than the turn before. That we did not hear a caller
        is our failure: it is no behaviour of theirs."""
        turns = pairwise((Glance(0), *self.glances))
        return sum(later.shown > earlier.shown and not later.unheard for earlier, later in turns)
