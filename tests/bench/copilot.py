"""The co-pilot over questions that were written without sight of its articles: how soon it answers, from the right
article, and whether it says so where none answers. Each goes through the desk's own HTTP door, signed in as an agent.

Its weights and thresholds are fitted on others (tests/quality/copilot/own.toml).
"""

import asyncio
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp
import pytest

from telephony.assembly.understanding import sentence_encoder
from telephony.copilot.vectors import Encoder
from telephony.desk.doors import CSRF_HEADER
from telephony.settings import load
from tests.bench.context import ROOT, Context
from tests.bench.writer import Row
from tests.desk.house import House
from tests.quality.copilot.questions import BLIND, Question, pages, read

IDS = ("copilot_answer_p95_ms", "copilot_source_right", "copilot_unanswerable_said")
LEAST, LEAST_UNANSWERABLE = 120, 0.2  # questions, and the share of them that nothing answers


@dataclass(frozen=True, slots=True)
class Told:
    question: Question
    article: str  # quoted; "": nothing answers
    ms: float

    @property
    def right(self) -> bool:
        return self.article == self.question.article


def rows(context: Context) -> Sequence[Row]:
    questions = checked()
    encoder = sentence_encoder(load(ROOT / "config").service.models_folder)
    told = asyncio.run(_asked(questions, encoder))
    plain = told if encoder is None else asyncio.run(_asked(questions, None))
    way = "by words alone: the encoder's weights are not here" if encoder is None else f"by {encoder.name} and words"
    source, said = _right(told, answerable=True), _right(told, answerable=False)
    words_source, words_said = (_right(plain, answerable=one) for one in (True, False))
    make = context.samples.row
    return [
        make(IDS[0], [one.ms for one in told], "p95", unit="ms", goal="<= 300", of="one question over HTTP, answered",
             note=f"{way}; wall time, one after the other"),
        make(IDS[1], source, "share", unit="of answerable questions", goal=">= 0.9",
             of="1: quoted from the article that answers",
             note=f"{way}; by words alone {_share(words_source):.2f}; {len(pages())} articles"),
        make(IDS[2], said, "share", unit="of unanswerable questions", goal=">= 0.9",
             of="1: said that nothing answers",
             note=f"{way}; by words alone {_share(words_said):.2f}"),
    ]  # fmt: skip


def checked() -> list[Question]:
    """The questions, if they are enough and each article is one of ours."""
    if not BLIND.exists():
        pytest.skip(f"{BLIND.relative_to(ROOT)}: the questions expected, got no such file")
    questions = read(BLIND)
    nothing = sum(not question.article for question in questions)
    if len(questions) < LEAST or nothing < LEAST_UNANSWERABLE * len(questions):
        raise ValueError(
            f"{BLIND}: {LEAST} questions, 1 of 5 unanswerable, expected, got {len(questions)} and {nothing}"
        )
    unknown = {question.article for question in questions} - {page.name for page in pages()} - {""}
    if unknown:
        raise ValueError(f"{BLIND}: articles of config/knowledge expected, got {', '.join(sorted(unknown))}")
    return questions


def _right(told: Sequence[Told], *, answerable: bool) -> list[float]:
    return [float(one.right) for one in told if bool(one.question.article) is answerable]


def _share(samples: Sequence[float]) -> float:
    return sum(samples) / len(samples)


async def _asked(questions: Sequence[Question], encoder: Encoder | None) -> list[Told]:
    listener = socket.create_server(("127.0.0.1", 0))
    house = House(listener.getsockname()[1], encoder)
    serving = asyncio.create_task(house.server.serve(sockets=[listener]))
    try:
        async with aiohttp.ClientSession(
            house.url, cookie_jar=aiohttp.CookieJar(unsafe=True), headers={"origin": house.url}
        ) as agent:
            async with agent.post("/desk/api/sign-in", json={"agent": "ana", "pin": ""}) as answer:
                token = {CSRF_HEADER: (await answer.json())["csrf"]}
            await _ask(agent, token, Question("warm", "the first one finds everything cold", ""))
            return [await _ask(agent, token, question) for question in questions]
    finally:
        await house.line.close()
        house.server.should_exit = True
        await serving


async def _ask(agent: aiohttp.ClientSession, token: dict[str, str], question: Question) -> Told:
    began = time.perf_counter()
    async with agent.post("/desk/api/copilot/ask", json={"question": question.text}, headers=token) as response:
        body = await response.json()
    ms = (time.perf_counter() - began) * 1000
    if response.status != 200:
        raise ValueError(f"question {question.id}: an answer expected, got {response.status}: {body}")
    return Told(question, body["source"]["article"] if body["answered"] else "", ms)
