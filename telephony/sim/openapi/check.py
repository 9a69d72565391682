"""Holds each REST request and response to Twilio's own OpenAPI document, trimmed to what we use (twilio.json)."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from werkzeug.datastructures import Headers, ImmutableMultiDict

HOST = "https://api.twilio.com"
FORM = "application/x-www-form-urlencoded"


@dataclass(slots=True)
class Request:
    """What openapi-core asks of a request."""

    method: str
    path: str
    query: str
    body: bytes | None
    authorization: str
    host_url: str = HOST
    full_url_pattern: str = ""
    content_type: str = FORM
    parameters: RequestParameters = field(init=False)

    def __post_init__(self) -> None:
        self.method = self.method.lower()
        self.full_url_pattern = self.host_url + self.path
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(parse_qsl(self.query, keep_blank_values=True)),
            header=Headers({"Authorization": self.authorization}),
        )


@dataclass(frozen=True, slots=True)
class Response:
    status_code: int
    data: bytes | None
    headers: Mapping[str, Any] = field(default_factory=dict)
    content_type: str = "application/json"


def wrong_with_request(request: Request) -> list[str]:
    """In words; empty when it keeps the contract."""
    what = f"{request.method.upper()} {request.path}"
    return [*_wrong(what, lambda: _document().validate_request(request)), *_unknown_fields(what, request)]


def wrong_with_response(request: Request, response: Response) -> list[str]:
    what = f"{response.status_code} to {request.method.upper()} {request.path}"
    return _wrong(what, lambda: _document().validate_response(request, response))


def _wrong(what: str, validate: Any) -> list[str]:
    try:
        validate()
    except OpenAPIError as error:
        causes = getattr(error.__cause__, "schema_errors", ())
        return [f"{what}: {reason}" for reason in [str(cause.message) for cause in causes] or [_reason(error)]]
    return []


def _reason(error: BaseException) -> str:
    words = [str(error)]
    while error.__cause__ is not None:
        error = error.__cause__
        words.append(str(error))
    return ": ".join(words)


def _unknown_fields(what: str, request: Request) -> list[str]:
    """openapi-core reads the fields that the document names and passes over the others, as Twilio does."""
    given = {name for name, _ in parse_qsl((request.body or b"").decode(), keep_blank_values=True)}
    for pattern, operations in _forms():
        if given and pattern.fullmatch(request.path) and request.method in operations:
            return [f"{what}: unknown field {name}" for name in sorted(given - operations[request.method])]
    return []


@cache
def _forms() -> list[tuple[re.Pattern[str], dict[str, frozenset[str]]]]:
    """Path → method → names of its form."""
    forms = []
    for path, operations in _fields()["paths"].items():
        named = {
            method: frozenset(operation["requestBody"]["content"][FORM]["schema"]["properties"])
            for method, operation in operations.items()
            if "requestBody" in operation
        }
        forms.append((re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))), named))
    return forms


@cache
def _document() -> OpenAPI:
    return OpenAPI.from_dict(_fields(), config=Config(extra_format_validators={"date-time-rfc-2822": _is_rfc_2822}))


@cache
def _fields() -> Any:
    return json.loads((Path(__file__).parent / "twilio.json").read_text(encoding="utf-8"))


def _is_rfc_2822(value: Any) -> bool:
    try:
        return not isinstance(value, str) or parsedate_to_datetime(value) is not None
    except ValueError:
        return False
