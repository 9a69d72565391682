"""How late our frames leave is measured inside a prompt alone, and a hole in it is counted."""

from pipecat.frames.frames import OutputAudioRawFrame

from telephony.lateness import Lateness
from telephony.lines.pacing import Pace
from voice.audio import FRAME_SAMPLES, RATE

FRAME = OutputAudioRawFrame(bytes(2 * FRAME_SAMPLES), RATE, 1)


def speaking(late: Lateness, *, frames: int, stalls: dict[int, float]) -> None:
    """Sends a prompt; before frame n the loop is held up for `stalls[n]` seconds."""
    pace, now = Pace(late), 100.0
    pace.prompt(True)
    for number in range(frames):
        now += stalls.get(number, 0.0)
        now += pace.sent(FRAME, now)
    pace.prompt(False)


def test_a_prompt_on_time_has_no_lateness() -> None:
    late = Lateness()
    speaking(late, frames=50, stalls={})
    assert late.counts[0] == 49
    assert late.missed == 0


def test_a_stall_that_the_lead_hides_is_lateness_and_no_hole() -> None:
    late = Lateness()
    speaking(late, frames=50, stalls={20: 0.06})
    assert late.p99_ms > 59
    assert late.missed == 0


def test_a_stall_beyond_the_lead_is_a_hole() -> None:
    late = Lateness()
    speaking(late, frames=50, stalls={20: 0.15})
    assert late.missed == 1


def test_between_prompts_nothing_is_late() -> None:
    late = Lateness()
    pace = Pace(late)
    for began in (0.0, 60.0):
        pace.prompt(True)
        pace.sent(FRAME, began)
        pace.prompt(False)
    assert late.n == 0


def test_after_what_was_taken_back_nothing_is_due() -> None:
    late = Lateness()
    pace = Pace(late)
    pace.prompt(True)
    pace.sent(FRAME, 0.0)
    pace.taken_back(0.05)
    pace.sent(FRAME, 5.0)
    assert late.n == 0
