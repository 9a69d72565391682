"""What an agent hears on their leg, told as stories."""

from collections.abc import Sequence

import pytest

from models.brief import Brief, BriefLine, Part
from models.transcript import Speaker
from telephony.agents.briefing import ACCEPTS, LOOK_AGAIN, NAMES, BriefingMind
from telephony.errors import ConfigError
from voice.events import Accept, Act, Answered, Decline, Expect, HangUp, Heard, KeyPressed, Played, Say, Silence

WORDING = {
    "agent.intro": "A call for you.",
    "agent.question": "Press 1 to take the call, 2 to decline, 3 to hear it again. Or say: connect me.",
    "agent.repeat": "Once more.",
    "agent.no_answer": "I'll ask someone else.",
    "agent.correction": "Correction: {text}.",
    "agent.caller_left": "The caller has hung up.",
    "agent.line_lost": "The caller's line was interrupted.",
    "agent.prove": "Press 1, or say: connect me.",
    "agent.wrote": "The caller writes: {text}",
}


def brief(version: int = 1, amount: str = "84 dollars") -> Brief:
    lines = (BriefLine(Part.WHO, "Maria Lopez, verified"), BriefLine(Part.ENTITIES, amount, (3,)))
    return Brief(version, "Disputes a charge", lines, spoken=f"Maria Lopez, verified. Disputes {amount}.")


class Leg:
    """An agent's leg on which every prompt is heard to its end, two seconds each."""

    def __init__(self, mind: BriefingMind) -> None:
        self.mind = mind
        self.now_ms = 0
        self.acts: list[Act] = []
        self.waiting: list[Say] = []

    def hear(self, *events: object) -> list[Act]:
        """What the mind answers to `events`, without playing what it says."""
        start = len(self.acts)
        for event in events:
            self._take(self.mind.on(event, self.now_ms))  # type: ignore[arg-type]
        return self.acts[start:]

    def play(self) -> None:
        while self.waiting:
            say = self.waiting.pop(0)
            self.now_ms += 2000
            self._take(self.mind.on(Played(say.say_id, True, 2000), self.now_ms))

    def says(self, text: str, *, began_ms_ago: int = 500) -> list[Act]:
        self.now_ms += 1000
        return self.hear(Heard(text, 0.9, self.now_ms - began_ms_ago, self.now_ms, "scripted"))

    def _take(self, acts: Sequence[Act]) -> None:
        self.acts += acts
        self.waiting += [act for act in acts if isinstance(act, Say)]

    @property
    def prompts(self) -> list[str]:
        return [act.prompt for act in self.acts if isinstance(act, Say)]


def answered(mind: BriefingMind | None = None) -> Leg:
    leg = Leg(mind or BriefingMind(brief(), wording=WORDING, version="en-1"))
    leg.hear(Answered())
    return leg


def briefed() -> Leg:
    """The intro is over, the brief is being said."""
    leg = answered()
    intro = leg.waiting.pop(0)
    leg.hear(Played(intro.say_id, True, 2000))
    return leg


def asked() -> Leg:
    leg = answered()
    leg.play()
    return leg


def test_an_agent_who_answers_hears_the_brief_and_is_then_asked() -> None:
    leg = asked()
    assert leg.prompts == ["agent.intro", "agent.brief", "agent.question"]
    said = next(act for act in leg.acts if isinstance(act, Say) and act.prompt == "agent.brief")
    assert (said.text, said.version, said.private) == ("Maria Lopez, verified. Disputes 84 dollars.", "1", False)
    assert isinstance(leg.acts[-1], Expect)


def test_one_takes_the_call_and_the_mind_goes_quiet() -> None:
    leg = asked()
    assert leg.hear(KeyPressed("1")) == [Accept("key")]
    assert leg.hear(KeyPressed("1"), KeyPressed("2"), Silence(5000), LOOK_AGAIN) == []


def test_one_during_the_brief_takes_the_call_at_once() -> None:
    assert answered().hear(KeyPressed("1")) == [Accept("key")]


def test_two_declines() -> None:
    assert asked().hear(KeyPressed("2")) == [Decline("key")]


def test_three_repeats_the_brief_and_asks_again() -> None:
    leg = asked()
    leg.hear(KeyPressed("3"))
    leg.play()
    assert leg.prompts[3:] == ["agent.brief", "agent.question"]


@pytest.mark.parametrize("words", ["Yes, take the call.", "Connect me", "I’ll take the call!"])
def test_a_phrase_no_greeting_contains_takes_the_call(words: str) -> None:
    assert asked().says(words) == [Accept("voice")]


