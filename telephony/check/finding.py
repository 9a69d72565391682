"""One thing that was found, and how much it matters."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    part: str
    says: str
    state: str = "good"  # good | note | prevents

    @property
    def prevents(self) -> bool:
        return self.state == "prevents"
