"""An action over HTTP: one key, tried again while it may help, and honest when nobody knows."""

import json
from collections.abc import Mapping

import aiohttp
import pytest

from telephony.backends.http import HttpBackend, Settings

DONE = json.dumps({"ok": True, "facts": {"left": "10.00"}, "receipt": "R1"}).encode()


class Service:
    """Answers with what the test wrote down, in order; a value that is an error is raised."""

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)
        self.seen: list[tuple[str, Mapping[str, str]]] = []

    async def __call__(self, url: str, body: bytes, headers: Mapping[str, str], timeout_seconds: float):
        self.seen.append((url, headers))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def perform(service: Service, **changes: object):
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    backend = HttpBackend(Settings("https://example.org/act", **changes), transport=service, sleep=sleep)
    return await backend.perform("transfer", {"amount": "1.00"}, "key-1"), slept


async def test_a_deed_is_sent_once_with_its_key() -> None:
    service = Service((200, {}, DONE))
    done, _ = await perform(service)
    assert done.ok and done.receipt == "R1" and done.facts == {"left": "10.00"}
    url, headers = service.seen[0]
    assert url == "https://example.org/act/transfer"
    assert headers["Idempotency-Key"] == "key-1"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_what_may_help_is_tried_again_with_the_same_key(status: int) -> None:
    service = Service((status, {"Retry-After": "1"}, b""), (200, {}, DONE))
    done, slept = await perform(service)
    assert done.ok
    assert slept == [1.0]
    assert {headers["Idempotency-Key"] for _, headers in service.seen} == {"key-1"}


async def test_a_no_is_not_tried_again() -> None:
    service = Service((409, {}, b'{"ok": false, "error": "insufficient_funds"}'))
    done, _ = await perform(service)
    assert (done.ok, done.error) == (False, "insufficient_funds")


async def test_silence_after_all_tries_is_a_timeout_and_not_a_no() -> None:
    done, slept = await perform(Service(TimeoutError(), TimeoutError(), TimeoutError()))
    assert done.error == "timeout"
    assert slept == [0.2, 0.4]


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"ok": "yes"}', b'{"ok": true, "facts": 3}'])
async def test_an_answer_nobody_understands_is_unknown(body: bytes) -> None:
    done, _ = await perform(Service((200, {}, body)))
    assert (done.ok, done.error) == (False, "unknown")


async def test_nobody_there_is_unreachable_unless_an_earlier_try_may_have_arrived() -> None:
    gone = aiohttp.ClientConnectorError(None, OSError("refused"))  # type: ignore[arg-type]  # no socket here
    assert (await perform(Service(gone, gone, gone)))[0].error == "unreachable"
    assert (await perform(Service(TimeoutError(), gone, gone)))[0].error == "timeout"


async def test_a_dry_run_sends_nothing() -> None:
    service = Service()
    done, _ = await perform(service, dry_run=True)
    assert (done.ok, done.error, service.seen) == (False, "dry_run", [])