@pytest.mark.parametrize(
    "greeting",
    ["hello", "yes", "yes hello this is ana", "sorry i can't take the call right now please leave a message", "okay"],
)
def test_a_greeting_takes_no_call(greeting: str) -> None:
    leg = asked()
    assert Accept("voice") not in leg.says(greeting)


def test_the_right_phrase_before_the_question_takes_no_call() -> None:
    assert answered().says("connect me") == []


def test_a_phrase_that_began_before_the_question_takes_no_call() -> None:
    leg = asked()
    acts = leg.says("connect me", began_ms_ago=leg.now_ms)
    assert acts == []


def test_silence_repeats_once_then_counts_as_no_answer() -> None:
    leg = asked()
    leg.hear(Silence(5000))
    leg.play()
    assert leg.prompts[3:] == ["agent.repeat", "agent.brief", "agent.question"]
    acts = leg.hear(Silence(5000))
    assert acts[-1] == Decline("no_answer", "silence")
    assert leg.prompts[-1] == "agent.no_answer"


def test_a_newer_brief_before_speech_is_the_one_spoken() -> None:
    mind = BriefingMind(brief(), wording=WORDING, version="en-1")
    mind.revise(brief(2, "94 dollars"))
    leg = answered(mind)
    leg.play()
    assert leg.prompts == ["agent.intro", "agent.brief", "agent.question"]
    assert mind.spoken_version == 2
    assert "94 dollars" in leg.mind.transcript.turn(2).text


def test_a_correction_during_the_brief_is_one_sentence_before_the_question() -> None:
    leg = briefed()
    leg.mind.revise(brief(2, "94 dollars"))
    leg.play()
    assert leg.prompts == ["agent.intro", "agent.brief", "agent.correction", "agent.question"]
    assert leg.mind.transcript.turn(3).text == "Correction: 94 dollars."


def test_a_correction_after_the_question_is_told_when_the_leg_looks_again() -> None:
    leg = asked()
    leg.mind.revise(brief(2, "94 dollars"))
    acts = leg.hear(LOOK_AGAIN)
    assert [act.text for act in acts if isinstance(act, Say)] == ["Correction: 94 dollars."]
    assert leg.hear(LOOK_AGAIN) == []


def test_a_correction_during_the_intro_is_in_the_brief_that_follows_it() -> None:
    leg = answered()
    leg.mind.revise(brief(2, "94 dollars"))
    leg.play()
    assert leg.prompts == ["agent.intro", "agent.brief", "agent.question"]
    assert leg.mind.spoken_version == 2


def test_what_changed_twice_is_said_once_in_its_last_form() -> None:
    leg = briefed()
    leg.mind.revise(brief(2, "94 dollars"))
    leg.mind.revise(brief(3, "104 dollars"))
    leg.play()
    said = [(act.text, act.version) for act in leg.acts if isinstance(act, Say) and act.prompt == "agent.correction"]
    assert said == [("Correction: 104 dollars.", "3")]


def test_a_newer_reason_or_step_is_no_news_from_the_caller() -> None:
    leg = briefed()
    lines = (*brief().lines, BriefLine(Part.NEXT, "Open a dispute."), BriefLine(Part.WHY, "frustrated"))
    leg.mind.revise(Brief(2, "Disputes a charge", lines, spoken="..."))
    leg.play()
    assert leg.prompts == ["agent.intro", "agent.brief", "agent.question"]


def test_what_is_new_is_one_short_sentence_of_whole_lines() -> None:
    leg = briefed()
    story = "“it was a very long story about a shop and a card and a charge that nobody ever wanted at all”"
    lines = (BriefLine(Part.ISSUE, story, (4,)), BriefLine(Part.ISSUE, "“and another long one on top of it.”", (5,)))
    leg.mind.revise(Brief(2, "Disputes a charge", lines, spoken="..."))
    leg.play()
    said = next(act.text for act in leg.acts if isinstance(act, Say) and act.prompt == "agent.correction")
    assert said == f"Correction: {story}."


def test_an_older_brief_changes_nothing() -> None:
    leg = asked()
    leg.mind.revise(brief(1, "1 dollar"))
    assert leg.hear(LOOK_AGAIN) == []


def test_when_the_caller_leaves_the_agent_is_told_by_a_fixed_sentence() -> None:
    leg = answered()
    leg.mind.caller_left()
    acts = leg.hear(LOOK_AGAIN)
    assert [act.text for act in acts if isinstance(act, Say)] == ["The caller has hung up."]
    assert acts[-1] == HangUp("caller_left")


