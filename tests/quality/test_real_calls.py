"""Thirty-five people on the telephone with another company's bus line (CMU GetGoing), played to ours.

They speak when they spoke, whatever we say; what is asked is that we hear them, answer every time and never get stuck.
The logs hold what was said in order but no times, so turns are counted call by call.
"""

import json
from pathlib import Path

import pytest

from telephony.events import CallEnded, Heard, Said
from telephony.replay import Replayed, replay
from tests.data import data_folder

CONFIG = Path(__file__).parents[2] / "config"
HEARD_FLOOR = 0.70
ANSWER_MS = 5000
CALLS = 35


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[int, Replayed]]:
    """For each call the number of logged user turns, and what our replay of it gave."""
    out = tmp_path_factory.mktemp("getgoing")
    calls = sorted(data_folder("calls-getgoing").glob("*.mp3"))
    return [(logged_turns(call), replay(call, config=CONFIG, out=out)) for call in calls]


def logged_turns(call: Path) -> int:
    history = json.loads(call.with_suffix(".json").read_text("utf-8"))["history"]
    return sum(line.startswith("USER") for line in history)


@pytest.mark.timeout(1500)
def test_real_callers_are_heard_answered_and_never_stuck(replayed: list[tuple[int, Replayed]]) -> None:
    assert len(replayed) == CALLS
    logged = heard = 0
    slowest_ms = 0
    for turns, result in replayed:
        assert isinstance(result.records[-1].entry, CallEnded), f"{result.name}: never ended"
        assert result.violations == ()
        utterances = [r.entry for r in result.records if isinstance(r.entry, Heard) and r.entry.speaker == "caller"]
        logged += turns
        heard += min(turns, len(utterances))
        slowest_ms = max(slowest_ms, slowest_answer_ms(result, utterances))
    print(f"\nlogged user turns heard: {heard} of {logged}; slowest answer after speech: {slowest_ms} ms")
    assert heard / logged >= HEARD_FLOOR
    assert slowest_ms <= ANSWER_MS


def slowest_answer_ms(result: Replayed, utterances: list[Heard]) -> int:
    """From the end of an utterance to the next thing we say; the last one may be cut off by the hang-up."""
    said = [r.entry for r in result.records if isinstance(r.entry, Said)]
    gaps = [0]
    for utterance in utterances:
        answers = [s.start_ms - utterance.end_ms for s in said if s.end_ms > utterance.end_ms]
        gaps.append(max(0, min(answers, default=0)))
    return max(gaps)
