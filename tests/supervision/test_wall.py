"""The wall's model: rows that follow the calls, alerts with a reason, queues with what was answered in time."""

from models.brief import Brief
from telephony import events as e
from telephony.journal import Record
from telephony.supervision.rows import AgentRow, ApprovalRow, CallRow, CallState
from telephony.supervision.wall import Wall, WallSettings
from voice.events import Escalated, Judged, Understood, Verified

SETTINGS = WallSettings(
    queues={"disputes": "Disputes", "cards": "Cards"},
    titles={"balance": "your balance"},
    names={"ana": "Ana Silva", "sam": "Sam"},
)


class Floor:
    """Calls as their journals tell of them; `now` goes on as the story says."""

    def __init__(self) -> None:
        self.wall = Wall(SETTINGS)
        self.now = 100.0
        self.seq = 0

    def tells(self, call: str, *entries: e.Entry) -> CallRow | None:
        for entry in entries:
            self.seq += 1
            self.wall.hear(Record(call, self.seq, 0, 0.0, entry), self.now)
        return self.wall.call(call)

    def rings(self, call: str = "c1") -> CallRow | None:
        offered = e.CallOffered("twilio", "inbound", "+12025550143", "+12025550100", "CA1")
        return self.tells(call, offered, e.CallAnswered(True, "v", {}))

    def seeks(self, call: str = "c1", queue: str = "disputes") -> CallRow | None:
        joined = e.QueueJoined("h", queue, 1, 2, 0, None, "transfer")
        return self.tells(call, joined, e.HandoffMoved("h", "queued", "requested", None))

    def bridged(self, call: str = "c1") -> CallRow | None:
        return self.tells(call, e.Bridged("h", "ana"), e.HandoffMoved("h", "bridged", "accepted", None))

    def after(self, seconds: float) -> None:
        self.now += seconds
        self.wall.tick(self.now)

    def level(self, queue: str = "disputes") -> tuple[float | None, int]:
        row = next(row for row in self.wall.queues() if row.queue == queue)
        return row.answered_in_time, row.counted


def judged(level: float, *reasons: str) -> Judged:
    return Judged(1, level, reasons, {})


def test_a_row_follows_its_call_from_ring_to_end() -> None:
    floor = Floor()
    row = floor.rings()
    assert row is not None
    assert (row.who, row.line, row.state, row.since) == ("+12025550143", "twilio", CallState.SYSTEM, 100.0)
    floor.now = 130.0
    row = floor.tells("c1", Understood(1, "balance", 0.9, True, {}), Verified("M. Keller ••31", "keypad_pin"))
    assert row is not None
    assert (row.intent, row.who) == ("your balance", "M. Keller ••31")
    row = floor.seeks()
    assert row is not None
    assert (row.state, row.queue, row.waits_since) == (CallState.SEEKING, "disputes", 130.0)
    floor.now = 140.0
    row = floor.bridged()
    assert row is not None
    assert (row.state, row.agent, row.waits_since, row.state_since) == (CallState.TALKING, "Ana Silva", None, 140.0)
    row = floor.tells("c1", e.Held("h", "ana", True))
    assert row is not None
    assert row.state is CallState.HELD
    assert floor.tells("c1", e.CallEnded("transferred", "caller", "hung up", 60.0)) is None
    assert floor.wall.changes().gone == ("c1",)


def test_frustration_is_shown_with_its_trend_and_alerts_with_its_strongest_reason() -> None:
    floor = Floor()
    floor.rings()
    trends = []
    for level in (0.2, 0.22, 0.5, 0.7, 0.6, 0.4):
        row = floor.tells("c1", judged(level, "repeated the request", "louder"))
        assert row is not None
        trends.append(row.trend)
        if level == 0.7:
            assert row.alert is not None
            assert row.alert.why == "Upset, 70 %: repeated the request"
    assert trends == [0, 0, 1, 1, 1, -1]
    row = floor.wall.call("c1")
    assert row is not None
    assert row.alert is None


def test_a_long_wait_is_an_alert_by_time_alone_and_ends_with_the_wait() -> None:
    floor = Floor()
    floor.rings()
    floor.seeks()
    floor.wall.changes()
    floor.after(59)
    assert not floor.wall.changes()
    floor.after(1)
    (row,) = floor.wall.changes().calls
    assert row.alert is not None
    assert row.alert.why == "Waits for a person since a minute"
    floor.after(30)
    assert not floor.wall.changes()  # the words change once a minute
    row = floor.bridged()
    assert row is not None
    assert row.alert is None


def test_agents_who_do_not_come_trouble_and_a_lost_network_are_alerts() -> None:
    floor = Floor()
    floor.rings()
    floor.seeks()
    missed = e.AttemptEnded("h", "a", "ben", "no_answer", None, None, {})
    floor.tells("c1", missed)
    row = floor.tells("c1", missed)
    assert row is not None
    assert row.alert is not None
    assert row.alert.why == "2 agents did not come"
    row = floor.tells("c1", e.PartyLost("caller"))
    assert row is not None
    assert row.alert is not None
    assert row.alert.why == "The caller's connection is lost"
    floor.rings("c2")
    row = floor.tells("c2", e.Problem("stt", "an answer expected, got none"))
    assert row is not None
    assert row.alert is not None
    assert row.alert.why == "Trouble met: stt"
    floor.after(61)
    row = floor.wall.call("c2")
    assert row is not None
    assert row.alert is None