def test_after_an_accept_on_screen_not_another_word_is_said() -> None:
    leg = answered()
    leg.mind.quiet()
    leg.play()
    assert leg.hear(Silence(5000), KeyPressed("2")) == []


def test_the_transcript_holds_what_was_played_and_what_the_agent_said() -> None:
    leg = asked()
    leg.says("connect me")
    assert [u.speaker for u in leg.mind.transcript] == [Speaker.SYSTEM] * 3 + [Speaker.AGENT]


def test_a_missing_wording_is_named_before_anybody_is_rung() -> None:
    short = {name: text for name, text in WORDING.items() if name != "agent.question"}
    with pytest.raises(ConfigError, match=r"agent\.question"):
        BriefingMind(brief(), wording=short, version="en-1")
    assert set(NAMES) == set(WORDING)


def test_the_question_names_a_phrase_that_is_accepted() -> None:
    assert "connect me" in ACCEPTS


# --- accepted on screen, answered on a telephone ----------------------------------------------------------------------


def test_who_took_the_call_on_screen_is_asked_for_a_sign_and_hears_no_brief() -> None:
    mind = BriefingMind(brief(), wording=WORDING, version="en-1")
    mind.taken()
    leg = answered(mind)
    leg.play()
    assert leg.prompts == ["agent.prove"]
    assert leg.hear(KeyPressed("1")) == [Accept("key")]


def test_who_takes_the_call_on_screen_during_the_brief_hears_the_request_instead_of_the_rest() -> None:
    leg = briefed()
    leg.mind.taken()
    cut = leg.waiting.pop(0)
    leg.hear(Played(cut.say_id, False, 900), LOOK_AGAIN)
    leg.play()
    assert leg.prompts == ["agent.intro", "agent.brief", "agent.prove"]
    assert leg.says("connect me") == [Accept("voice")]


def test_a_key_pressed_as_the_screen_is_clicked_is_the_sign() -> None:
    leg = briefed()
    leg.mind.taken()
    assert leg.hear(KeyPressed("1")) == [Accept("key")]


def test_who_gives_no_sign_is_asked_once_more_and_then_given_up() -> None:
    mind = BriefingMind(brief(), wording=WORDING, version="en-1")
    mind.taken()
    leg = answered(mind)
    leg.play()
    leg.hear(Silence(5000))
    leg.play()
    assert leg.prompts == ["agent.prove", "agent.repeat", "agent.prove"]
    assert leg.hear(Silence(5000))[-1] == Decline("no_answer", "silence")


def test_who_took_the_call_on_screen_may_still_hear_the_brief() -> None:
    mind = BriefingMind(brief(), wording=WORDING, version="en-1")
    mind.taken()
    leg = answered(mind)
    leg.play()
    leg.hear(KeyPressed("3"))
    leg.play()
    assert leg.prompts == ["agent.prove", "agent.brief", "agent.question"]


# --- machines ---------------------------------------------------------------------------------------------------------


def test_a_voicemail_s_greeting_ends_the_attempt_while_the_brief_is_said() -> None:
    assert briefed().says("please leave a message after the tone") == [Decline("machine", "voicemail")]


def test_a_menu_is_one_before_the_question_and_an_echo_of_our_keys_after_it() -> None:
    assert briefed().says("for sales press one for service press two") == [Decline("machine", "menu")]
    assert Decline("machine", "menu") not in asked().says("okay for the call press one")


def test_the_desk_s_own_softphone_is_no_machine_whatever_is_said() -> None:
    leg = briefed()
    leg.mind.proven = True
    assert leg.says("please leave a message after the tone") == []


def test_who_talks_for_a_while_is_heard_out_and_a_recording_is_not() -> None:
    leg = briefed()
    assert leg.hear(Heard("", 0.2, 0, 9000, "scripted")) == []
    assert leg.hear(Heard("", 0.2, 9500, 16_000, "scripted")) == [Decline("machine", "long greeting")]


def test_who_pauses_to_listen_is_no_recording() -> None:
    leg = briefed()
    assert leg.hear(Heard("", 0.2, 0, 9000, "scripted"), Heard("", 0.2, 11_000, 18_000, "scripted")) == []


def test_words_that_were_hardly_understood_tell_of_no_machine() -> None:
    assert briefed().hear(Heard("please leave a message", 0.3, 100, 900, "scripted")) == []
