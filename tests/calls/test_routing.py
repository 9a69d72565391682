"""Who is asked, and what the caller hears first when nobody can come soon, as whole calls."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from telephony.agents.agent import Presence
from telephony.errors import RecordError
from telephony.events import AgentOffered, Bridged, CallbackAgreed, Problem, QueueJoined, Said, WrappedUp
from telephony.history import PastWait
from telephony.sim.agent import accepts_at_once, never_answers
from telephony.sim.script import Key, Wait
from tests.sim.virtual import Call, Town, play

QUICK = accepts_at_once(after_seconds=1.0, ring_seconds=1.0)
THANKSGIVING = datetime(2026, 11, 26, 15, tzinfo=UTC)  # member services are closed; cards never are
FIRST, SECOND, THIRD = "+12025550143", "+12025550144", "+12025550145"


def asks(town: Town, number: str = FIRST) -> Call:
    return town.ring(Wait(1000), Key("0"), number=number, stays_ms=300_000)


def prompts(call: Call) -> list[str]:
    return [said.prompt for said in call.all(Said)]


class Known:
    """A record that knows who served whom, and what was waited. `broken`: it cannot be read."""

    def __init__(self, agent: str | None = None, waits: Sequence[PastWait] = (), *, broken: bool = False) -> None:
        self._agent = agent
        self._waits = waits
        self.broken = broken
        self.asked: list[tuple[str, float]] = []

    async def last_agent(self, number: str, *, since_wall: float) -> str | None:
        self.asked.append((number, since_wall))
        if self.broken:
            raise RecordError("away on purpose")
        return self._agent

    async def waits(self) -> Sequence[PastWait]:
        if self.broken:
            raise RecordError("away on purpose")
        return self._waits


# --- nobody can come soon ---------------------------------------------------------------------------------------------


def only_member_services(folder: Path) -> Path:
    """The shipped business without the overflow to the queue that never closes."""
    import shutil

    from tests.sim.house import CONFIG

    copy = shutil.copytree(CONFIG, folder / "business")
    queues = copy / "queues.toml"
    text = queues.read_text()
    assert 'overflow = "cards"' in text
    queues.write_text(text.replace('overflow = "cards"\n', ""))
    return copy


def test_a_closed_queue_says_when_it_opens_and_offers_the_call_back_before_anything_else(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        call = asks(town)
        await call.until(QueueJoined)
        await asyncio.sleep(12)
        call.caller.presses("1")
        await asyncio.sleep(10)
        call.caller.presses("1")
        await call.over()
        return call

    business = {"folder": only_member_services(tmp_path)}
    call = play(story, tmp_path, agents={"ana": QUICK}, at=THANKSGIVING, business=business)
    said = [said for said in call.all(Said) if said.prompt.startswith("seek")]
    assert said[0].prompt == "seek.closed", call.told()
    assert said[0].text == "Nobody in member services is at work now. They are back tomorrow at 8 AM."
    assert "seek.offer_callback" in prompts(call)
    assert not call.all(AgentOffered)
    assert call.all(QueueJoined)[0].rung == "callback"
    assert call.all(CallbackAgreed)[0].number == FIRST
    assert call.outcome == "callback"


def test_who_declines_the_call_back_of_a_closed_queue_is_not_left_waiting_for_it(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        call = asks(town)
        await call.until(QueueJoined)
        await asyncio.sleep(12)
        call.caller.presses("2")
        await asyncio.sleep(10)
        await call.hangs_up()
        return call

    business = {"folder": only_member_services(tmp_path)}
    call = play(story, tmp_path, agents={"ana": QUICK}, at=THANKSGIVING, business=business)
    assert "no_longer_sought" in prompts(call)
    assert "seek.keep_waiting" not in prompts(call)


def test_a_closed_queue_whose_callers_go_on_to_an_open_one_brings_a_person(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        call = asks(town)
        await call.until(Bridged)
        await call.hangs_up()
        return call

    call = play(story, tmp_path, agents={"ana": QUICK}, at=THANKSGIVING)
    assert call.all(QueueJoined)[0].queue == "member_services"
    assert "seek.closed" not in prompts(call)


def test_with_nobody_at_work_the_truth_comes_first_and_whoever_comes_is_rung(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        town.service.staff.roster.set("ana", Presence.AWAY, 0)
        call = asks(town)
        await call.until(QueueJoined)
        await asyncio.sleep(8)
        assert "seek.nobody" in prompts(call)
        town.available("ana")
        await call.until(Bridged)
        await call.hangs_up()
        return call

    call = play(story, tmp_path, agents={"ana": QUICK})
    said = [name for name in prompts(call) if name.startswith("seek")]
    assert said[0] == "seek.nobody", call.told()
    assert "seek.getting" not in said


def test_a_long_wait_is_told_as_a_range_with_the_call_back(tmp_path: Path) -> None:
    """From what callers waited before this service started."""
    before = [PastWait("member_services", 1, 1, 0, minutes * 60_000, True) for minutes in range(12, 32)]

    async def story(town: Town) -> Call:
        first = asks(town, FIRST)
        await first.until(Bridged)
        second = asks(town, SECOND)
        await second.until(QueueJoined)
        await asyncio.sleep(25)
        await first.hangs_up()
        await second.hangs_up()
        return second

    call = play(story, tmp_path, agents={"ana": QUICK}, history=Known(waits=before))
    joined = call.all(QueueJoined)[0]
    assert (joined.place, joined.staff, joined.free, joined.rung) == (1, 1, 0, "callback")
    assert joined.wait_minutes is not None
    low, high = joined.wait_minutes
    assert 10 <= low <= 20 <= high <= 32
    told = [said.text for said in call.all(Said) if said.prompt == "seek.wait"]
    assert told == [f"It should take {low} to {high} minutes."]
    assert "seek.offer_callback" in prompts(call)


# --- who is asked -----------------------------------------------------------------------------------------------------


def test_who_served_this_number_last_is_asked_first(tmp_path: Path) -> None:
    known = Known("ben")

    async def story(town: Town) -> Call:
        call = asks(town)
        await call.until(Bridged)
        await call.hangs_up()
        return call

    call = play(story, tmp_path, agents={"ana": QUICK, "ben": QUICK}, history=known)
    assert [entry.agent for entry in call.all(AgentOffered)] == ["ben"]
    ((number, since_wall),) = known.asked
    assert number == FIRST
    assert datetime.fromtimestamp(since_wall, UTC).date().isoformat() == "2026-10-24", "30 days"


def test_a_record_that_cannot_be_read_keeps_nobody_from_a_person(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        call = asks(town)
        await call.until(Bridged)
        await call.hangs_up()
        return call

    call = play(story, tmp_path, agents={"ana": QUICK}, history=Known(broken=True))
    assert [problem.part for problem in call.all(Problem)] == ["record"]


# --- deadlines --------------------------------------------------------------------------------------------------------


def test_a_wrap_up_that_nobody_sends_ends_with_the_draft_and_the_agent_is_offered_the_next_call(tmp_path: Path) -> None:
    async def story(town: Town) -> tuple[Call, Call, Presence]:
        town.service.front.watch("ana", lambda news: None)  # a desk at which nobody does anything
        first = asks(town, FIRST)
        await first.until(Bridged)
        await first.hangs_up()
        wrapping = town.presence("ana")
        second = asks(town, SECOND)
        await second.until(Bridged, seconds=150)
        await second.hangs_up()
        return first, second, wrapping

    first, second, wrapping = play(story, tmp_path, agents={"ana": QUICK})
    assert wrapping is Presence.WRAPPING
    (wrapped,) = first.all(WrappedUp)
    assert wrapped.agent == "ana"
    assert wrapped.summary
    assert second.outcome == "transferred"


def test_who_closes_the_desk_during_a_wrap_up_is_away_after_its_time(tmp_path: Path) -> None:
    async def story(town: Town) -> Presence:
        town.service.front.watch("ana", lambda news: None)
        call = asks(town)
        await call.until(Bridged)
        await call.hangs_up()
        town.service.front.sign_out("ana")
        await asyncio.sleep(130)
        return town.presence("ana")

    assert play(story, tmp_path, agents={"ana": QUICK}) is Presence.AWAY


def test_an_agent_who_missed_an_offer_gets_no_further_one_until_they_say_so(tmp_path: Path) -> None:
    async def story(town: Town) -> tuple[Call, Call]:
        first = asks(town, FIRST)
        await first.until(AgentOffered)
        await asyncio.sleep(12)
        second = asks(town, SECOND)
        await asyncio.sleep(30)
        await first.hangs_up()
        await second.hangs_up()
        return first, second

    first, second = play(story, tmp_path, agents={"ana": never_answers()}, handoff={"ring_seconds": 5.0})
    assert len(first.all(AgentOffered)) == 1
    assert not second.all(AgentOffered)
