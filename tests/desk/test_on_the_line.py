"""What a desk shows of the call on its line: held, a lost network, the stage clock, the phone a page goes on with."""

from telephony.desk.feed import Feed
from telephony.desk.messages import RingModel
from telephony.desk.office import CallOver, Offer, Offered, OnCall, Person, Recorded
from telephony.events import (
    AgentBriefed,
    AgentOffered,
    AttemptEnded,
    Bridged,
    CompanionAsked,
    CompanionJoined,
    CompanionOver,
    Heard,
    Held,
    KeyPressed,
    KeysAsked,
    KeysTaken,
    PartyBack,
    PartyLost,
    Unbridged,
)
from telephony.journal import Record
from tests.desk.conftest import Room
from tests.desk.office import BRIEF, SimulatedOffice
from voice.events import Escalated

ANA, BEN = Person("ana", "Ana"), Person("ben", "Ben")


class Desk:
    """Ana's feed, or another agent's, its clock, and what a call writes."""

    def __init__(self, person: Person = ANA) -> None:
        self.now = 100.0
        self.feed = Feed(person, clock=lambda: self.now)
        self._seq = 0

    def news(self, news) -> None:
        self.feed.on_news(news)

    def record(self, at_ms: int, entry, call: str = "c1") -> None:
        self._seq += 1
        self.news(Recorded(Record(call, self._seq, at_ms, 0.0, entry)))

    @property
    def shown(self):
        return self.feed.snapshot()


def talking() -> Desk:
    desk = Desk()
    desk.news(OnCall("c1", "Maria"))
    return desk


def test_a_held_call_says_so_and_for_how_long():
    desk = talking()
    desk.record(2000, Held("h1", "ana", True))
    desk.now += 12
    held = desk.shown.call
    assert held and held.held and held.held_seconds == 12.0
    desk.record(14_000, Held("h1", "ana", False))
    assert desk.shown.call and not desk.shown.call.held


def test_holding_another_call_than_the_shown_one_changes_nothing():
    desk = talking()
    desk.record(2000, Held("h1", "ana", True), call="c0")
    assert desk.shown.call and not desk.shown.call.held


def test_a_call_that_is_over_is_held_and_lost_no_longer():
    desk = talking()
    desk.record(2000, Held("h1", "ana", True))
    desk.record(5000, PartyLost("caller"))
    desk.news(CallOver("c1", "caller"))
    over = desk.shown.call
    assert over and over.stage == "over" and not over.held and not over.lost


def test_a_party_whose_network_is_lost_is_shown_until_they_are_back():
    desk = talking()
    desk.record(5000, PartyLost("caller"))
    assert desk.shown.call and desk.shown.call.lost == "caller"
    desk.record(8000, PartyBack("caller", 3000))
    assert desk.shown.call and not desk.shown.call.lost
    assert [line.text for line in desk.shown.lines] == [
        "The caller's connection was lost", "The caller is back after 3 s",
    ]  # fmt: skip


def test_the_stage_clock_counts_from_the_trigger_and_names_what_became_of_each_agent():
    desk = Desk()
    office = SimulatedOffice()
    office.watch("ana", lambda news: desk.news(news) if isinstance(news, Offered) else None)
    office.offer("ana")
    desk.now += 30
    desk.record(25_000, Escalated("asked", "asked 1", (), (1,), "cards", "now"))
    desk.record(25_100, AgentOffered("h1", "ben", 1, 20.0))
    desk.record(45_100, AttemptEnded("h1", "h1-1", "ben", "no_answer", None, None, {"trigger": 25_000, "ring": 25_150}))
    desk.record(45_200, AgentOffered("h1", "ana", 1, 20.0))
    desk.now += 2
    clock = desk.shown.clock
    assert clock and clock.call_ms == 47_200
    assert [(a.agent, a.mine, a.outcome) for a in clock.attempts] == [("ben", False, "no_answer"), ("ana", True, "")]
    assert clock.attempts[0].at_ms == {"trigger": 25_000, "ring": 25_150}
    assert clock.attempts[1].at_ms == {"trigger": 25_000, "ring": 45_200}


def test_another_call_has_a_clock_of_its_own():
    desk = talking()
    desk.record(1000, Escalated("asked", "asked 1", (), (1,), "cards", "now"))
    assert desk.shown.clock
    desk.news(OnCall("c2", "Ben"))
    assert desk.shown.clock is None


def test_a_page_that_comes_later_goes_on_with_the_leg_that_was_answered():
    view = Desk().feed.view
    view.rings(RingModel(leg="w-1", call="c1"))
    ring, phone = view.answered("w-1")
    assert (ring.ring, phone.phone.leg) == (None, "w-1")
    assert view.snapshot("e", 0.0).phone == phone.phone
    assert [message.type for message in view.leg_over("w-1", "hung_up")] == ["phone"]
    assert view.snapshot("e", 0.0).phone is None


