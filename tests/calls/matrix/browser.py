"""The matrix in the browser: a caller on the carrier's stand-in, agents at the softphone, joined by our relay."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from telephony.sim.agent import SimAgent
from telephony.sim.leaving import Stage as LeavingAt
from telephony.sim.script import HangUp, Speak, Wait
from tests.calls.matrix.people import TELEPHONES, Does
from tests.calls.matrix.stage import Ended, Scene, played
from tests.calls.matrix.twilio import TwilioStage
from tests.sim.desk_page import AtDesk, DeskPage
from tests.sim.peer import Link, browsers
from tests.sim.virtual import WORDS, Town, play
from voice.audio import Pcm

TALKS = SimAgent((Wait(4000), Speak(WORDS), Wait(200_000)))

DESKS: Mapping[Does, AtDesk] = {
    Does.TAKES: AtDesk(TALKS, accepts=1.0),
    Does.TAKES_BY_VOICE: AtDesk(TELEPHONES[Does.TAKES_BY_VOICE], listens=1.0),
    Does.ANSWERS_AND_PROVES: AtDesk(TALKS),
    Does.DECLINES: AtDesk(declines=1.0),
    Does.IS_SLOW_TO_ANSWER: AtDesk(TALKS, accepts=15.0),
    Does.DOES_NOT_ANSWER: AtDesk(),
    Does.ANSWERS_TOO_LATE: AtDesk(TALKS, accepts=7.0),
    Does.ANSWERS_AND_IS_SILENT: AtDesk(listens=1.0),
    Does.LEAVES_IN_THE_BRIEF: AtDesk(SimAgent((Wait(3000), HangUp())), listens=1.0),
    Does.LEAVES_ON_ACCEPT: AtDesk(SimAgent((Wait(200_000),)).leaving(LeavingAt.ANSWERED, 0.1), accepts=1.0),
    Does.LEAVES_WHILE_TALKING: AtDesk(SimAgent((Wait(4000), HangUp())), accepts=1.0),
    Does.LISTENS_FOR_LONG: AtDesk(listens=1.0),
}
CAI = {"id": "cai", "name": "Cai Lund", "skills": ["general", "cards"], "line": "webrtc"}


class BrowserStage(TwilioStage):
    """`pages`: by agent; `links`: every connection of any page."""

    def __init__(self, town: Town, pages: dict[str, DeskPage], links: dict[int, Link]) -> None:
        super().__init__(town)
        self.pages = pages
        self.links = links

    async def accept(self, agent: str) -> None:
        await self.pages[agent].accept()

    async def decline(self, agent: str) -> None:
        await self.pages[agent].decline()

    def agent_heard(self, agent: str) -> Sequence[Pcm]:
        return self.pages[agent].heard

    def together(self) -> int:
        return sum(page.talking and not page.closed for page in self.pages.values())

    def left_up(self) -> list[str]:
        legs = self.service.switchboard.house.lines["webrtc"]._legs  # type: ignore[attr-defined]  # of this line
        links = [f"connection {number}" for number, link in self.links.items() if link.up]
        return [*super().left_up(), *legs, *links]

    def violations(self) -> list[str]:
        """No click makes the service stumble, however late it comes."""
        failures = [no for page in self.pages.values() for no in page.said_no if no.rsplit(" ", 1)[1] >= "500"]
        return [*super().violations(), *failures]


def run(scene: Scene, folder: Path) -> Ended:
    desks = {agent: DESKS[who] if isinstance(who, Does) else who for agent, who in scene.cast().items()}
    with browsers() as links:

        async def story(town: Town) -> Ended:
            async with signed_in(town, desks, links) as pages:
                return await played(BrowserStage(town, pages, links), scene.story)

        changes = dict(scene.changes)
        return play(story, folder, desks=["ana", "ben"], lines=scene.lines, seats=[CAI], **changes)


@asynccontextmanager
async def signed_in(
    town: Town, desks: Mapping[str, AtDesk], links: dict[int, Link]
) -> AsyncIterator[dict[str, DeskPage]]:
    """Each agent at their desk, and available."""
    pages = {agent: DeskPage(town.service, agent, at_desk, links) for agent, at_desk in desks.items()}
    for page in pages.values():
        await page.sign_in()
    try:
        yield pages
    finally:
        await asyncio.gather(*(page.close() for page in pages.values()))
