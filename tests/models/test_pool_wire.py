"""The pool's protocol against a client of any kind: what is wrong gets a clear error, and the server goes on."""

import asyncio
import json
import struct
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.inference import InferencePool, Priority
from models.inference.child import open_pool
from models.inference.server import Opening, Server
from models.inference.wire import BLOB_MAX, HEADER_MAX, Message, Reader, WireError, frame
from tests.models.pool_process import compose

HELLO = {"do": "hello", "protocol": 1}
OPEN = {"do": "open", "id": 1, "workers": 1, "queue_limit": 8}
RECIPES = json.dumps({"say": {}}).encode()


def call(number: int, word: str, **instead: Any) -> bytes:
    header = {
        "do": "call", "id": number, "engine": "say", "key": str(number), "priority": 0, "deadline_ms": 20_000,
        "args": {"letters": len(word)}, **instead,
    }  # fmt: skip
    return frame(header, word.encode())


def raw(header: bytes, blob: bytes = b"") -> bytes:
    """A frame as other clients might write it."""
    return struct.pack(">II", len(header), len(blob)) + header + blob


class Client(asyncio.Transport):
    """What the server's answers go to; also the whole of its connection."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[Message] = []
        self.closed = False
        self.server = Server(lambda opening: open_pool(compose, opening))
        self._reader = Reader()
        self._news = asyncio.Event()
        self.server.connection_made(self)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        for message in self._reader.feed(bytes(data)):
            assert isinstance(message, Message)
            self.answers.append(message)
        self._news.set()

    def close(self) -> None:
        self.closed = True

    def says(self, *data: bytes) -> None:
        for part in data:
            self.server.data_received(part)

    async def opened(self) -> None:
        self.says(frame(HELLO), frame(OPEN, RECIPES))
        await self.answer(1, "result")
        self.answers.clear()

    async def answer(self, number: int, kind: str) -> dict[str, Any]:
        """The next one of this kind to this question."""
        async with asyncio.timeout(20):
            while True:
                for at, message in enumerate(self.answers):
                    if message.header.get("id") == number and message.header["is"] == kind:
                        return self.answers.pop(at).header
                self._news.clear()
                await self._news.wait()

    def errors(self) -> list[str]:
        return [m.header["message"] for m in self.answers if m.header["is"] == "error"]

    async def leaves(self) -> None:
        self.server.connection_lost(None)
        await self.server.close()


@pytest.fixture
async def client():
    client = Client()
    await client.opened()
    yield client
    await client.leaves()


class TestWhatIsWrongIsSaid:
    @pytest.mark.parametrize(("wrong", "says"), [
        (call(5, "x", engine="sing"), "an engine out of ['say'] expected, 'sing' came"),
        (call(5, "x", engine=7), '"engine" expected as a word, 7 came'),
        (call(5, "x", key=""), "\"key\" expected as a word, '' came"),
        (call(5, "x", priority=3), '"priority" out of [0, 1, 2] expected, 3 came'),
        (call(5, "x", deadline_ms="soon"), "\"deadline_ms\" expected as milliseconds from now, 'soon' came"),
        (call(5, "x", args=[1]), '"args" expected as a JSON object, [1] came'),
        (call(5, "x", do="sing"), "\"call\", \"hurry\", \"forget\", \"ping\" or \"stats\" expected, 'sing' came"),
        (frame({"do": "ping"}), '"id" from 1 to 2^53 expected, None came'),
        (frame({"do": "hello", "protocol": 1}), "expected, 'hello' came"),
        (raw(b"{]}"), "a JSON object expected"),
        (raw(b"[]"), "a JSON object expected, b'[]' came"),
    ])  # fmt: skip
    async def test_in_one_message_and_the_next_is_served(self, client, wrong, says):
        client.says(wrong)
        assert says in client.errors()[0]
        client.says(call(6, "next"))
        assert (await client.answer(6, "result"))["value"] == {"said": "NEXT"}
        assert not client.closed

    async def test_arguments_that_the_engine_cannot_read(self, client):
        client.says(call(5, "four", args={"letters": 3}))
        error = await client.answer(5, "error")
        assert error["kind"] == "EngineFailed" and "3 letters announced, 4 came" in error["message"]

    async def test_an_id_that_is_in_use(self, client):
        client.says(call(5, "one") + call(5, "two"))
        assert "a new id expected for a call, 5 is in use" in client.errors()[0]
        assert (await client.answer(5, "result"))["value"] == {"said": "ONE"}

    async def test_a_frame_that_is_too_long_ends_the_connection_since_nothing_after_it_can_be_read(self, client):
        client.says(struct.pack(">II", HEADER_MAX + 1, 0) + call(5, "x"))
        assert "a header of at most" in client.errors()[0]
        assert client.closed
        client.says(call(6, "unheard"))
        assert len(client.answers) == 1

    async def test_another_protocol_ends_the_connection(self):
        client = Client()
        client.says(frame({"do": "hello", "protocol": 2}))
        assert "a client of protocol 1 expected, one of 2 came" in client.errors()[0]
        assert client.closed

    @pytest.mark.parametrize("wrong", [{"do": "call"}, OPEN, {"do": "stats", "id": 1}, {}])
    async def test_a_client_that_does_not_greet(self, wrong):
        client = Client()
        client.says(frame(wrong))
        assert client.errors()
        await client.opened()
        await client.leaves()

    @pytest.mark.parametrize(("header", "blob"), [
        ({**OPEN, "workers": 0}, RECIPES), ({**OPEN, "queue_limit": True}, RECIPES), (OPEN, b"say"), (OPEN, b"[]"),
    ])  # fmt: skip
    async def test_engines_that_cannot_be_opened_may_be_asked_for_again(self, header, blob):
        client = Client()
        client.says(frame(HELLO), frame(header, blob))
        assert client.errors()
        client.says(frame(OPEN, RECIPES))
        await client.answer(1, "result")
        await client.leaves()


class TestOneBreath:
    """Messages that come together mean the same as those that come one by one."""

    async def test_a_call_and_its_hurry(self, client):
        soon = call(5, "spin 5000000", deadline_ms=5)
        client.says(soon + frame({"do": "hurry", "id": 5, "priority": 0, "deadline_ms": 20_000}))
        assert (await client.answer(5, "result"))["value"] == {"said": "SPIN 5000000"}

    async def test_a_call_and_its_end(self, client):
        client.says(call(5, "x") + frame({"do": "forget", "id": 5}) + call(6, "y") + call(5, "again", key="other"))
        assert (await client.answer(5, "result"))["value"] == {"said": "AGAIN"}
        assert (await client.answer(6, "result"))["value"] == {"said": "Y"}

    async def test_every_byte_by_itself(self, client):
        client.says(*(bytes([byte]) for byte in call(5, "slowly")))
        assert (await client.answer(5, "result"))["value"] == {"said": "SLOWLY"}

    async def test_what_is_told_of_the_pool(self, client):
        client.says(call(5, "x"))
        await client.answer(5, "result")
        client.says(frame({"do": "stats", "id": 6}) + frame({"do": "ping", "id": 7}))
        stats = (await client.answer(6, "stats"))["stats"]
        assert (stats["done"], stats["batches"], stats["by_priority"]["final"]["n"]) == (1, {"1": 1}, 1)
        assert await client.answer(7, "pong") == {"is": "pong", "id": 7, "overdue_ms": 0, "running_ms": 0}


# --- anything -----------------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
NUMBERS = st.integers(-1, 9) | JSON | st.just(float("inf")) | st.just(float("nan"))
HEADERS = st.fixed_dictionaries(
    {"do": st.sampled_from(["hello", "open", "call", "hurry", "forget", "ping", "stats"]) | JSON},
    optional={
        "id": NUMBERS, "engine": st.just("say") | JSON, "key": st.text(max_size=3) | JSON, "args": JSON,
        "priority": st.sampled_from([0, 1, 2]) | JSON, "deadline_ms": st.floats(-1e9, 1e12) | JSON,
        "protocol": st.just(1) | JSON, "workers": NUMBERS, "queue_limit": NUMBERS,
    },
)  # fmt: skip
FRAMES = st.builds(lambda header, blob: raw(json.dumps(header).encode(), blob), HEADERS, st.binary(max_size=20))
RUBBISH = st.binary(max_size=40) | st.builds(
    lambda lengths, rest: struct.pack(">II", *lengths) + rest,
    st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1)), st.binary(max_size=20),
)  # fmt: skip


def with_a_client(story: Any) -> None:
    async def run() -> None:
        client = Client()
        await client.opened()
        await story(client)
        await client.leaves()

    asyncio.run(run())


@settings(max_examples=60, deadline=None)
@given(st.lists(FRAMES, max_size=8))
def test_whatever_a_client_says_in_frames_the_next_honest_call_is_served(frames: Sequence[bytes]) -> None:
    async def story(client: Client) -> None:
        client.says(*frames)
        await asyncio.sleep(0)
        if not client.closed:
            client.says(frame({"do": "forget", "id": 77}) + call(77, "honest", key="a key of its own"))
            assert (await client.answer(77, "result"))["value"] == {"said": "HONEST"}
        assert all(m.header["is"] in ("result", "error", "pong", "stats") for m in client.answers)

    with_a_client(story)


@settings(max_examples=60, deadline=None)
@given(st.lists(RUBBISH, max_size=5))
def test_rubbish_is_refused_or_waited_out_and_never_raises(parts: Sequence[bytes]) -> None:
    async def story(client: Client) -> None:
        client.says(*parts)
        assert all(m.header["is"] == "error" for m in client.answers)

    with_a_client(story)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.dictionaries(st.text(max_size=5), JSON, max_size=2), st.binary(max_size=50)), max_size=4),
    st.data(),
)
def test_messages_come_out_as_they_went_in_however_they_are_cut(messages: Any, data: st.DataObject) -> None:
    whole = b"".join(frame(header, blob) for header, blob in messages)
    reader, came, at = Reader(), [], 0
    while at < len(whole):
        size = data.draw(st.integers(1, len(whole)))
        came += list(reader.feed(whole[at : at + size]))
        at += size
    assert [(m.header, m.blob) for m in came if isinstance(m, Message)] == messages


def test_nothing_is_sent_that_the_other_side_would_refuse() -> None:
    with pytest.raises(WireError, match="a blob of at most"):
        frame({}, bytes(BLOB_MAX + 1))
    with pytest.raises(WireError, match="a header of at most"):
        frame({"word": "x" * HEADER_MAX})
    with pytest.raises(WireError, match="what JSON can say"):
        frame({"nothing": float("nan")})


async def test_a_pool_is_opened_with_what_was_asked() -> None:
    pool: InferencePool = open_pool(compose, Opening({"say": {}}, workers=3, queue_limit=2))
    assert pool.names == ("say",)
    assert [priority.name for priority in Priority] == ["FINAL", "SPECULATIVE", "PARTIAL"]
    await pool.close()
