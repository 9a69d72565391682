"""A caller who asked us to wait: silence is none then, until they speak, press a key, or have been away too long."""

from collections.abc import Sequence
from dataclasses import replace

from voice.dialogue.state import Place
from voice.dialogue.step import Step
from voice.events import Act, Expect

UNHEEDED = frozenset({Place.CALLED_BACK, Place.CLOSING, Place.GONE, Place.COMING, Place.ACTING, Place.START})
"""Where nobody can ask us to wait: a machine says so too, or something is under way already."""


def begin(step: Step) -> None:
    """ "Hold on": as long as they like, within reason."""
    step.worked()
    step.set(holding=True, held=0)
    step.say("hold.on")
    step.ask, step.passing = False, True


def end(step: Step) -> None:
    """They are back."""
    step.set(holding=False, held=0)


def silent(step: Step) -> None:
    """Another while without a word: a sign that we are there; in the end the question once more."""
    held = step.state.held + 1
    if held > step.business.hearing.holds:
        end(step)
        step.say("hold.over")
        return
    step.set(held=held)
    step.say("hold.still", attempt=held - 1)
    step.ask, step.passing = False, True


def patient(step: Step, acts: Sequence[Act]) -> tuple[Act, ...]:
    """`acts`, listening longer where we were asked to wait."""
    if not step.state.holding:
        return tuple(acts)
    ms = step.business.hearing.hold_ms
    return tuple(replace(act, no_input_ms=ms) if isinstance(act, Expect) else act for act in acts)
