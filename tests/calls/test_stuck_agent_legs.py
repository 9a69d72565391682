"""An agent's leg that stands still costs the caller seconds: it ends as a failure, and the next agent is asked."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from models.brief import Brief
from telephony.agents.briefing import BriefingMind
from telephony.events import AgentAnswered, AgentDeclined, AttemptEnded, Bridged, Problem
from telephony.service import Service
from telephony.sim.agent import accepts_at_once
from telephony.sim.script import Key, Wait
from telephony.switchboard.house import Minds
from telephony.switchboard.people import Invitation
from tests.sim.virtual import TONES, Call, Town, play
from voice.audio import Pcm
from voice.events import Act, Event, Played
from voice.tts import Synthesizer

QUICK = accepts_at_once(after_seconds=12.0, ring_seconds=1.0)


async def brought_together(town: Town) -> Call:
    call = town.ring(Wait(1000), Key("0"), stays_ms=180_000)
    await call.until(Bridged)
    await call.hangs_up()
    return call


def outcomes(call: Call) -> list[tuple[str, str]]:
    return [(ended.agent, ended.outcome) for ended in call.all(AttemptEnded)]


def stood_still_ms(call: Call) -> int:
    """From the first agent's answer to the end of their attempt."""
    return call.at_ms(AttemptEnded) - call.at_ms(AgentAnswered)


@dataclass
class FirstOneForgets:
    """The house's minds, but for the first agent's, which does not notice that a prompt has ended."""

    minds: Minds
    made: int = 0

    def briefing(self, brief: Brief, invitation: Invitation | None = None) -> BriefingMind:
        mind, self.made = self.minds.briefing(brief, invitation), self.made + 1
        if self.made == 1:
            heard = mind.on

            def on(event: Event, now_ms: int) -> Sequence[Act]:
                return () if isinstance(event, Played) else heard(event, now_ms)

            mind.on = on  # type: ignore[method-assign]
        return mind

    def __getattr__(self, name: str) -> Any:
        return getattr(self.minds, name)


def test_a_brief_that_does_not_go_on_ends_that_leg_and_the_next_agent_hears_it(tmp_path: Path) -> None:
    def prepare(service: Service) -> None:
        board = service.switchboard
        board.house = replace(board.house, minds=FirstOneForgets(board.house.minds))

    agents = {"ana": replace(QUICK, script=()), "ben": QUICK}
    call = play(brought_together, tmp_path, agents=agents, prepare=prepare)
    assert outcomes(call) == [("ana", "failed"), ("ben", "bridged")]
    assert [(one.agent, one.by, one.reason) for one in call.all(AgentDeclined)] == [("ana", "failed", "nothing")]
    assert any(problem.part == "stuck" for problem in call.all(Problem))
    assert stood_still_ms(call) < 16_000  # the intro, the no-input time, and five seconds of nothing
    assert call.company.alone_max_ms <= 5_000


class HangsOnce:
    """A voice that begins a brief and never goes on with it, once."""

    def __init__(self, inner: Synthesizer) -> None:
        self.voice_key = inner.voice_key
        self._inner = inner
        self._hung = False

    async def stream(self, text: str) -> AsyncGenerator[Pcm, None]:
        if "press 1" in text.lower() and not self._hung:
            self._hung = True
            await asyncio.Event().wait()
        async for piece in self._inner.stream(text):
            yield piece

    async def close(self) -> None:
        await self._inner.close()


def test_a_voice_that_hangs_in_a_brief_does_not_hold_the_caller(tmp_path: Path) -> None:
    agents = {"ana": replace(QUICK, script=()), "ben": QUICK}
    call = play(brought_together, tmp_path, agents=agents, voice=lambda inner: HangsOnce(TONES))
    assert outcomes(call) == [("ana", "failed"), ("ben", "bridged")]
    assert call.all(AgentDeclined)[0].reason == "speaking"
    assert call.company.alone_max_ms <= 5_000
