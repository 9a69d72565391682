"""What every escalation rule of `config/escalation.toml` has; each kind adds its own numbers in its own file."""

from dataclasses import dataclass
from typing import ClassVar, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    __pydantic_config__: ClassVar = {"extra": "forbid"}
    name: str
    version: int
    kind: str  # the file in voice/triggers that judges it
    queue: str
    urgency: Literal["now", "soon", "normal"]
    evidence: str  # wording for the agent; {fields} are the kind's own
    topic_queue: bool = False  # the queue of the caller's topic (scope.toml) goes before `queue`

    @property
    def id(self) -> str:
        """Name and version, as the record keeps them."""
        return f"{self.name}@{self.version}"
