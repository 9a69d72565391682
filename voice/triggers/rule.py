"""What every escalation rule of `config/escalation.toml` has; each kind adds its own numbers in its own file."""

import string
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

Count = Annotated[int, Field(ge=1, le=1000)]  # with 0 a rule would fire at every turn
Finite = Annotated[float, Field(allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    __pydantic_config__: ClassVar = {"extra": "forbid"}
    FIELDS: ClassVar[frozenset[str]] = frozenset()  # that `evidence` of this kind may name

    name: Annotated[str, Field(min_length=1)]
    version: Annotated[int, Field(ge=1)]
    kind: str  # the file in voice/triggers that judges it
    queue: Annotated[str, Field(min_length=1)]
    urgency: Literal["now", "soon", "normal"]
    evidence: Annotated[str, Field(min_length=1)]  # wording for the agent; {fields} are the kind's own
    topic_queue: bool = False  # the queue of the caller's topic (scope.toml) goes before `queue`

    @property
    def id(self) -> str:
        """Name and version, as the record keeps them."""
        return f"{self.name}@{self.version}"

    def mistakes(self) -> Iterator[str]:
        """ "key: expected, got" for what no single value shows: a rule that can never fire, or always does."""
        try:
            named = {name for _, name, _, _ in string.Formatter().parse(self.evidence) if name is not None}
        except ValueError as error:
            yield f"evidence: a sentence with {{fields}} expected, got {error}"
            return
        for name in sorted(named - self.FIELDS):
            known = ", ".join(f"{{{one}}}" for one in sorted(self.FIELDS)) or "no field"
            yield f"evidence: {known} expected, got {{{name}}}"
