"""The handoff, whatever arrives in whatever order: no caller is lost, and never are two agents on one call."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from telephony import handoff as h
from telephony.errors import IllegalMove
from telephony.leg import LegEnded
from tests.telephony.test_handoff import S, requested

ATTEMPTS = st.sampled_from(["h1-1", "h1-2", "h1-3", "h9-1"])
EVENTS: st.SearchStrategy[h.Event] = st.one_of(
    st.builds(h.Queued, st.integers(1, 3)),
    st.builds(h.AgentChosen, ATTEMPTS, st.sampled_from(["ana", "ben", "eva"])),
    st.builds(h.Ringing, ATTEMPTS),
    st.builds(h.Answered, ATTEMPTS, st.booleans()),
    st.builds(h.Briefed, ATTEMPTS, st.integers(1, 3)),
    st.builds(h.Accepted, ATTEMPTS, st.sampled_from(["key", "voice", "screen"])),
    st.builds(h.Declined, ATTEMPTS, st.sampled_from(["key", "screen", "no_answer"])),
    st.builds(h.LegOver, ATTEMPTS, st.sampled_from(LegEnded)),
    st.builds(h.OfferExpired, ATTEMPTS),
    st.builds(h.BridgeMade, ATTEMPTS),
    st.builds(h.BridgeFailed, ATTEMPTS, st.just("no media")),
    st.builds(h.FirstWord, ATTEMPTS),
    st.builds(h.HandedBack, ATTEMPTS, st.just("send the statement")),
    st.builds(h.Succeeded, ATTEMPTS, st.just("h1-b1-1"), st.just("cai")),
    st.sampled_from([h.NobodyFree(), h.SeekOver(), h.Told(), h.CallerLeft(), h.CallerCancelled(), h.CallbackAgreed()]),
)
# A likely course, repeated and shuffled, gets deeper into the table than events drawn one by one.
COURSE: Sequence[h.Event] = [
    h.Queued(1), h.AgentChosen("h1-1", "ana"), h.Ringing("h1-1"), h.Answered("h1-1"), h.Briefed("h1-1", 1),
    h.Declined("h1-1", "key"), h.AgentChosen("h1-2", "ben"), h.Answered("h1-2"), h.Accepted("h1-2", "screen"),
    h.Accepted("h1-2", "key"), h.BridgeMade("h1-2"), h.LegOver("h1-2", LegEnded.HUNG_UP),
]  # fmt: skip


@st.composite
def disturbed(draw: st.DrawFn) -> list[h.Event]:
    """The course with events dropped, repeated, delayed and strangers among them."""
    events: list[h.Event] = []
    for event in COURSE:
        events += [event] * draw(st.sampled_from([0, 1, 1, 1, 1, 2]))
        if draw(st.integers(0, 3)) == 0:
            events.append(draw(EVENTS))
    for _ in range(draw(st.integers(0, 4))):
        at, to = draw(st.integers(0, len(events))), draw(st.integers(0, len(events)))
        if at < len(events):
            events.insert(to, events.pop(at))
    return events


class World:
    """Carries out what a handoff wants, and watches over what must never happen."""

    def __init__(self) -> None:
        self.handoff = requested()
        self.up: set[str] = set()  # attempts whose legs were rung and have not been ended
        self.bridges: list[str] = []
        self.ended_for_caller = False
        self.agent_of: dict[str, str] = {}

    def send(self, event: h.Event, now_ms: int) -> None:
        before = self.handoff
        try:
            self.handoff, todo = h.step(before, event, now_ms)
        except IllegalMove:
            assert isinstance(event, (h.Queued, h.AgentChosen))
            return
        if isinstance(event, h.LegOver):
            self.up.discard(event.attempt)
        for next_ in todo:
            self.carry_out(next_)
        self.check(before)

    def carry_out(self, next_: h.Next) -> None:
        match next_:
            case h.Ring(attempt, agent):
                assert not self.up, "a second agent rings while one is still up"
                self.up.add(attempt)
                self.agent_of[attempt] = agent
            case h.Cancel(attempt):
                self.up.discard(attempt)
            case h.Bridge(attempt, agent):
                assert attempt not in self.bridges, "bridged twice"
                assert attempt in self.up or attempt not in self.agent_of, "bridged to a leg that is gone"
                assert self.agent_of[attempt] == agent
                self.bridges.append(attempt)
            case h.Succeed(attempt):
                self.up.discard(attempt)  # who has left
            case h.GiveUp() | h.Resume():
                assert not self.ended_for_caller
                self.ended_for_caller = True
            case _:
                pass

    def check(self, before: h.Handoff) -> None:
        handoff = self.handoff
        assert sum(attempt.outcome is None for attempt in handoff.attempts) <= 1
        assert all(attempt.outcome is not None for attempt in handoff.attempts[:-1])
        open_states = {S.OFFERED, S.ANSWERED, S.BRIEFED, S.ACCEPTED, S.BRIDGED}
        assert (handoff.current is not None) is (handoff.state in open_states)
        if before.over:
            assert handoff == before, "what is over stays as it is"
        if handoff.state in (S.RESUMED,):
            assert self.ended_for_caller, "the system was never told to go on with the caller"
        if handoff.over:
            assert not self.up, "an agent's leg stays up after the end"


def drive(events: Sequence[h.Event]) -> World:
    world = World()
    for number, event in enumerate(events):
        world.send(event, 1000 * number)
    return world


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.lists(EVENTS, max_size=40), disturbed()))
def test_no_caller_is_lost_and_never_two_agents_are_on_one_call(events: list[h.Event]) -> None:
    drive(events)


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.lists(EVENTS, max_size=40), disturbed()))
def test_from_wherever_it_is_deadlines_alone_lead_to_an_end(events: list[h.Event]) -> None:
    world = drive(events)
    for _ in range(3):
        current = world.handoff.current
        if current is not None and world.handoff.state is not S.BRIDGED:
            world.send(h.OfferExpired(current.id), 90_000)
            world.send(h.BridgeFailed(current.id, "watchdog"), 91_000)
        if world.handoff.state is S.BRIDGED:
            world.send(h.LegOver(current.id if current else "", LegEnded.BY_US), 92_000)
        world.send(h.SeekOver(), 93_000)
    assert world.handoff.over


@settings(max_examples=200, deadline=None)
@given(disturbed())
def test_the_stage_clock_of_an_attempt_never_runs_backwards_where_stages_depend(events: list[h.Event]) -> None:
    for attempt in drive(events).handoff.attempts:
        if attempt.bridged_ms is not None:
            assert attempt.accepted_ms is not None
            assert attempt.answered_ms is not None
            assert attempt.offered_ms <= attempt.accepted_ms <= attempt.bridged_ms
