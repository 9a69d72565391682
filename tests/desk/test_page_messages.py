"""What a caller's page says beside its voice: keys and texts, and nothing that floods, breaks or is read by nobody."""

import asyncio
import json

import pytest
from pyee.asyncio import AsyncIOEventEmitter

from telephony.lines.webrtc_intake import AT_ONCE, PER_SECOND, Intake
from telephony.lines.webrtc_media import Connection

KEY, TEXT = json.dumps({"type": "key", "key": "5"}), json.dumps({"type": "text", "text": "é" * 500})


def taken(intake: Intake, message: str | bytes, times: int, now: float) -> int:
    return sum(intake.takes(message, now) for _ in range(times))


def test_a_card_s_number_may_be_keyed_at_once_and_a_flood_is_dropped() -> None:
    intake = Intake()
    assert taken(intake, KEY, 16, 0.0) == 16
    assert taken(intake, KEY, 10_000, 0.0) == AT_ONCE - 16
    assert taken(intake, KEY, 10_000, 1.0) == PER_SECOND
    assert taken(intake, KEY, 16, 60.0) == 16, "who was too fast is heard again"


def test_of_texts_two_a_second_are_enough() -> None:
    intake = Intake()
    assert taken(intake, TEXT, 100, 0.0) == 4
    assert taken(intake, TEXT, 100, 1.0) == 2


@pytest.mark.parametrize(
    "message",
    [
        b"\x00", "", "no JSON", "5", "null", "[]", "{}", "[" * 4000, '{"type": ["key"]}', '{"type": {}}',
        '{"type": "signalling", "message": {"type": "x"}}', json.dumps({"type": "text", "text": "x" * 5000}),
    ],
)  # fmt: skip
def test_what_is_neither_a_key_nor_a_text_is_taken_by_nobody(message: str | bytes) -> None:
    assert not Intake().takes(message, 0.0)


class Channel(AsyncIOEventEmitter):
    """A page's data channel, open."""

    readyState = "open"  # noqa: N815 - aiortc's name

    def send(self, message: str) -> None:
        pass


async def test_a_page_s_keys_reach_the_line_and_its_flood_does_not() -> None:
    connection, channel = Connection([]), Channel()
    try:
        connection.pc.emit("datachannel", channel)
        for message in ["ping 1", *[KEY] * 1000, "no JSON at all", *['{"type": "unknown"}'] * 1000]:
            channel.emit("message", message)
        await asyncio.sleep(0)
        waiting = connection._pending_app_messages
        assert AT_ONCE <= len(waiting) <= AT_ONCE + 2
        assert all(message["type"] == "key" for message in waiting)
        assert not connection.left
        channel.emit("message", '{"type":"leaving"}')
        assert connection.left
    finally:
        await connection.disconnect()
