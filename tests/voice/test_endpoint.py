"""The endpoint's table, and how time moves it."""

import itertools

import pytest

from voice.endpoint import TABLE, Edge, Endpoint, Settings, Sound, State
from voice.turn_end import Completeness


def run(endpoint: Endpoint, *stretches: tuple[float, int]) -> list[tuple[int, Edge]]:
    """Hears each probability for so many milliseconds; tells the edges with their times."""
    edges = []
    for probability, milliseconds in stretches:
        for _ in range(milliseconds // 20):
            edge = endpoint.hear(probability, 20)
            if edge:
                edges.append((endpoint.now_ms, edge))
    return edges


def test_every_state_has_its_row_and_every_row_leads_to_a_state():
    assert set(TABLE) == set(State)
    for row in TABLE.values():
        assert set(row) <= set(Sound)
        assert set(row.values()) <= set(State)


def test_speech_can_only_end_in_quiet_and_only_begin_with_enough_voice():
    speaking = {State.SPEAKING, State.PAUSING}
    for state, sound in itertools.product(State, Sound):
        after = TABLE[state].get(sound, state)
        if state in speaking and after not in speaking:
            assert after is State.QUIET
        if state not in speaking and after in speaking:
            assert sound is Sound.ENOUGH_VOICE


def test_speech_begins_after_200_ms_and_ends_after_the_stop_window():
    assert run(Endpoint(), (0, 500), (1, 500), (0, 1000)) == [(700, Edge.BEGAN), (1500, Edge.ENDED)]


def test_a_stop_consonant_does_not_begin_the_count_anew():
    assert run(Endpoint(), (1, 120), (0, 40), (1, 80)) == [(240, Edge.BEGAN)]


def test_a_longer_gap_does():
    assert run(Endpoint(), (1, 120), (0, 60), (1, 180)) == []


def test_a_weak_moment_inside_a_word_is_no_pause():
    endpoint = Endpoint()
    run(endpoint, (0.9, 400), (0.4, 100))
    assert endpoint.state is State.SPEAKING
    run(endpoint, (0.3, 20))
    assert endpoint.state is State.PAUSING


def test_a_new_expectation_changes_the_stop_window_of_speech_that_goes_on():
    endpoint = Endpoint(shape="digits")
    run(endpoint, (1, 400))
    endpoint.expect("yes_no")
    assert run(endpoint, (0, 300)) == [(700, Edge.ENDED)]


def test_an_unknown_shape_is_refused_with_those_that_are_known():
    with pytest.raises(ValueError, match=r"choice.*digits.*free.*yes_no.*got 'essay'"):
        Endpoint().expect("essay")


def test_forgetting_drops_the_utterance_without_an_edge():
    endpoint = Endpoint()
    run(endpoint, (1, 400))
    endpoint.forget()
    assert run(endpoint, (0, 2000)) == []


def test_the_longest_utterance_is_a_setting():
    edges = run(Endpoint(Settings(longest_ms=1000)), (1, 1000))
    assert edges == [(200, Edge.BEGAN), (1000, Edge.ENDED)]


def test_who_has_more_to_say_is_heard_on_a_weaker_voice():
    due, unknown = Endpoint(shape="digits"), Endpoint(shape="digits")
    for endpoint in (due, unknown):
        run(endpoint, (1, 400), (0, 200))
    due.consider(Completeness.OPEN)
    for endpoint in (due, unknown):
        run(endpoint, (0.25, 100))
    assert (due.state, unknown.state) == (State.PAUSING, State.PAUSING)
    assert (due.last_voice_ms, unknown.last_voice_ms) == (620, 400)


def test_what_was_known_of_a_pause_is_forgotten_when_the_speaker_goes_on():
    endpoint = Endpoint(shape="yes_no")
    run(endpoint, (1, 400), (0, 100))
    endpoint.consider(Completeness.COMPLETE)
    run(endpoint, (1, 200))
    assert run(endpoint, (0, 300)) == [(1000, Edge.ENDED)]


def test_who_goes_on_soon_after_their_turn_was_closed_is_given_more_time():
    endpoint = Endpoint()
    (_, _), (ended, _) = run(endpoint, (1, 400), (0, 500))
    run(endpoint, (0, 300), (1, 400))
    assert run(endpoint, (0, 1500))[0][0] - endpoint.last_voice_ms > ended - 400


def test_who_answers_a_short_prompt_at_once_had_not_been_cut_off():
    endpoint = Endpoint()
    (_, _), (ended, _) = run(endpoint, (1, 400), (0, 500))
    run(endpoint, (0, 300))
    endpoint.prompt_over()
    run(endpoint, (1, 400))
    assert run(endpoint, (0, 1500))[0][0] - endpoint.last_voice_ms == ended - 400
