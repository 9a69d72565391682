"""The whole way of a change of the rules over calls in a real record: every trial is a process of its own."""

from dataclasses import replace
from pathlib import Path

import pytest

from telephony.access.audit import Audit, InMemory
from telephony.assembly.changing_rules import ProcessTrial, RulesFolder
from telephony.assembly.ruling import Ruling
from telephony.assembly.understanding import KEPT, intents_of
from telephony.published.learned import LearnedFolder
from telephony.records import rows
from telephony.records.store import default_url
from telephony.records.upgrade import open_engine, upgrade
from telephony.records.writer import Writer
from telephony.reviews.changes import Item, State
from telephony.rules.change import Change, Standing
from telephony.rules.errors import NotChanged
from telephony.rules.room import RulesRoom
from telephony.service import published
from telephony.settings import load
from tests.reviews.house import told
from tests.rules.bench import CONFIG, KIM, SAM, changed
from tests.sim.journaled import MORNING
from tests.sim.story import Story
from tests.telephony.backtest_calls import ruleless

TRUTHS = (
    Item("silent", "", None, needs_person=True, by_turn=2),
    Item("hours", "", None, needs_person=False),
)


def says_nothing(story: Story) -> None:
    for _ in range(4):
        story.silence()


def asks_for_opening_hours(story: Story) -> None:
    story.hears("what are your opening hours")
    story.hears("goodbye")


def recorded(records: Path) -> None:
    """Two calls, had without any rule, and what their reviewers said of them."""
    engine = open_engine(default_url(records))
    upgrade(engine)
    for call, tells in (("silent", says_nothing), ("hours", asks_for_opening_hours)):
        journal = told(call, tells, known=ruleless())
        assert Writer(engine).write([rows.of(one) for one in journal], durable=True) == []
    engine.dispose()
    LearnedFolder(records).publish(replace(State(), items=TRUTHS))


class Started:
    """A service as it was started, with its rules page."""

    def __init__(self, records: Path, audit: Audit) -> None:
        settings = load(CONFIG)
        service = settings.service.model_copy(update={"records_folder": records, "models_folder": records})
        settings = settings.model_copy(update={"service": service})
        world = published(settings)
        started = world.business(CONFIG)
        self.ruling = Ruling(started, world.rules, world.alarm)
        self.intents = intents_of(started, kept=records / KEPT)
        self.folder = RulesFolder(CONFIG, records, self.ruling, lambda rules: world.ruled(rules, started))
        self.room = RulesRoom(self.folder, ProcessTrial(settings, wall=wall), audit=audit, wall=wall)

    async def drafted_and_tried(self, silences: int) -> Change:
        base, old = await self.folder.upcoming()
        draft = await self.room.draft(SAM, changed(old, silences), base=base, reason="Silence")
        await self.room.try_it(SAM, draft.id, days=28)
        await self.room.tried()
        return next(one for one in await self.folder.changes() if one.id == draft.id)

    def rings(self) -> Story:
        """A call begins."""
        return Story(known=self.ruling.business, intents=self.intents)


def silences(call: Story) -> int:
    """How many from now on until a person is called."""
    for number in range(1, 9):
        call.silence()
        if call.escalation is not None:
            return number
    raise AssertionError("a person expected within eight silences, none was called")


def wall() -> float:
    return MORNING + 3600


async def test_drafted_tried_signed_answering_the_next_call_and_rolled_back(tmp_path: Path) -> None:
    recorded(tmp_path)
    audit = Audit(InMemory(), wall=wall)
    first = Started(tmp_path, audit)
    shipped = first.ruling.rules
    assert silences(first.rings()) == 2

    worse = await first.drafted_and_tried(4)
    assert worse.standing is Standing.WORSE, worse.said
    assert any(line.startswith("silent (a person is needed by turn 2)") for line in worse.said)
    with pytest.raises(NotChanged, match="found worse"):
        await first.room.sign(KIM, worse.id)

    better = await first.drafted_and_tried(1)
    assert better.standing is Standing.TRIED, better.said
    with pytest.raises(NotChanged, match="Another person"):
        await first.room.sign(SAM, better.id)
    going_on = first.rings()
    assert (await first.room.sign(KIM, better.id)).standing is Standing.PUBLISHED
    overview = await first.room.overview(SAM)
    assert (overview.runs, overview.upcoming) == (better.hash, better.hash)
    assert silences(first.rings()) == 1, "the next call is judged by the new rules"
    assert silences(going_on) == 2, "a call that is on goes on with the old ones"

    second = Started(tmp_path, audit)
    assert (second.ruling.rules, second.ruling.alarm, silences(second.rings())) == (better.hash, "", 1)
    assert second.ruling.business.version == first.ruling.business.version
    going_on = second.rings()
    await second.room.roll_back(SAM, shipped, "too eager at night")
    assert (second.ruling.rules, silences(second.rings()), silences(going_on)) == (shipped, 2, 1)
    third = Started(tmp_path, audit)
    assert (third.ruling.rules, silences(third.rings())) == (shipped, 2)
    noted = [(note.what, note.who) for note in audit.left()]
    assert noted[-2:] == [("rules.signed", "kim"), ("rules.rolled_back", "sam")]
    for one in (first, second, third):
        one.folder.close()
