"""Whether a promised call back brings the agent the brief that was promised: whole calls in virtual time."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from models.brief import Brief, Part
from models.vouched import NOT_KNOWN
from telephony.agents.agent import Presence
from telephony.events import AgentOffered, BriefReady, CallbackAgreed, CallOffered
from telephony.sim.agent import SimAgent, accepts_at_once
from telephony.sim.script import Key, LetPromptPass, SpeakAfterPrompt, Wait
from tests.bench.context import Context
from tests.bench.writer import Row
from tests.sim.virtual import WORDS, Town, play

IDS = ("callback_keeps_brief",)
CALLER = "+12025550143"
KEPT = (Part.ISSUE, Part.TRIED, Part.NEXT, Part.ENTITIES)  # who they are is asked anew, why has a line more
SAID = (
    "there is a charge of eighty four dollars on my card that i never made",
    "i want to complain about the branch on harbor street",
    "i lost my card and somebody may have it",
    "i have a question about a loan for a boat",
    "i need to reset my password",
    "it's about my late mother's account",
)
ANSWERS = SimAgent((Key("1", after_prompt=True), Wait(4000), *(Key(k) for k in "204713"), Wait(3000),
                    *(Key(k) for k in "4821"), Wait(600_000)), ring_seconds=2.0)  # fmt: skip


def rows(context: Context) -> Sequence[Row]:
    parts = [kept for said in SAID for kept in _parts(said)]
    return [
        context.samples.row(
            IDS[0], parts, "share", unit="of parts", goal="= 1.00",
            of="1 when each line of a part known at the promise is in the brief of the call back",
            note=f"{len(SAID)} calls: said, verified or not, promised, dialled, identity asked again, offered",
        )
    ]  # fmt: skip


def _parts(said: str) -> Iterator[float]:
    with TemporaryDirectory() as folder:
        agents, customers = {"ana": accepts_at_once(after_seconds=1.0, ring_seconds=1.0)}, {CALLER: ANSWERS}
        before, now = play(_story, Path(folder), agents=agents, customers=customers, lines=[said])
    for part in KEPT:
        known = [line.text for line in before.part(part) if line.text != NOT_KNOWN]
        if known:
            yield float(set(known) <= {line.text for line in now.part(part)})


async def _story(town: Town) -> tuple[Brief, Brief]:
    town.service.staff.roster.set("ana", Presence.AWAY, 0)
    first = town.ring(
        SpeakAfterPrompt(WORDS), Wait(12_000), Key("0"), Wait(22_000), Key("1"), LetPromptPass(),
        Key("1", after_prompt=True), number=CALLER, stays_ms=60_000,
    )  # fmt: skip
    agreed = await first.until(CallbackAgreed)
    before = next(entry.brief for entry in first.all(BriefReady) if entry.version == agreed.brief_version)
    await first.over()
    town.available("ana")
    while not (now := _offered(town)):
        await town.news()
    return before, now[-1]


def _offered(town: Town) -> list[Brief]:
    """The briefs of the call that we made, once an agent has them."""
    ours = {r.call for r in town.records if isinstance(r.entry, CallOffered) and r.entry.direction == "outbound"}
    of = [record.entry for record in town.records if record.call in ours]
    return [e.brief for e in of if isinstance(e, BriefReady)] if any(isinstance(e, AgentOffered) for e in of) else []
