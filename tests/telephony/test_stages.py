"""The stage clock of every attempt, read from the journal."""

from telephony import events as e
from telephony.journal import Record
from telephony.stages import STAGES, stage_clock
from voice.events import Escalated

TRIGGER = Escalated("asked", "asked 1", ("said agent",), (1,), "cards", "now")


def records(*rows: tuple[int, e.Entry]) -> list[Record]:
    return [Record("c1", number, at_ms, 0.0, entry) for number, (at_ms, entry) in enumerate(rows, start=1)]


def told(at_ms: int) -> tuple[int, e.Entry]:
    return at_ms, e.Said(2, "I'm getting someone.", "seek.getting", "1", at_ms - 900, at_ms, cut=False)


def word(start_ms: int, turn: int = 9) -> tuple[int, e.Entry]:
    return start_ms + 800, e.Heard(turn, "agent", "hello", 0.9, start_ms, start_ms + 700, "scripted")


def ended(outcome: str, agent: str = "ana", **clock: int) -> e.AttemptEnded:
    return e.AttemptEnded("h1", "h1-1", agent, outcome, None, None, {stage: clock.get(stage) for stage in STAGES})


def test_a_search_has_its_stages_before_anyone_is_asked() -> None:
    clock = stage_clock(records((1000, TRIGGER), told(2500)))
    assert clock.searching == {"trigger": 1000, "told": 2500} and clock.running is None


def test_an_attempt_that_runs_takes_its_stages_as_they_come() -> None:
    clock = stage_clock(
        records(
            (1000, TRIGGER), (1100, e.AgentOffered("h1", "ana", 1, 20.0)), told(2500),
            (4000, e.AgentAnswered("h1", "ana")), word(4200, turn=0), (9000, e.AgentBriefed("h1", "ana", 1, "…", 5.0)),
            (9500, e.AgentAccepted("h1", "ana", "key")), (9600, e.Bridged("h1", "ana")), word(10_000),
        )
    )  # fmt: skip
    assert clock.running is not None
    assert list(clock.running.at.values()) == [1000, 1100, 2500, 4000, 9000, 9500, 9600, 10_000]


def test_what_an_agent_says_before_the_bridge_is_no_word_to_the_caller() -> None:
    clock = stage_clock(records((1000, TRIGGER), (1100, e.AgentOffered("h1", "ana", 1, 20.0)), word(4200)))
    assert clock.running is not None and "first_word" not in clock.running.at


def test_every_agent_asked_has_a_typed_outcome_and_the_handoffs_own_figures() -> None:
    clock = stage_clock(
        records(
            (1000, TRIGGER), (1100, e.AgentOffered("h1", "ana", 1, 20.0)),
            (21_100, ended("no_answer", trigger=1000, ring=1150)), (21_200, e.AgentOffered("h1", "ben", 1, 20.0)),
        )
    )  # fmt: skip
    first, second = clock.attempts
    assert (first.agent, first.outcome, first.at) == ("ana", "no_answer", {"trigger": 1000, "ring": 1150})
    assert (second.agent, second.outcome, second.at["trigger"]) == ("ben", None, 1000)


def test_a_second_search_starts_its_own_clock() -> None:
    clock = stage_clock(
        records((1000, TRIGGER), (5000, e.HandoffMoved("h1", "resumed", "queued", "timed_out")), (9000, TRIGGER))
    )
    assert clock.searching == {"trigger": 9000}


def test_a_colleague_who_is_brought_in_moves_nothing_on_the_agents_clock() -> None:
    clock = stage_clock(
        records(
            (1000, TRIGGER), (1100, e.AgentOffered("h1", "ana", 1, 20.0)), (9600, e.Bridged("h1", "ana")),
            (20_000, e.AgentBriefed("h1", "ben", 1, "…", 5.0)),
            (26_000, e.Heard(9, "agent", "hello", 0.9, 25_000, 25_900, "scripted", "", "ben")),
        )
    )  # fmt: skip
    assert clock.running is not None
    assert list(clock.running.at) == ["trigger", "ring", "bridge"]
