"""The barge-in rule alone; its effect on a call is in test_hearing."""

from voice.bargein import Prompt, Settings, interrupts

OPEN = Prompt(began_ms=1000, interruptible=True)
PROTECTED = Prompt(began_ms=1000, interruptible=False)
RULE = Settings(speech_ms=200, protect_ms=300)


def test_200_ms_of_voice_interrupt():
    assert interrupts(RULE, prompt=OPEN, voiced_ms=200, now_ms=2000)
    assert not interrupts(RULE, prompt=OPEN, voiced_ms=180, now_ms=2000)


def test_nothing_interrupts_the_first_moments():
    assert not interrupts(RULE, prompt=OPEN, voiced_ms=280, now_ms=1280)
    assert interrupts(RULE, prompt=OPEN, voiced_ms=300, now_ms=1300)


def test_nothing_interrupts_a_protected_prompt():
    assert not interrupts(RULE, prompt=PROTECTED, voiced_ms=9000, now_ms=60_000)
