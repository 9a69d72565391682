"""The whole way of a change of the rules over calls in a real record: every trial is a process of its own."""

from dataclasses import replace
from pathlib import Path

import pytest

from telephony.access.audit import Audit, InMemory
from telephony.assembly.changing_rules import ProcessTrial, RulesFolder
from telephony.assembly.understanding import KEPT, intents_of
from telephony.published import keep, publish
from telephony.published.learned import LearnedFolder
from telephony.records import rows
from telephony.records.store import default_url
from telephony.records.upgrade import open_engine, upgrade
from telephony.records.writer import Writer
from telephony.reviews.changes import Item, State
from telephony.rules.change import Change, Standing
from telephony.rules.errors import NotChanged
from telephony.rules.room import RulesRoom
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
    """What a start of the service runs, with its rules page."""

    def __init__(self, records: Path, audit: Audit) -> None:
        settings = load(CONFIG)
        service = settings.service.model_copy(update={"records_folder": records, "models_folder": records})
        settings = settings.model_copy(update={"service": service})
        self.published = publish(CONFIG, records)
        keep(self.published, records)
        self.intents = intents_of(self.published.business, kept=records / KEPT)
        self.folder = RulesFolder(CONFIG, records)
        trial = ProcessTrial(settings, wall=wall)
        self.room = RulesRoom(self.folder, trial, audit=audit, wall=wall, runs=self.published.rules.hash)

    @property
    def runs(self) -> str:
        return self.published.rules.hash

    async def drafted_and_tried(self, silences: int) -> Change:
        base, old = await self.folder.upcoming()
        draft = await self.room.draft(SAM, changed(old, silences), base=base, reason="Silence")
        await self.room.try_it(SAM, draft.id, days=28)
        await self.room.tried()
        return next(one for one in await self.folder.changes() if one.id == draft.id)

    def silences(self) -> int:
        """How many until a person is called."""
        story = Story(known=self.published.business, intents=self.intents)
        for number in range(1, 9):
            story.silence()
            if story.escalation is not None:
                return number
        raise AssertionError("a person expected within eight silences, none was called")


def wall() -> float:
    return MORNING + 3600


async def test_drafted_tried_signed_run_from_the_next_start_and_rolled_back(tmp_path: Path) -> None:
    recorded(tmp_path)
    audit = Audit(InMemory(), wall=wall)
    first = Started(tmp_path, audit)
    assert first.silences() == 2

    worse = await first.drafted_and_tried(4)
    assert worse.standing is Standing.WORSE, worse.said
    assert any(line.startswith("silent (a person is needed by turn 2)") for line in worse.said)
    with pytest.raises(NotChanged, match="found worse"):
        await first.room.sign(KIM, worse.id)

    better = await first.drafted_and_tried(1)
    assert better.standing is Standing.TRIED, better.said
    with pytest.raises(NotChanged, match="Another person"):
        await first.room.sign(SAM, better.id)
    assert (await first.room.sign(KIM, better.id)).standing is Standing.PUBLISHED
    overview = await first.room.overview(SAM)
    assert (overview.runs, overview.upcoming) == (first.runs, better.hash)

    second = Started(tmp_path, audit)
    assert (second.runs, second.published.alarm, second.silences()) == (better.hash, "", 1)
    await second.room.roll_back(SAM, first.runs, "too eager at night")
    third = Started(tmp_path, audit)
    assert (third.runs, third.silences()) == (first.runs, 2)
    noted = [(note.what, note.who) for note in audit.left()]
    assert noted[-2:] == [("rules.signed", "kim"), ("rules.rolled_back", "sam")]
    for one in (first, second, third):
        one.folder.close()
