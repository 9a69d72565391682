"""An agent brings in a colleague: all three hear each other, whoever leaves, the others go on, nobody is in silence."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from telephony import handoff as h
from telephony.agents.agent import Presence
from telephony.call import CallState
from telephony.desk.office import (
    CallOver,
    News,
    NotPossible,
    OfferClosed,
    Offered,
    OnCall,
    PresenceIs,
    Recorded,
    WrapUpDue,
)
from telephony.events import (
    AttemptEnded,
    Bridged,
    CallEnded,
    CompanionAsked,
    CompanionJoined,
    CompanionOver,
    Heard,
    Said,
    Unbridged,
    WrappedUp,
)
from telephony.leg import LegEnded
from telephony.sim.agent import SimAgent
from telephony.sim.script import HangUp, Key, Speak, Wait
from telephony.supervision.modes import Mode
from tests.sim.virtual import NUMBERS as AGENTS
from tests.sim.virtual import Call
from tests.supervision.floor import AGENT, BOSS, CALLER, NUMBERS, SAM, VOICES, Floor, clip, on_the_floor, talks
from tests.supervision.hearing import NOT_HEARD

EARS = {"caller": "+12025550143", **AGENTS, **NUMBERS}
COLLEAGUE = (clip("hi-you-want-to-dispute") * 0.75).astype("int16")  # as loud as Ana
SPEAKS = [step for _ in range(100) for step in (Speak(CALLER), Wait(300))]
"""Of the caller, without a pause."""

ANA = talks(AGENT, Wait(1000), Key("1"))
BEN = talks(COLLEAGUE, Wait(1000), Key("1"))
DECLINES = SimAgent((Wait(1000), Key("2")), ring_seconds=1.0)
NEVER = SimAgent((Wait(60_000),), ring_seconds=300.0)
LEAVES = talks(COLLEAGUE, Wait(1000), Key("1"), Wait(12_000), HangUp())

HEARD = 0.25
"""Of a recording's energy: three voices at once, and the moments caught up in their pauses, leave each so much."""

Ears = Mapping[str, Mapping[str, float]]


@pytest.fixture(autouse=True)
def colleagues_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VOICES, "colleague", COLLEAGUE)


@dataclass
class Three:
    """A call in which Ana talks with the caller."""

    floor: Floor
    call: Call

    async def asks(self, person: str = "ben", notes: str = "knows boats", *, agent: str = "ana") -> None:
        await self.floor.town.service.front.line.bring_in(agent, self.id, person, notes)

    async def joined(self) -> None:
        await self.asks()
        await self.call.until(CompanionJoined)
        await asyncio.sleep(4)

    @property
    def id(self) -> str:
        return self.floor.conduct.id

    @property
    def line(self):
        return self.floor.town.service.front.line

    async def ears(self, *who: str, after_seconds: float = 8.0) -> Ears:
        """After what was said of it, when nobody is late any more."""
        await asyncio.sleep(after_seconds)
        heard = await asyncio.gather(*(self.floor.hears(EARS[one], 8.0) for one in who or ("caller", "ana", "ben")))
        return dict(zip(who or ("caller", "ana", "ben"), heard, strict=True))


Story = Callable[[Three], Awaitable[None]]


def told(
    folder: Path, story: Story, *, ben: SimAgent = BEN, ana: SimAgent = ANA, caller_talks: bool = True, **how: object
) -> Call:
    """Ana and the caller talk when `story` begins; afterwards the caller hangs up, if they are there."""

    async def whole(floor: Floor) -> Call:
        call = floor.rings(Wait(1000), Key("0"), Wait(9000), *(SPEAKS if caller_talks else [Wait(290_000)]))
        await call.until(Bridged)
        await asyncio.sleep(4)
        floor.town.available("ben")
        await story(Three(floor, call))
        if not call.all(CallEnded):
            await call.hangs_up()
        await asyncio.sleep(70)  # the wrap-ups' time
        return call

    def ana_first(service: object) -> None:
        service.staff.roster.set("ben", Presence.AWAY, 0)

    return on_the_floor(whole, folder, agents={"ana": ana, "ben": ben}, prepare=ana_first, **how)


