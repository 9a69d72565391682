"""Agents at telephones: nobody sits at their desks, so the stage says for them that they are there, and wraps up."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from telephony.agents.agent import AgentId, Presence
from telephony.desk.office import News, WrapUpDue
from telephony.service import Service
from telephony.sim.cast import Cast
from telephony.sim.fixture import WrapUp


@contextmanager
def available(service: Service, cast: Cast) -> Iterator[None]:
    roster = service.staff.roster
    with ExitStack() as leaving:
        for agent in cast.agents:
            roster.set(AgentId(agent), Presence.AVAILABLE, _now_ms())
            leaving.callback(_leave, service, AgentId(agent))
            if (wrap_up := cast.wraps_up.get(agent)) is not None:
                leaving.callback(service.front.watch(agent, _wrapping_up(service, agent, wrap_up)))
        yield


def _leave(service: Service, agent: AgentId) -> None:
    service.staff.roster.choose(agent, Presence.AWAY, _now_ms())


def _wrapping_up(service: Service, agent: str, wrap_up: WrapUp) -> Callable[[News], None]:
    tasks: list[asyncio.Task[None]] = []  # kept, so that it is not collected half done

    def on_news(news: News) -> None:
        if isinstance(news, WrapUpDue):
            summary = wrap_up.summary or news.summary
            done = service.front.wrap_up(agent, news.call, wrap_up.disposition, summary)
            tasks.append(asyncio.get_running_loop().create_task(done))

    return on_news


def _now_ms() -> int:
    return round(asyncio.get_running_loop().time() * 1000)
