"""What REST handlers are given and give back: a form, a resource with its status, or a refusal with Twilio's code."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

TRUE = "true"

Handled = tuple[int, Mapping[str, Any] | None]
Handler = Callable[..., Awaitable[Handled]]


class Refusal(Exception):
    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class Form:
    """Fields of a request, each once or several times."""

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        self._fields = fields

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def get(self, name: str, default: str = "") -> str:
        return self._fields.get(name, [default])[0]

    def all(self, name: str) -> list[str]:
        return self._fields.get(name, [])

    def flag(self, name: str, default: bool) -> bool:
        return self.get(name).lower() == TRUE if name in self else default

    def seconds(self, name: str, default: float) -> float:
        return float(self.get(name)) if name in self else default