def only(heard: Mapping[str, float], *voices: str) -> bool:
    return all(value > HEARD if name in voices else value < NOT_HEARD for name, value in heard.items())


def over(call: Call) -> list[tuple[str, str]]:
    return [(entry.companion, entry.why) for entry in call.all(CompanionOver)]


def wrapped_up(call: Call) -> list[str]:
    return sorted(entry.agent for entry in call.all(WrappedUp))


def said(call: Call) -> list[str]:
    return [entry.text for entry in call.all(Said)]


# --- three -----------------------------------------------------------------------------------------------------------


def test_all_three_hear_each_other_and_nobody_hears_themselves(tmp_path: Path) -> None:
    ears: dict[str, Mapping[str, float]] = {}

    async def story(three: Three) -> None:
        await three.joined()
        ears.update(await three.ears())

    call = told(tmp_path, story)
    assert only(ears["caller"], "agent", "colleague"), ears["caller"]
    assert only(ears["ana"], "caller", "colleague"), ears["ana"]
    assert only(ears["ben"], "caller", "agent"), ears["ben"]
    (asked,) = call.all(CompanionAsked)
    assert (asked.agent, asked.agent_name, asked.companion, asked.notes) == ("ana", "Ana Silva", "ben", "knows boats")
    assert "Ana Silva has brought in Ben Okafor." in said(call)
    assert {heard.who for heard in call.all(Heard) if heard.turn} == {"", "ana", "ben"}
    assert over(call) == [("ben", "caller")]
    assert wrapped_up(call) == ["ana", "ben"]
    assert call.outcome == "transferred"


def test_the_two_talk_on_while_the_colleague_is_rung(tmp_path: Path) -> None:
    ears: dict[str, Mapping[str, float]] = {}

    async def story(three: Three) -> None:
        await three.asks()
        await asyncio.sleep(1)
        ears.update(await three.ears("caller", "ana"))

    told(tmp_path, story, ben=SimAgent((Wait(60_000),), ring_seconds=15.0))
    assert only(ears["caller"], "agent"), ears
    assert only(ears["ana"], "caller"), ears


def test_the_first_agent_hangs_up_and_the_colleague_goes_on(tmp_path: Path) -> None:
    ears: dict[str, Mapping[str, float]] = {}
    states: list[CallState] = []

    async def story(three: Three) -> None:
        await three.joined()
        await three.line.hang_up("ana", three.id)
        await three.call.until(CompanionOver)
        await asyncio.sleep(2)
        states.append(three.floor.conduct.call.state)
        ears.update(await three.ears("caller", "ben"))
        await three.line.hold("ben", three.id, True)  # the call is theirs now
        await three.line.hold("ben", three.id, False)

    call = told(tmp_path, story)
    assert only(ears["caller"], "colleague"), ears
    assert only(ears["ben"], "caller"), ears
    assert states == [CallState.BRIDGED]
    assert over(call) == [("ben", "goes_on")]
    assert [entry.agent for entry in call.all(Bridged)] == ["ana", "ben"]
    assert [(entry.agent, entry.by) for entry in call.all(Unbridged)] == [("ana", "colleague"), ("ben", "caller")]
    assert [(entry.agent, entry.outcome) for entry in call.all(AttemptEnded)] == [
        ("ana", "bridged"),
        ("ben", "bridged"),
    ]
    assert wrapped_up(call) == ["ana", "ben"]
    assert not [text for text in said(call) if "automated assistant again" in text]


def test_the_colleague_who_went_on_hangs_up_and_the_system_has_the_caller(tmp_path: Path) -> None:
    async def story(three: Three) -> None:
        await three.joined()
        await three.line.hang_up("ana", three.id)
        await three.call.until(CompanionOver)
        await three.line.hang_up("ben", three.id)
        await asyncio.sleep(15)

    call = told(tmp_path, story, caller_talks=False)
    assert wrapped_up(call) == ["ana", "ben"]
    assert "seek.left" in [entry.prompt for entry in call.all(Said)]