def test_the_end_of_an_older_leg_leaves_the_ringing_and_the_talking_one_alone():
    view = Desk().feed.view
    view.rings(RingModel(leg="w-2", call="c2"))
    assert list(view.leg_over("w-1", "hung_up")) == [] and view.ring
    assert list(view.answered("w-1")) == [] and view.ring


def test_hold_and_hand_back_need_a_caller_on_the_line(room: Room):
    room.sign_in()
    assert room.post("/desk/api/calls/c1/hold", {"on": True}) == 409
    assert room.post("/desk/api/calls/c1/hand-back", {"notes": "x"}) == 409
    room.client.portal.call(room.office.offer, "ana")
    room.post("/desk/api/offers/o-c1/accept")
    assert room.post("/desk/api/calls/c1/hold", {"on": True}) == 200
    assert room.post("/desk/api/calls/c1/hand-back", {"notes": " book a visit \n"}) == 200
    assert ("hand_back", "ana", "book a visit") in room.office.did


def test_a_page_cannot_come_back_to_a_leg_that_is_over(room: Room):
    room.sign_in()
    assert room.post("/desk/api/legs/w-1/resume", {"sdp": "v=0"}) == 409
    assert room.post("/call/resume", {"leg": "w-1", "token": "t", "sdp": "v=0"}) == 409


def test_a_caller_is_passed_on_to_a_queue_with_a_note(room: Room):
    room.sign_in()
    queues = room.client.get("/desk/api/queues").json()
    assert {"queue": "disputes", "title": "Disputes"} in queues
    room.client.portal.call(room.office.accept, "ana", room.office.offer("ana").id)
    assert room.post("/desk/api/calls/c1/hand-back", {"notes": " wants a loan ", "to": "lending"}) == 200
    assert ("hand_back", "ana", "wants a loan", "lending") in room.office.did


def test_a_caller_is_passed_on_to_a_colleague_by_name(room: Room):
    room.sign_in()
    colleagues = room.client.get("/desk/api/colleagues").json()
    assert [(one["id"], one["busy"]) for one in colleagues] == [("ben", False), ("eve", True)]
    room.client.portal.call(room.office.accept, "ana", room.office.offer("ana").id)
    assert room.post("/desk/api/calls/c1/hand-back", {"notes": "knows boats", "person": "ben"}) == 200
    assert ("hand_back", "ana", "knows boats", "ben") in room.office.did


def test_a_page_that_shows_a_call_which_has_moved_on_changes_nothing_in_the_next(room: Room):
    room.sign_in()
    for call in ("c1", "c2"):
        room.client.portal.call(room.office.accept, "ana", room.office.offer("ana", call).id)
        if call == "c1":
            room.client.portal.call(room.office.hang_up, "ana", call)
    for act, body in (("hold", {"on": True}), ("hand-back", {"notes": ""}), ("hang-up", {})):
        assert room.post(f"/desk/api/calls/c1/{act}", body) == 409
    assert not [did for did in room.office.did if did[0] in ("hold", "hand_back")]
    assert room.post("/desk/api/calls/c2/hold", {"on": True}) == 200


def test_a_number_that_is_keyed_is_shown_as_it_comes_and_lands_as_a_line():
    desk = talking()
    desk.record(2000, KeysAsked("h1", "ana", "PIN"))
    for _ in range(3):
        desk.record(3000, KeyPressed("caller", "•"))
    desk.record(3000, KeyPressed("agent", "•"))
    shown = desk.shown.call
    assert shown and (shown.keying, shown.keyed) == ("PIN", 3)
    desk.record(4000, KeysTaken("h1", "ana", "PIN", "taken", "••••"))
    desk.record(5000, KeyPressed("caller", "•"))
    shown = desk.shown.call
    assert shown and (shown.keying, shown.keyed) == ("", 0)
    desk.record(6000, KeysTaken("h1", "ana", "Card", "timed_out", ""))
    assert [line.text for line in desk.shown.lines] == [
        "The caller was asked to key: PIN", "Keyed: PIN ••••", "Not keyed: Card, timed out",
    ]  # fmt: skip


def test_an_agent_asks_for_keys_and_stops_it(room: Room):
    room.sign_in()
    assert {"name": "pin", "title": "PIN"} in room.client.get("/desk/api/keypad").json()
    assert room.post("/desk/api/calls/c1/keypad", {"what": "pin"}) == 409
    room.client.portal.call(room.office.accept, "ana", room.office.offer("ana").id)
    assert room.post("/desk/api/calls/c1/keypad", {"what": "pin"}) == 200
    assert room.post("/desk/api/calls/c1/keypad", {"what": "p" * 65}) == 422
    assert room.post("/desk/api/calls/c1/keypad/stop") == 200
    assert room.office.did[-2:] == [("ask_keys", "ana", "pin"), ("stop_keys", "ana")]


ASKED = CompanionAsked("h1", "ana", "Ana Ruiz", "ben", "Ben Okafor", "knows boats", 1, 20.0)
JOINED = CompanionJoined("h1", "ana", "ben", "Ben Okafor")


