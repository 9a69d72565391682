"""A person is one word, one key or two silences away, whatever else is going on."""

import pytest

from models.brief import Part
from models.compose import compose
from models.vouched import NOT_KNOWN
from telephony.backends.demo_bank import DemoBank
from tests.dialogue.asked_phrases import MENTIONS, REQUESTS
from tests.sim.story import TODAY, Story
from voice import events
from voice.dialogue.state import Place
from voice.events import PersonStage


@pytest.mark.parametrize("words", REQUESTS)
def test_a_request_for_a_person_is_granted_in_that_very_turn(words: str) -> None:
    call = Story()
    said = call.hears(words)
    assert call.escalation is not None
    assert call.escalation.trigger == "asked"
    assert len(call.did(events.SeekPerson)) == 1
    assert "I'm getting someone in" in said


@pytest.mark.parametrize("words", MENTIONS)
def test_a_person_who_is_only_mentioned_is_no_request(words: str) -> None:
    call = Story()
    call.hears(words)
    assert call.escalation is None or call.escalation.trigger != "asked"


@pytest.mark.parametrize("place", [Place.OPEN, Place.MEMBER, Place.PIN, Place.SLOT, Place.CONFIRM, Place.GUESS])
def test_a_person_is_granted_by_word_and_by_key_in_every_place(place: Place) -> None:
    for ask in ("agent please", "0"):
        call = _at(place)
        assert call.mind.state.place is place
        call.keys(ask) if ask == "0" else call.hears(ask)
        assert call.escalation is not None
        assert call.escalation.trigger == "asked"


def test_a_request_with_a_topic_goes_to_the_topics_queue_and_names_it() -> None:
    call = Story()
    call.hears("i lost my card")
    said = call.hears("no i want to talk to a person")
    assert call.escalation and call.escalation.queue == "cards"
    assert "I'll tell them: your card is lost or stolen" in said


def test_the_evidence_is_the_callers_words_without_their_numbers() -> None:
    call = Story()
    call.hears("what's my balance")
    call.hears("two oh four seven one three oh just get me a person")
    assert call.escalation is not None
    assert "get me a person" in call.escalation.evidence[0]
    assert "four seven" not in call.escalation.evidence[0]


def test_a_second_request_is_answered_and_starts_no_second_search() -> None:
    call = Story()
    call.hears("agent")
    said = call.hears("i said i want a person")
    assert "still getting someone" in said
    assert len(call.did(events.SeekPerson)) == 1


def test_two_silences_bring_a_person() -> None:
    call = Story()
    assert "press 1" in call.silence()
    said = call.silence()
    assert call.escalation and call.escalation.trigger == "silent"
    assert "I'm getting someone" in said


def test_words_between_two_silences_count_anew() -> None:
    call = Story(deed=None)
    call.silence()
    call.hears("what are your opening hours")
    call.silence()
    assert call.escalation is None


def test_two_turns_without_understanding_bring_a_person_after_one_better_question() -> None:
    call = Story()
    first = call.hears("")
    assert "for instance" in first
    call.hears("hmm", confidence=0.05)
    assert call.escalation and call.escalation.trigger == "lost"
    assert "not understood 2 times" in call.escalation.evidence[0]


def test_what_this_line_does_not_do_is_said_once_then_a_person_comes() -> None:
    call = Story()
    said = call.hears("who won the match yesterday")
    assert "don't know that, or can't do it" in said
    said = call.hears("my neighbour's rooster wakes me every morning")
    assert call.escalation and call.escalation.trigger == "lost"
    assert "I'll tell them: you said: “my neighbour's rooster wakes me every morning”" in said


def test_who_comes_for_what_this_line_does_not_do_reads_it_in_the_callers_own_words() -> None:
    call = Story()
    call.hears("who won the match yesterday")
    call.hears("my neighbour's rooster wakes me every morning")
    brief = compose(call.mind.material())
    assert [line.text for line in brief.part(Part.ISSUE)] == [
        "“who won the match yesterday”", "“my neighbour's rooster wakes me every morning”",
    ]  # fmt: skip
    assert "Says: who won the match yesterday" in brief.spoken