@pytest.mark.parametrize("how", ["hangs up", "hangs up at the desk", "is let go", "is lost"])
def test_the_colleague_leaves_and_the_two_go_on(tmp_path: Path, how: str) -> None:
    ears: dict[str, Mapping[str, float]] = {}

    async def story(three: Three) -> None:
        await three.joined()
        if how == "hangs up at the desk":
            await three.line.hang_up("ben", three.id)
        elif how == "is let go":
            await three.line.let_go("ana", three.id)
        elif how == "is lost":
            companion = three.floor.conduct.seeking.beside.successor
            assert companion is not None and companion.leg is not None
            companion.leg.end(LegEnded.FAILED)
        await three.call.until(CompanionOver)
        await asyncio.sleep(1)
        ears.update(await three.ears("caller", "ana"))

    call = told(tmp_path, story, ben=LEAVES if how == "hangs up" else BEN)
    assert only(ears["caller"], "agent"), ears
    assert only(ears["ana"], "caller"), ears
    assert over(call) == [("ben", "let_go" if how == "is let go" else "left")]
    assert wrapped_up(call) == ["ana", "ben"]
    assert [entry.by for entry in call.all(Unbridged)] == ["caller"]


# --- nobody joins ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ben", "why"), [(DECLINES, "declined"), (NEVER, "no_answer")], ids=["declines", "does not answer"]
)
def test_a_colleague_who_does_not_come_costs_nothing(tmp_path: Path, ben: SimAgent, why: str) -> None:
    ears: dict[str, Mapping[str, float]] = {}

    async def story(three: Three) -> None:
        await three.asks()
        await three.call.until(CompanionOver)
        ears.update(await three.ears("caller", "ana"))
        assert three.floor.conduct.seeking is not None
        assert three.floor.conduct.seeking.beside.companion is None

    call = told(tmp_path, story, ben=ben)
    assert only(ears["caller"], "agent"), ears
    assert only(ears["ana"], "caller"), ears
    assert over(call) == [("ben", why)]
    assert not call.all(CompanionJoined)
    assert wrapped_up(call) == ["ana"]


def test_who_is_asked_is_asked_no_more_when_the_agent_thinks_better_of_it_or_leaves(tmp_path: Path) -> None:
    async def story(three: Three) -> None:
        await three.asks()
        await asyncio.sleep(2)
        await three.line.let_go("ana", three.id)
        await three.call.until(CompanionOver)
        with pytest.raises(NotPossible, match="Nobody is with you"):
            await three.line.let_go("ana", three.id)
        await asyncio.sleep(2)
        await three.asks()
        await asyncio.sleep(2)
        await three.line.hang_up("ana", three.id)
        await three.call.until(CompanionOver, count=2)
        await asyncio.sleep(15)
        assert three.floor.town.service.staff.roster.seat("ben").presence is Presence.AVAILABLE

    call = told(tmp_path, story, ben=NEVER, caller_talks=False)
    assert over(call) == [("ben", "withdrawn"), ("ben", "withdrawn")]
    assert "seek.left" in [entry.prompt for entry in call.all(Said)]  # the system has the caller, as ever


def test_the_caller_hangs_up_while_the_colleague_is_rung(tmp_path: Path) -> None:
    async def story(three: Three) -> None:
        await three.asks()
        await asyncio.sleep(2)
        await three.call.hangs_up()
        assert three.floor.town.service.staff.roster.seat("ben").presence is Presence.AVAILABLE

    call = told(tmp_path, story, ben=NEVER)
    assert over(call) == [("ben", "abandoned")]
    assert wrapped_up(call) == ["ana"]


def test_who_is_asked_as_the_agent_hangs_up_is_free_again(tmp_path: Path) -> None:
    async def story(three: Three) -> None:
        seeking = three.floor.conduct.seeking
        assert seeking is not None and seeking.handoff.current is not None
        seeking.happened(h.LegOver(seeking.handoff.current.id, LegEnded.HUNG_UP))
        seeking.beside.ask("ben", "")
        assert three.floor.town.service.staff.roster.seat("ben").presence is Presence.OFFERED
        await three.call.until(Unbridged)
        await asyncio.sleep(1)
        assert three.floor.town.service.staff.roster.seat("ben").presence is Presence.AVAILABLE

    assert not told(tmp_path, story).all(CompanionAsked)