def ended(why: str, reason: str = "") -> CompanionOver:
    return CompanionOver("h1", "ana", "ben", "Ben Okafor", why, reason)


def test_who_is_asked_to_join_and_who_has_joined_stands_at_the_agents_desk():
    desk = talking()
    desk.record(2000, ASKED)
    shown = desk.shown.call
    assert shown and (shown.asking, shown.beside, shown.host) == ("Ben Okafor", "", "")
    desk.record(9000, JOINED)
    shown = desk.shown.call
    assert shown and (shown.asking, shown.beside) == ("", "Ben Okafor")
    desk.record(12_000, Heard(7, "agent", "hello", 0.9, 10_000, 11_000, "scripted", "", "ana"))
    desk.record(14_000, Heard(8, "agent", "good day", 0.9, 12_000, 13_000, "scripted", "", "ben"))
    desk.record(16_000, Heard(9, "agent", "hi", 0.9, 14_000, 15_000, "scripted", "", "sam"))
    assert [line.name for line in desk.shown.lines if line.speaker == "agent"] == ["", "Ben Okafor", "Colleague"]
    assert [desk.feed.view.names.above(who) for who in ("", "ana", "ben")] == ["", "", "Ben Okafor"]
    desk.record(20_000, ended("left"))
    shown = desk.shown.call
    assert shown and (shown.beside, shown.colleague) == ("", "Ben Okafor has left")
    assert [line.text for line in desk.shown.lines if line.speaker == "note"] == [
        "Ana Ruiz asks Ben Okafor to join: knows boats",
        "Ben Okafor has joined: all three hear each other",
        "Ben Okafor has left",
    ]


def test_who_cannot_join_says_why_at_the_agents_desk():
    desk = talking()
    desk.record(2000, ASKED)
    desk.record(9000, ended("declined", "Busy"))
    shown = desk.shown.call
    assert shown and (shown.asking, shown.colleague) == ("", "Ben Okafor cannot join: Busy")
    desk.record(12_000, ASKED)
    shown = desk.shown.call
    assert shown and (shown.asking, shown.colleague) == ("Ben Okafor", "")


def test_who_was_brought_in_sees_by_whom_and_that_the_call_is_theirs_once_the_other_leaves():
    desk = Desk(BEN)
    desk.news(Offered(Offer("o1", "c1", "Maria", "", 0.0, 20.0, BRIEF, asked_by="Ana Ruiz", notes="knows boats")))
    offer = desk.shown.offer
    assert offer and (offer.asked_by, offer.notes) == ("Ana Ruiz", "knows boats")
    desk.record(2000, ASKED)
    desk.record(9000, JOINED)
    desk.news(OnCall("c1", "Maria"))
    shown = desk.shown.call
    assert shown and (shown.stage, shown.host, shown.beside, shown.asking) == ("talking", "Ana Ruiz", "", "")
    desk.record(29_000, Bridged("h1", "ana"))
    desk.record(29_500, AgentBriefed("h1", "ana", 1, "…", 4.0))
    desk.record(30_000, Unbridged("h1", "ana", "colleague"))
    desk.record(30_000, Bridged("h1", "ben"))
    desk.record(30_000, ended("goes_on"))
    shown = desk.shown.call
    assert shown and (shown.host, shown.colleague) == ("", "")
    assert [line.text for line in desk.shown.lines][-4:] == [
        "Ana Ruiz and the caller are connected",
        "Ana Ruiz has left",
        "You and the caller are connected",
        "Ben Okafor goes on with the caller",
    ]


def test_an_agent_brings_a_colleague_in_and_lets_them_go(room: Room):
    room.sign_in()
    asked = {"person": "ben", "notes": " knows boats "}
    assert room.post("/desk/api/calls/c1/colleague", asked) == 409
    room.client.portal.call(room.office.accept, "ana", room.office.offer("ana").id)
    assert room.post("/desk/api/calls/c1/colleague", asked) == 200
    assert room.post("/desk/api/calls/c1/colleague", {"person": "b" * 65}) == 422
    assert room.post("/desk/api/calls/c1/colleague/let-go") == 200
    assert room.office.did[-2:] == [("bring_in", "ana", "ben", "knows boats"), ("let_go", "ana")]


def test_whose_connection_is_lost_of_three_is_told_at_each_desk_in_its_own_words():
    ana, ben = talking(), Desk(BEN)
    ben.news(OnCall("c1", "Maria"))
    for desk in (ana, ben):
        desk.record(2000, ASKED)
        desk.record(9000, JOINED)
        desk.record(12_000, PartyLost("colleague"))
    assert [desk.shown.call.lost for desk in (ana, ben)] == ["colleague", ""]
    for desk in (ana, ben):
        desk.record(13_000, PartyBack("colleague", 1000))
        desk.record(14_000, PartyLost("agent"))
    assert [desk.shown.call.lost for desk in (ana, ben)] == ["agent", "colleague"]
    assert "The colleague is back after 1 s" in [line.text for line in ana.shown.lines]
