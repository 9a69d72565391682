"""Who is calling: a member number (keyed, or said and read back) and a PIN (keyed only), checked by the backend.

A number that was said needs no yes: it is read back while the PIN is asked for, and the two must match. A first number
that was said and did not match was misheard, if the caller then gives another one.
"""

from dataclasses import replace

from voice.dialogue import called_back, prompts, tasks
from voice.dialogue.business import Identity, scheme
from voice.dialogue.hearing import Turn
from voice.dialogue.state import Member, Place
from voice.dialogue.step import Step
from voice.events import ActionDone, Verified

WRONG = "wrong"  # the backend's error word for a number and PIN that do not match


def member_heard(step: Step, turn: Turn) -> bool:
    identity = _identity(step)
    found = turn.digits(identity.member_digits, scheme(identity.member_check))
    if found is None or found.problem is not None:
        return False
    step.worked()
    _claimed(step, found.value)
    step.say("identity.read_back", private=True, digits=prompts.digits(found.value))
    step.go(Place.PIN, claimed=found.value, claimed_how="voice")
    return True


def member_keyed(step: Step, number: str) -> None:
    step.worked()
    _claimed(step, number)
    step.go(Place.PIN, claimed=number, claimed_how="keypad")


def _claimed(step: Step, number: str) -> None:
    """The same number again: it was not we who misheard the first one."""
    misheard, counts = step.state.misheard, step.state.counts
    if misheard == number:
        step.set(counts=replace(counts, wrong_identities=counts.wrong_identities + 1))
    if misheard is not None:
        step.set(misheard="")


def check_answered(step: Step, answer: str) -> None:
    """To "I have ...". A number that is read back wrongly again and again was understood wrongly."""
    step.worked()
    if answer == "yes":
        step.go(Place.PIN)
    else:
        counts = step.state.counts
        step.go(Place.MEMBER, claimed=None)
        step.set(attempt=1, counts=replace(counts, wrong_guesses=counts.wrong_guesses + 1))


def pin_keyed(step: Step, pin: str) -> None:
    """Asks the backend; the PIN is in the act and nowhere else."""
    identity = _identity(step)
    number = step.state.checks + 1
    step.worked()
    step.opener("one_moment")
    step.do(identity.action, {"member": step.state.claimed or "", "pin": pin}, _key(step, number))
    step.go(Place.ACTING, checks=number)
    step.ask = False


def done(step: Step, event: ActionDone) -> bool:
    """False when the answer is not to the latest check."""
    if step.business.identity is None or event.key != _key(step, step.state.checks):
        return False
    if event.ok:
        _proved(step, event)
    elif event.error == WRONG:
        _wrong(step)
        tried_out = step.state.seeking is not None and step.state.counts.wrong_identities >= _identity(step).tries
        if step.state.place is Place.ACTING:
            step.say("identity.failed" if tried_out else "identity.wrong")
            step.go(Place.WAITING if tried_out else Place.MEMBER)
            step.ask = not tried_out
    else:
        counts = step.state.counts
        step.set(counts=replace(counts, failed_actions=counts.failed_actions + 1))
        if step.state.place is Place.ACTING:
            step.say("identity.failed")
            step.go(step.state.home if step.state.seeking else Place.OFFER)
    return True


def _wrong(step: Step) -> None:
    """The first number that was said may have been misheard; what is given next tells."""
    counts, state = step.state.counts, step.state
    if state.misheard is None and state.claimed_how == "voice":
        step.set(misheard=state.claimed, claimed=None)
    else:
        step.set(counts=replace(counts, wrong_identities=counts.wrong_identities + 1), claimed=None)


def _proved(step: Step, event: ActionDone) -> None:
    number = step.state.claimed or ""
    facts = event.facts
    masked = f"••••{number[-2:]}"
    of_record = map(facts.get, ("tier", "since", "language", "value"))
    member = Member(number, masked, facts.get("name", ""), "keypad_pin", *of_record)
    step.set(member=member, claimed=None)
    step.tell(Verified(masked, member.how))
    if step.state.place is Place.ACTING:
        step.say("identity.done", name=facts.get("first") or member.name)
        if step.state.called_back is not None and step.state.task is None:
            called_back.seek(step)
        else:
            tasks.advance(step)


def _identity(step: Step) -> Identity:
    assert step.business.identity is not None  # the places of identity are entered only when there is one
    return step.business.identity


def _key(step: Step, number: int) -> str:
    return f"{step.call}-identity-{number}"