def test_what_cannot_be_is_refused_with_a_sentence_and_changes_nothing(tmp_path: Path) -> None:
    async def refused(three: Three, words: str, person: str = "ben", agent: str = "ana") -> None:
        with pytest.raises(NotPossible, match=words):
            await three.asks(person, agent=agent)

    async def story(three: Three) -> None:
        roster = three.floor.town.service.staff.roster
        await refused(three, "yourself", "ana")
        await refused(three, "just left", "cai")
        await refused(three, "just left", "nobody")
        await refused(three, "not talking", agent="ben")
        roster.reserve("ben", 0)
        await refused(three, "busy now")
        roster.set("ben", Presence.AVAILABLE, 0)
        await three.line.ask_keys("ana", three.id, "card")
        await refused(three, "keying a number")
        await three.line.stop_keys("ana", three.id)
        await asyncio.sleep(6)
        await asyncio.gather(*(three.asks() for _ in range(2)), return_exceptions=True)  # two at once
        await refused(three, "asked Ben Okafor already")
        await three.call.until(CompanionJoined)
        await refused(three, "on the line already")
        for act in (
            three.line.hold("ben", three.id, True),
            three.line.hand_back("ben", three.id, ""),
            three.line.ask_keys("ben", three.id, "card"),
            three.line.let_go("ben", three.id),
        ):
            with pytest.raises(NotPossible, match="for Ana Silva to do"):
                await act
        with pytest.raises(NotPossible, match="let them go first"):
            await three.line.hand_back("ana", three.id, "", person="cai")

    call = told(tmp_path, story)
    assert len(call.all(CompanionAsked)) == 1
    assert over(call) == [("ben", "caller")]


def test_in_a_carriers_conference_it_is_refused_with_what_works_instead(tmp_path: Path) -> None:
    async def story(three: Three) -> None:
        with pytest.raises(NotPossible, match='bridge = "relay"'):
            await three.asks()

    call = told(tmp_path, story, carrier_line={"bridge": "conference"})
    assert not call.all(CompanionAsked)


# --- hold, keys, supervisors ------------------------------------------------------------------------------------------


def test_on_hold_the_two_agents_talk_and_the_caller_hears_who_joined_once_they_are_back(tmp_path: Path) -> None:
    held: dict[str, Mapping[str, float]] = {}
    back: dict[str, Mapping[str, float]] = {}

    async def story(three: Three) -> None:
        await three.line.hold("ana", three.id, True)
        await asyncio.sleep(4)
        await three.joined()
        assert "Ana Silva has brought in Ben Okafor." not in said(three.call)
        held.update(await three.ears())
        await three.line.hold("ana", three.id, False)
        await asyncio.sleep(5)
        back.update(await three.ears())

    call = told(tmp_path, story)
    assert only(held["caller"]), held
    assert only(held["ana"], "colleague"), held
    assert only(held["ben"], "agent"), held
    assert only(back["caller"], "agent", "colleague"), back
    assert only(back["ben"], "caller", "agent"), back
    assert said(call).count("Ana Silva has brought in Ben Okafor.") == 1


def test_the_first_agent_who_leaves_a_held_caller_leaves_them_with_the_colleague(tmp_path: Path) -> None:
    ears: dict[str, Mapping[str, float]] = {}

    async def story(three: Three) -> None:
        await three.joined()
        await three.line.hold("ana", three.id, True)
        await asyncio.sleep(3)
        await three.line.hang_up("ana", three.id)
        await three.call.until(CompanionOver)
        await asyncio.sleep(2)
        ears.update(await three.ears("caller", "ben"))

    told(tmp_path, story)
    assert only(ears["caller"], "colleague"), ears
    assert only(ears["ben"], "caller"), ears


