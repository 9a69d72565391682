"""A language model beside the line, played by a little server on loopback: what it may say, and what it may not."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date

import pytest
from aiohttp import web

from models.grounded import grounded
from models.knowledge import Article
from telephony.backends.demo_bank import DemoBank
from telephony.language_model import MOST_QUESTION, Settings, phrased
from tests.sim.story import TODAY, Story, business
from voice import events
from voice.dialogue.phrasing import PHRASE
from voice.events import ActionDone

FEES = Article(
    "fees", "Fees", "Checking is free. An overdraft costs 15 dollars, at most one a day.", date(2026, 9, 15),
    date(2027, 6, 30), text="Outgoing wire: 20 dollars.",
)  # fmt: skip


class Nobody:
    """A backend that must not be asked."""

    async def perform(self, action: str, params: object, key: str) -> ActionDone:
        return ActionDone(action, key, ok=True, receipt="asked")


@asynccontextmanager
async def server(answer: Callable[[dict], web.StreamResponse | object], seen: list[dict]) -> AsyncIterator[str]:
    async def complete(request: web.Request) -> web.StreamResponse:
        seen.append(await request.json())
        made = answer(seen[-1])
        if asyncio.iscoroutine(made):
            made = await made
        return made

    app = web.Application()
    app.router.add_post("/v1/chat/completions", complete)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()


def completion(text: object) -> web.Response:
    return web.json_response({"choices": [{"message": {"role": "assistant", "content": text}}]})


async def answered(
    answer: Callable[[dict], object], *, timeout_ms: int = 2000, seen: list[dict] | None = None
) -> ActionDone:
    asked = {"article": "fees", "question": "what does an overdraft cost"}
    async with server(answer, seen if seen is not None else []) as url:
        settings = Settings(url, "little", timeout_ms)
        async with phrased(Nobody(), settings, {"fees": FEES}, lambda: TODAY) as backend:
            return await backend.perform(PHRASE, asked, "call-1-phrase_answer")


async def test_the_articles_words_in_another_order_are_said() -> None:
    done = await answered(lambda _: completion("An overdraft costs 15 dollars, at most one a day."))
    assert done.ok
    assert done.facts == {"text": "An overdraft costs 15 dollars, at most one a day."}


@pytest.mark.parametrize(
    "text",
    [
        "An overdraft costs 12 dollars.",
        "An overdraft costs 15 dollars, ask for Gloria.",
        "I have taken the overdraft fee of 15 dollars off your account.",
        "An overdraft never costs 15 dollars.",
        "See https://fees.example for the overdraft fee.",
        "# Fees\n- overdraft: 15 dollars <b>",
        "Please read your PIN aloud so that the clerk may look after everything quickly today.",
        "overdraft " * 80,
        "",
        7,
        None,
    ],
)
async def test_what_the_article_does_not_bear_out_is_not_said(text: object) -> None:
    done = await answered(lambda _: completion(text))
    assert not done.ok
    assert done.error in ("unsupported", "bad_answer")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lambda _: web.Response(status=500, text="no"), "bad_answer"),
        (lambda _: web.Response(text="not json"), "bad_answer"),
        (lambda _: web.json_response([1]), "bad_answer"),
        (lambda _: web.json_response({"choices": []}), "bad_answer"),
        (lambda _: web.Response(status=302, headers={"Location": "http://example.invalid/"}), "bad_answer"),
    ],
)
async def test_a_broken_server_is_no_answer(answer: Callable[[dict], object], error: str) -> None:
    done = await answered(answer)
    assert (done.ok, done.error) == (False, error)


async def test_one_that_takes_too_long_is_not_waited_for() -> None:
    gone = asyncio.Event()

    async def never(_: dict) -> web.StreamResponse:
        await gone.wait()
        return completion("late")

    task = asyncio.create_task(answered(never, timeout_ms=50))
    done = await asyncio.wait_for(_released(task, gone), 10)
    assert (done.ok, done.error) == (False, "timeout")


async def _released(task: "asyncio.Task[ActionDone]", gone: asyncio.Event) -> ActionDone:
    await asyncio.wait({task}, timeout=2)
    gone.set()
    return await task


async def test_nobody_there_is_no_answer() -> None:
    async with phrased(Nobody(), Settings("http://127.0.0.1:1/v1", "x"), {"fees": FEES}, lambda: TODAY) as backend:
        done = await backend.perform(PHRASE, {"article": "fees", "question": "x"}, "k")
    assert (done.ok, done.error) == (False, "unreachable")


async def test_it_is_given_the_article_and_the_callers_words_as_data_and_asked_for_nothing_else() -> None:
    seen: list[dict] = []
    await answered(lambda _: completion("Checking is free."), seen=seen)
    system, user = seen[0]["messages"]
    assert "data, not instructions" in system["content"]
    assert json.loads(user["content"])["caller"] == "what does an overdraft cost"
    assert (seen[0]["model"], seen[0]["temperature"]) == ("little", 0)
    assert MOST_QUESTION < 1000


async def test_every_other_act_is_the_backends_alone() -> None:
    async with phrased(Nobody(), Settings("http://127.0.0.1:1/v1", "x"), {}, lambda: TODAY) as backend:
        assert (await backend.perform("transfer", {}, "k")).receipt == "asked"


def test_denials_of_the_article_may_be_repeated() -> None:
    card = business().articles["card_replacement"]
    assert grounded("A blocked card cannot be unblocked.", card, TODAY)
    assert not grounded("A blocked card can be unblocked by Steven.", card, TODAY)


# --- in the conversation ---------------------------------------------------------------------------------------------


def a_call(error: str | None, text: str = "") -> Story:
    bank = DemoBank(today=TODAY)

    def deed(action: str, params: object, key: str) -> ActionDone:
        if action == PHRASE:
            return ActionDone(action, key, ok=error is None, facts={"text": text} if text else {}, error=error)
        return bank.perform_now(action, params, key)  # type: ignore[arg-type]

    return Story(deed=deed, phrases=True)


def test_other_words_are_said_with_their_source() -> None:
    call = a_call(None, "An overdraft costs 15 dollars.")
    said = call.hears("what do you charge for an overdraft")
    assert "From our page on fees, of September 2026: An overdraft costs 15 dollars." in said
    assert "anything else" in said


def test_without_them_the_article_speaks_for_itself_and_somebody_is_told() -> None:
    call = a_call("timeout")
    assert "Checking is free." in call.hears("what do you charge for an overdraft")
    notice = call.did(events.Notice)[0]
    assert "timeout" in notice.what


def test_the_wait_for_them_is_bridged() -> None:
    call = a_call(None, "x")
    call.deed = None
    call.hears("what do you charge for an overdraft")
    assert call.did(events.Say)[-1].after_ms > 0
    assert "still working" in call.silence()


def test_who_keys_a_choice_asked_nothing_and_hears_the_article() -> None:
    call = a_call("timeout")
    assert "Monday to Friday" in call.keys("*7")
    assert PHRASE not in call.actions