def test_what_was_done_before_is_not_what_they_come_for() -> None:
    call = Story(deed=DemoBank(today=TODAY).perform_now)
    call.hears("what's my balance")
    call.verified()
    call.hears("who won the match yesterday")
    said = call.hears("my neighbour's rooster wakes me every morning")
    assert "you said: “my neighbour's rooster wakes me every morning”" in said
    brief = compose(call.mind.material())
    assert "balance" not in " ".join(line.text for line in brief.part(Part.ISSUE))
    assert "Says: who won the match yesterday" in brief.spoken
    assert [line.text for line in brief.part(Part.NEXT)] == [NOT_KNOWN]
    assert "balance" in brief.part(Part.TRIED)[0].text


def test_a_number_said_in_words_this_line_knows_nothing_of_is_not_in_the_brief() -> None:
    call = Story()
    call.hears("who won the match yesterday")
    call.hears("the rooster of my neighbour crows four one one one one one one one one one one one one one one one")
    issue = " ".join(line.text for line in compose(call.mind.material()).part(Part.ISSUE))
    assert "rooster" in issue
    assert "one one one" not in issue


@pytest.mark.parametrize(
    ("words", "queue"),
    [
        ("i want to make a complaint", "member_relations"),
        ("you'll be hearing from my lawyer", "member_relations"),
        ("my husband passed away and i need to close his account", "member_relations"),
        ("i think i've been scammed by someone on the phone", "cards"),
        ("i can't afford food this week", "member_relations"),
    ],
)
def test_what_is_always_for_a_person_goes_there_at_once(words: str, queue: str) -> None:
    call = Story()
    call.hears(words)
    assert call.escalation and call.escalation.trigger == "sensitive"
    assert call.escalation.queue == queue


def test_with_the_recogniser_down_the_keys_are_read_and_who_speaks_all_the_same_gets_a_person() -> None:
    call = Story()
    said = call.news(PersonStage.ENGINE_DOWN)
    assert "use the keys" in said
    assert "press 1" in said
    call.hears("", 0.0)
    assert call.escalation and call.escalation.trigger == "lost"
    assert "recogniser was down" in call.escalation.evidence[0]


def test_with_the_recogniser_down_zero_still_is_a_person() -> None:
    call = Story()
    call.news(PersonStage.ENGINE_DOWN)
    call.keys("0")
    assert call.escalation and call.escalation.trigger == "asked"


def _at(place: Place) -> Story:
    call = Story()
    match place:
        case Place.MEMBER:
            call.hears("what's my balance")
        case Place.PIN:
            call.hears("what's my balance")
            call.keys("204713")
        case Place.SLOT:
            call.hears("what are your rates for loans")
        case Place.CONFIRM:
            call = _verified("please block my card i lost it")
        case Place.GUESS:
            call.mind._state = _guessing(call)
        case _:
            pass
    return call


def _verified(words: str) -> Story:
    from datetime import date

    from telephony.backends.demo_bank import DemoBank

    call = Story(deed=DemoBank(today=date(2026, 11, 18)).perform_now)
    call.hears(words)
    call.verified()
    return call


def _guessing(call: Story):
    from dataclasses import replace

    return replace(call.mind.state, place=Place.GUESS, guess="balance", guess_turn=1)


def test_a_caller_whose_agent_lost_the_network_is_asked_to_stay_and_the_conversation_is_where_it_was() -> None:
    call = Story()
    call.hears("agent please")
    call.news(PersonStage.COMING, "Ana")
    place = call.mind.state.place
    assert (
        call.news(PersonStage.LINE_LOST, "Ana")
        == "The line to Ana was interrupted. Please stay on, I am getting it back."
    )
    assert "the other side" in call.news(PersonStage.LINE_LOST)
    assert call.mind.state.place is place
