"""A call fixture: who calls, what they say and when, what the agents do, and what is true of the call.

These values are the TOML file's tables, field by field, so this page is also its reference. A fixture holds no times of
its own but `after_ms`: its caller listens, like a caller. `cast.py` turns it into a simulator's script.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, TypeAdapter, ValidationError

from telephony.sim.errors import FixtureError

STRICT: dict[str, str] = {"extra": "forbid"}  # a key nobody knows is a mistake
KEYS = frozenset("0123456789*#")
WHENS = 'when: "after_prompt", "after_bridge", {barge_in_ms = 800} or {after_ms = 1500} expected'


@dataclass(frozen=True, slots=True)
class AfterPrompt:
    """Once the system has spoken and fallen silent."""


@dataclass(frozen=True, slots=True)
class AfterBridge:
    """The first turn that an agent hears: once joined, after the agent's words. The turns after it come later still."""


@dataclass(frozen=True, slots=True)
class BargeIn:
    ms: int  # into the next prompt


@dataclass(frozen=True, slots=True)
class After:
    ms: int  # after the turn before it, whoever is speaking


When = AfterPrompt | AfterBridge | BargeIn | After


def _when(given: object) -> When:
    match given:
        case AfterPrompt() | AfterBridge() | BargeIn() | After():
            return given
        case "after_prompt":
            return AfterPrompt()
        case "after_bridge":
            return AfterBridge()
        case {"barge_in_ms": int(ms), **rest} if not rest and 0 <= ms <= 60_000:
            return BargeIn(ms)
        case {"after_ms": int(ms), **rest} if not rest and 0 <= ms <= 600_000:
            return After(ms)
    raise ValueError(WHENS)


@dataclass(frozen=True, slots=True)
class TurnTruth:
    """What is right to hear and understand in one turn. `text` is what was said, unless `say` says it."""

    __pydantic_config__: ClassVar = STRICT
    text: str = ""
    intent: str | None = None
    slots: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing the caller does: exactly one of `say`, `clip`, `keys`, `silence` and `hang_up`."""

    __pydantic_config__: ClassVar = STRICT
    say: str = ""  # spoken by a voice of `voices.py`, or the clip of that text beside the fixture
    clip: str = ""  # an audio file, relative to the fixture
    keys: str = ""
    silence: bool = False  # lets one prompt pass
    hang_up: bool = False
    voice: str = ""  # instead of the fixture's own
    gain_db: float = 0.0  # a raised voice
    noise_db: float | None = None  # white noise at so many dB below full scale: -50 is a quiet room
    when: Annotated[When, BeforeValidator(_when)] = AfterPrompt()
    patience_seconds: float = 30.0  # then the caller goes on though nothing was heard
    truth: TurnTruth = TurnTruth()

    def __post_init__(self) -> None:
        _exactly_one("say, clip, keys, silence, hang_up", self.say, self.clip, self.keys, self.silence, self.hang_up)
        if not KEYS.issuperset(self.keys):
            raise ValueError(f"keys: 0 to 9, * and # expected, got {self.keys!r}")

    @property
    def text(self) -> str:
        """What was said, in words; "" for keys and silence."""
        return self.truth.text or self.say


@dataclass(frozen=True, slots=True)
class Line:
    """Something an agent says once joined, or a machine's greeting."""

    __pydantic_config__: ClassVar = STRICT
    say: str = ""
    clip: str = ""
    voice: str = ""
    gain_db: float = 0.0
    noise_db: float | None = None

    def __post_init__(self) -> None:
        _exactly_one("say, clip", self.say, self.clip)


@dataclass(frozen=True, slots=True)
class WrapUp:
    __pydantic_config__: ClassVar = STRICT
    disposition: str
    summary: str = ""


BriefPart = Literal["who", "issue", "tried", "why", "next", "entities"]
Deed = Literal["accept", "decline", "no_answer", "busy", "voicemail"]


@dataclass(frozen=True, slots=True)
class Agent:
    """What one agent's telephone does when it is rung. Who is not listed is away."""

    __pydantic_config__: ClassVar = STRICT
    id: str
    does: Deed
    answers_after_seconds: float = 2.0
    key: str = ""  # pressed after the brief; by default 1 to accept, 2 to decline
    voice: str = "rms"
    says: tuple[Line, ...] = ()  # the first on joining, each next after the caller; for voicemail: its greeting
    hangs_up_after_seconds: float | None = None  # after the last of it; None: stays until the caller goes
    wraps_up: WrapUp | None = None

    def __post_init__(self) -> None:
        if self.does == "voicemail" and not self.says:
            raise ValueError("says: the machine's greeting expected, got nothing")


