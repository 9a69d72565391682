"""What the room of rules needs: a trial that judges a change, and a shelf on which changes and published sets lie."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from telephony.rules.change import Change, Texts
from telephony.rules.difference import Difference


@dataclass(frozen=True, slots=True)
class Wrong:
    """What the checker says, with its place; `line` None: the whole file."""

    file: str
    line: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Checked:
    """`wrong` empty: it can run. `unified`: line by line, both files."""

    hash: str = ""
    wrong: tuple[Wrong, ...] = ()
    differences: tuple[Difference, ...] = ()
    unified: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """`passed` None: cannot be told. `said`: verdict and figures, a line each. `figures`: those of an accepted set."""

    passed: bool | None
    said: tuple[str, ...]
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """A set that was accepted once, and may be gone back to."""

    hash: str
    accepted_wall: float
    calls: int
    recall: float
    false_rate: float


class Trial(Protocol):
    """Both work in a process of their own. Each raises `RecordError` when it cannot."""

    async def check(self, new: Texts, old: Texts) -> Checked: ...

    async def run(self, new: Texts, old: Texts, *, days: int, progress: Callable[[int, int], None]) -> Tried: ...


class Shelf(Protocol):
    """Where changes and published sets are kept. Each raises `RecordError` when it cannot be reached."""

    @property
    def runs(self) -> str:
        """Hash of the set that answers the next call."""
        ...

    async def upcoming(self) -> tuple[str, Texts]:
        """Hash and words of what a start of the service would run; the same, unless the configuration was edited."""
        ...

    async def accepted(self) -> Sequence[Known]:
        """The newest first."""
        ...

    async def changes(self) -> Sequence[Change]:
        """The newest first."""
        ...

    async def texts(self, change: str) -> Texts: ...

    async def put(self, change: Change, texts: Texts | None = None) -> None: ...

    async def publish(self, change: Change, figures: Mapping[str, float]) -> None:
        """Accepts the set and chooses it, as `choose` does. Raises `NotChanged` also when it is not what was tried."""
        ...

    async def figures(self, change: str) -> Mapping[str, float]: ...

    async def put_figures(self, change: str, figures: Mapping[str, float]) -> None: ...

    async def choose(self, hash_: str) -> None:
        """It is written down for each start to come, and answers the next call. Raises `NotChanged` when it cannot run:
        then nothing is any different."""
        ...