def test_a_sensitive_topic_is_an_alert_until_a_person_has_it() -> None:
    floor = Floor()
    floor.rings()
    row = floor.tells("c1", Escalated("sensitive", "sensitive@1", ("said “my husband died”",), (2,), "disputes", "now"))
    assert row is not None
    assert row.alert is not None
    assert row.alert.why == "said “my husband died”"
    floor.seeks()
    row = floor.bridged()
    assert row is not None
    assert row.alert is None


def test_service_level_counts_who_was_answered_in_twenty_seconds_and_who_gave_up_after_them() -> None:
    floor = Floor()
    for call, waits in (("c1", 10.0), ("c2", 20.0), ("c3", 21.0)):
        floor.rings(call)
        floor.seeks(call)
        floor.now += waits
        floor.bridged(call)
    assert floor.level() == (2 / 3, 3)
    for call, waits in (("c4", 5.0), ("c5", 40.0)):  # the first gave up sooner than anybody could have come
        floor.rings(call)
        floor.seeks(call)
        floor.now += waits
        floor.tells(call, e.CallEnded("abandoned", "caller", "hung up", waits))
    assert floor.level() == (2 / 4, 4)
    assert floor.level("cards") == (None, 0)
    floor.after(1801)
    assert floor.level() == (None, 0)


def test_a_promise_to_call_back_is_neither_answered_nor_abandoned() -> None:
    floor = Floor()
    floor.rings()
    floor.seeks()
    floor.now += 50
    row = floor.tells("c1", e.HandoffMoved("h", "callback", "queued", None))
    assert row is not None
    assert (row.state, row.waits_since) == (CallState.SYSTEM, None)
    assert floor.level() == (None, 0)


def test_a_queue_knows_who_waits_and_since_when_the_longest() -> None:
    floor = Floor()
    for call, queue in (("c1", "disputes"), ("c2", "cards"), ("c3", "disputes")):
        floor.rings(call)
        floor.seeks(call, queue)
        floor.now += 10
    assert [(row.title, row.waiting, row.longest_since) for row in floor.wall.queues()] == [
        ("Disputes", 2, 100.0),
        ("Cards", 1, 110.0),
    ]


def test_a_call_that_was_taken_over_stays_so_whatever_becomes_of_the_search_it_ended() -> None:
    floor = Floor()
    floor.rings()
    floor.seeks()
    row = floor.tells("c1", e.Supervised("sam", "took_over", "listen"), e.HandoffMoved("h", "resumed", "queued", None))
    assert row is not None
    assert (row.state, row.agent, row.supervised) == (CallState.TALKING, "Sam", (("sam", "took_over"),))
    assert floor.level() == (1.0, 1)
    row = floor.tells("c1", e.Supervised("sam", "left", "took_over"))
    assert row is not None
    assert (row.state, row.agent, row.supervised) == (CallState.SYSTEM, "", ())


def test_changes_are_small_and_told_once() -> None:
    floor = Floor()
    for number in range(100):
        floor.rings(f"c{number}")
    assert len(floor.wall.changes().calls) == 100
    floor.tells("c7", judged(0.3))
    floor.tells("c7", judged(0.4))
    floor.tells("c8", e.KeyPressed("caller", "1"), e.BriefReady("h", 1, Brief(1, "", (), "")))  # nothing that is shown
    changes = floor.wall.changes()
    assert [(row.call, row.frustration) for row in changes.calls] == [("c7", 0.4)]
    assert (changes.queues, changes.agents, changes.approvals) == (None, None, None)
    assert not floor.wall.changes()


def test_agents_and_approvals_come_and_change() -> None:
    floor = Floor()
    ana = AgentRow("ana", "Ana Silva", "available", 100.0)
    floor.wall.agent_is(ana)
    floor.wall.approvals_are([ApprovalRow("p1", "c1", "Credit 25.00", "proposed", 160.0)])
    changes = floor.wall.changes()
    assert changes.agents == (ana,)
    assert changes.approvals is not None
    assert changes.approvals[0].due == 160.0
    floor.wall.agent_is(ana)
    floor.wall.approvals_are([ApprovalRow("p1", "c1", "Credit 25.00", "proposed", 160.0)])
    assert not floor.wall.changes()


def test_a_call_that_came_and_went_between_two_looks_is_only_gone() -> None:
    floor = Floor()
    floor.rings()
    floor.tells("c1", e.CallEnded("ended", "caller", "hung up", 1.0), e.WrappedUp("ana", "answered", ""))
    changes = floor.wall.changes()
    assert (changes.calls, changes.gone) == ((), ("c1",))
    assert floor.wall.call("c1") is None


def test_a_colleague_who_is_brought_in_stands_beside_the_agent_until_one_of_them_leaves() -> None:
    floor = Floor()
    floor.rings()
    floor.seeks()
    floor.bridged()
    joined = e.CompanionJoined("h", "ana", "ben", "Ben Okafor")

    def over(why: str) -> CallRow | None:
        return floor.tells("c1", e.CompanionOver("h", "ana", "ben", "Ben Okafor", why, ""))

    row = over("declined")
    assert row is not None and row.agent == "Ana Silva"
    row = floor.tells("c1", joined)
    assert row is not None and row.agent == "Ana Silva and ben"
    row = over("let_go")
    assert row is not None and row.agent == "Ana Silva"
    floor.tells("c1", joined, e.Unbridged("h", "ana", "colleague"), e.Bridged("h", "ben"))
    row = over("goes_on")
    assert row is not None and (row.agent, row.state) == ("ben", CallState.TALKING)