def test_neither_agent_hears_the_caller_who_keys(tmp_path: Path) -> None:
    ears: dict[str, Mapping[str, float]] = {}

    async def story(three: Three) -> None:
        await three.joined()
        await three.line.ask_keys("ana", three.id, "card")
        await asyncio.sleep(1)
        three.call.caller.presses("4")  # and hears the question no further
        ears.update(await three.ears(after_seconds=4))
        await three.line.stop_keys("ana", three.id)

    told(tmp_path, story)
    assert only(ears["ana"], "colleague"), ears
    assert only(ears["ben"], "agent"), ears
    assert only(ears["caller"], "agent", "colleague"), ears


def test_a_supervisor_hears_all_three_and_is_heard_by_all_who_barges_in(tmp_path: Path) -> None:
    listening: dict[str, Mapping[str, float]] = {}
    barging: dict[str, Mapping[str, float]] = {}

    async def story(three: Three) -> None:
        await three.floor.connects(SAM)
        await three.floor.room.attend(SAM, three.id, Mode.BARGE)
        await three.joined()  # who barges in does not keep a colleague out
        barging.update(await three.ears())
        await three.floor.room.attend(SAM, three.id, Mode.LISTEN)
        await asyncio.sleep(1)
        listening.update(await three.ears("sam"))

    told(tmp_path, story)
    assert BOSS is not None
    assert only(barging["caller"], "agent", "colleague", "boss"), barging
    assert only(barging["ana"], "caller", "colleague", "boss"), barging
    assert only(barging["ben"], "caller", "agent", "boss"), barging
    assert only(listening["sam"], "caller", "agent", "colleague"), listening


def test_a_supervisor_who_takes_over_lets_both_go(tmp_path: Path) -> None:
    ears: dict[str, Mapping[str, float]] = {}

    async def story(three: Three) -> None:
        await three.joined()
        await three.floor.connects(SAM)
        await three.floor.room.take_over(SAM, three.id)
        await asyncio.sleep(1)
        ears.update(await three.ears("caller"))

    call = told(tmp_path, story)
    assert only(ears["caller"], "boss"), ears
    assert over(call) == [("ben", "let_go")]
    assert wrapped_up(call) == ["ana", "ben"]


# --- at the desk -----------------------------------------------------------------------------------------------------


def test_at_the_colleagues_desk_the_offer_says_who_asks_and_the_call_ends_with_a_wrap_up(tmp_path: Path) -> None:
    news: list[News] = []

    async def story(three: Three) -> None:
        three.floor.town.service.front.watch("ben", news.append)
        await three.joined()
        await three.line.let_go("ana", three.id)
        await three.call.until(CompanionOver)

    told(tmp_path, story)
    (offered,) = [one.offer for one in news if isinstance(one, Offered)]
    assert (offered.asked_by, offered.notes, offered.brief.headline != "") == ("Ana Silva", "knows boats", True)
    kinds = [type(one) for one in news if not isinstance(one, (Recorded, PresenceIs))]
    assert kinds == [Offered, OfferClosed, OnCall, CallOver, WrapUpDue]


def test_who_declines_on_screen_says_why_to_who_asked(tmp_path: Path) -> None:
    async def story(three: Three) -> None:
        front = three.floor.town.service.front
        news: list[News] = []
        front.watch("ben", news.append)
        await three.asks()
        await asyncio.sleep(2)
        (offer,) = [one.offer for one in news if isinstance(one, Offered)]
        await front.decline("ben", offer.id, "Busy")
        await three.call.until(CompanionOver)
        with pytest.raises(NotPossible, match="no longer open"):
            await front.accept("ben", offer.id)

    call = told(tmp_path, story, ben=NEVER)
    assert [(entry.why, entry.reason) for entry in call.all(CompanionOver)] == [("declined", "Busy")]


def test_who_accepts_on_screen_proves_at_their_telephone_that_they_are_there(tmp_path: Path) -> None:
    async def story(three: Three) -> None:
        front = three.floor.town.service.front
        await three.asks()
        await asyncio.sleep(2)
        assert three.floor.conduct.seeking is not None
        await front.accept("ben", f"{three.floor.conduct.seeking.handoff.id}-b1-1")
        await three.call.until(CompanionJoined)

    call = told(tmp_path, story, ben=talks(COLLEAGUE, Wait(9000), Key("1")))
    assert over(call) == [("ben", "caller")]
