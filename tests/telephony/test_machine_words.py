"""What only a machine says, and what people say when they answer."""

import pytest

from telephony.agents.machine_words import GREETINGS, HEARD_AS, machine_says


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Hi, you’ve reached Ana. Please leave a message after the tone.", "voicemail"),
        ("the person you are calling is not available right now", "voicemail"),
        ("your call has been forwarded to an automatic voice message system", "voicemail"),
        ("sorry i can't come to the phone", "voicemail"),
        ("For billing, press 1.", "menu"),
        ("press two for support", "menu"),
        ("please listen carefully as our menu options have changed", "menu"),
        ("your call is important to us", "hold queue"),
        ("all of our agents are busy", "hold queue"),
        ("thank you for holding", "hold queue"),
        ("you are number three in the queue", "hold queue"),
    ],
)
def test_a_machine_is_recognised_by_its_sentence(text: str, kind: str) -> None:
    assert machine_says(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        *GREETINGS, "hello this is ana how can i help", "sorry i was on another call who is it",
        "please hold on a second",
        "press one to take the call okay", "yes go ahead i'm listening", "connect me", "i'll take the call",
        "is that a message for me", "which number do i press", "i am not available today ask ben",
        "hello is anyone there",
        "one moment i am just finishing something", "billing this is ben",
    ],
)  # fmt: skip
def test_a_person_is_not(text: str) -> None:
    assert machine_says(text) is None


def test_most_sentences_given_to_recognisers_are_recognised_again() -> None:
    """The rest are said by machines too, but also by people."""
    missed = [text for text in HEARD_AS if machine_says(text) is None]
    assert missed == [
        "i'll call you back as soon as i can", "please hang up", "thank you for calling",
    ]  # fmt: skip
