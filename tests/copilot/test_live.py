"""While two talk: what is shown unasked is rare, sure, and never shown twice."""

import pytest

from telephony.copilot.answer import NoQuestion
from telephony.events import CopilotMarked, CopilotShown, HandedBack
from tests.copilot.desk import LOCKER, PARKING, UMBRELLA, Desk


async def test_what_the_caller_asks_brings_the_article_with_its_source_and_date() -> None:
    desk = Desk()
    desk.talks()
    await desk.hears(PARKING)
    (prompt,) = desk.copilot.shown("ana").prompts
    assert prompt.sentences == ("Parking at the harbour lot is free for two hours.",)
    assert (prompt.source.title, prompt.source.updated.isoformat(), prompt.because) == (
        "Parking",
        "2026-09-01",
        PARKING,
    )
    assert desk.told[-1].prompts == (prompt,)


async def test_what_the_agent_says_brings_it_too() -> None:
    desk = Desk()
    desk.talks()
    await desk.hears(UMBRELLA, speaker="agent")
    assert desk.prompts == ["umbrellas"]


async def test_nothing_is_shown_before_the_two_are_joined_nor_after_the_caller_was_handed_back() -> None:
    desk = Desk()
    await desk.hears(PARKING)
    desk.talks()
    desk.see(HandedBack("h1", "ana", ""))
    await desk.hears(PARKING, 5000)
    assert desk.prompts == []


async def test_at_most_two_prompts_come_in_any_minute() -> None:
    desk = Desk()
    desk.talks()
    await desk.hears(PARKING, 1000)
    await desk.hears(UMBRELLA, 2000)
    await desk.hears(LOCKER, 60_999)
    assert desk.prompts == ["parking", "umbrellas"]
    await desk.hears(LOCKER, 61_000)
    assert desk.prompts == ["parking", "umbrellas", "lockers"]


async def test_an_article_that_was_shown_put_away_or_asked_for_does_not_come_again() -> None:
    desk = Desk()
    desk.talks()
    await desk.hears(PARKING, 1000)
    desk.copilot.mark("ana", "p1", "dismissed")
    await desk.copilot.ask("ana", UMBRELLA)
    await desk.hears(PARKING, 100_000)
    await desk.hears(UMBRELLA, 101_000)
    assert desk.prompts == []


async def test_small_talk_and_what_is_half_known_bring_nothing() -> None:
    desk = Desk()
    desk.talks()
    for said in (
        "yes that is right",
        "my daughter turns nine on Sunday",
        "is the ferry museum any good",
        "thank you so much",
    ):
        await desk.hears(said)
    assert desk.prompts == []


async def test_a_quiet_co_pilot_shows_nothing_unasked_and_answers_what_is_asked() -> None:
    desk = Desk()
    desk.talks()
    desk.copilot.quiet("ana", True)
    await desk.hears(PARKING)
    assert desk.prompts == []
    _, answer = await desk.copilot.ask("ana", PARKING)
    assert answer.answered


async def test_what_was_shown_and_what_came_of_it_are_on_record_without_numbers_of_cards() -> None:
    desk = Desk()
    desk.talks()
    await desk.hears(f"{PARKING}, my card is 4111 1111 1111 1111")
    shown = next(entry for entry in desk.noted if isinstance(entry, CopilotShown))
    assert (shown.kind, shown.article, "4111" in shown.question) == ("prompt", "parking", False)
    desk.copilot.mark("ana", "p1", "useful")
    desk.copilot.mark("ana", "p1", "useful")  # a double click
    assert desk.noted[1:] == [CopilotMarked("ana", "p1", "prompt", "useful")]
    assert desk.prompts == ["parking"]  # useful things stay


async def test_a_mark_for_what_is_not_shown_is_refused() -> None:
    desk = Desk()
    with pytest.raises(NoQuestion, match="no longer shown"):
        desk.copilot.mark("ana", "p7", "useful")


async def test_another_call_begins_with_nothing() -> None:
    desk = Desk()
    desk.talks()
    await desk.hears(PARKING)
    desk.see(HandedBack("h2", "ana", ""), call="c2")
    assert (desk.copilot.shown("ana").call, desk.prompts) == ("c2", [])
    assert desk.copilot.shown("ben").call == ""


async def test_a_record_that_comes_twice_counts_once() -> None:
    desk = Desk()
    desk.talks()
    await desk.hears(PARKING)
    before = desk.copilot.shown("ana")
    desk._seq -= 1
    await desk.hears(UMBRELLA)
    assert desk.copilot.shown("ana") == before