@dataclass(frozen=True, slots=True)
class BriefTruth:
    """What is right in each part of the brief: every phrase occurs in it, in any case, and each of its lines holds one.

    `blank`: the parts that nobody can know in this call. A part without phrases that is not blank has no truth here.
    """

    __pydantic_config__: ClassVar = STRICT
    who: tuple[str, ...] = ()
    issue: tuple[str, ...] = ()
    tried: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    blank: tuple[BriefPart, ...] = ()

    def __post_init__(self) -> None:
        both = [part for part in self.blank if getattr(self, part)]
        if both:
            raise ValueError(f"blank: parts without phrases expected, got {', '.join(both)}")


@dataclass(frozen=True, slots=True)
class Truth:
    """What is right for the whole call. Turns are numbered from 1, as they stand in the file."""

    __pydantic_config__: ClassVar = STRICT
    outcome: Literal["solved", "transferred", "callback", "abandoned", "failed", "ended"]
    trigger: str | None = None  # kind of the escalation: asked, frustrated, lost, sensitive, ...
    escalate_by_turn: int | None = None
    frustrated_turns: tuple[int, ...] = ()
    agent: str | None = None  # who is joined in the end
    callback: str | None = None  # the number promised
    brief: BriefTruth = BriefTruth()


@dataclass(frozen=True, slots=True)
class Fixture:
    __pydantic_config__: ClassVar = STRICT
    name: str
    title: str
    turns: tuple[Turn, ...]
    truth: Truth
    line: Literal["twilio", "webrtc", "simulated"] = "twilio"
    caller: str | None = None  # number, E.164; "" where the line shows none
    voice: str = "slt"
    agents: tuple[Agent, ...] = ()
    stays_seconds: float = 20.0  # after the last turn, if the system does not end the call
    folder: Path = Path()  # where its clips are looked for; set by `load`

    def __post_init__(self) -> None:
        last = len(self.turns)
        for key, number in (("escalate_by_turn", self.truth.escalate_by_turn), *self._frustrated()):
            if number is not None and not 1 <= number <= last:
                raise ValueError(f"truth.{key}: one of the turns 1 to {last} expected, got {number}")
        bridged = [turn for turn in self.turns if isinstance(turn.when, AfterBridge)]
        if len(bridged) > 1:
            raise ValueError(f'turns: when = "after_bridge" once at most expected, got it {len(bridged)} times')

    def _frustrated(self) -> tuple[tuple[str, int], ...]:
        return tuple(("frustrated_turns", number) for number in self.truth.frustrated_turns)

    @property
    def spoken(self) -> tuple[Turn, ...]:
        """The turns that the system hears as speech before a person is joined, in order."""
        return tuple(turn for turn in self.before_bridge if turn.text or turn.clip)

    @property
    def before_bridge(self) -> tuple[Turn, ...]:
        return self.turns[: self._bridge]

    @property
    def after_bridge(self) -> tuple[Turn, ...]:
        return self.turns[self._bridge :]

    @property
    def _bridge(self) -> int:
        joined = (number for number, turn in enumerate(self.turns) if isinstance(turn.when, AfterBridge))
        return next(joined, len(self.turns))


def load(path: Path) -> Fixture:
    """The fixture in `path`. Raises `FixtureError` naming file, table and key, what was expected and what came."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FixtureError(f"{path}: a call fixture expected here, got {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FixtureError(f"{path}: TOML expected, got {error}") from error
    return parse({"name": path.stem, **table, "folder": path.parent}, origin=str(path))


def parse(table: Mapping[str, Any], *, origin: str) -> Fixture:
    try:
        return TypeAdapter(Fixture).validate_python(table)
    except ValidationError as error:
        raise FixtureError("\n".join(_explain(origin, dict(problem)) for problem in error.errors())) from error


def _explain(origin: str, problem: Mapping[str, Any]) -> str:
    """`calls/x.toml: [[turns]] 3: patience_seconds: a valid number expected, got 'long'`."""
    place = [part for part in problem["loc"] if not str(part).startswith("function-")]
    said = str(problem["msg"]).removeprefix("Value error, ")
    if problem["type"] == "value_error":  # ours: names its key and what was expected
        return ": ".join([origin, *_tables(place), said + _came(problem["input"], said)])
    *tables, key = place or [""]
    expected = {"unexpected_keyword_argument": "no such key", "missing": "a value expected"}.get(problem["type"], said)
    came = "nothing" if problem["type"] == "missing" else repr(problem["input"])
    return ": ".join([origin, *_tables(tables), f"{key}: {expected}, got {came}"])


def _came(given: object, said: str) -> str:
    return "" if ", got " in said else f", got {given!r}"


def _tables(place: list[Any]) -> list[str]:
    """("turns", 2, "truth") as "[[turns]] 3", "[truth]"."""
    words: list[str] = []
    for part in place:
        if isinstance(part, int) and words:
            words[-1] = f"[{words[-1]}] {part + 1}"
        elif part != "when":
            words.append(f"[{part}]")
    return words


def _exactly_one(names: str, *given: object) -> None:
    if sum(bool(value) for value in given) != 1:
        raise ValueError(f"exactly one of {names} expected, got {sum(bool(value) for value in given)}")
