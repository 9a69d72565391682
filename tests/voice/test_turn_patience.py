"""A slow speaker is given time, a quick one is not kept waiting, and what was learned fades."""

from hypothesis import given
from hypothesis import strategies as st

from voice.turn_end import Completeness
from voice.turn_patience import Patience, Settings

COMPLETE, OPEN, UNKNOWN = Completeness.COMPLETE, Completeness.OPEN, Completeness.UNKNOWN


def test_who_never_pauses_is_given_the_ordinary_windows():
    assert Patience().closed().at_least(600, UNKNOWN) == 600


def test_who_pauses_long_is_given_longer_windows():
    assert Patience().paused(550).at_least(600, UNKNOWN) == 715


def test_a_consonant_is_no_pause():
    assert Patience().paused(80) == Patience()


def test_who_was_cut_off_is_given_the_pause_they_made_and_more():
    assert Patience().was_cut(900, believed=UNKNOWN).at_least(600, UNKNOWN) == 1170


def test_no_window_grows_without_bounds():
    assert Patience().was_cut(1900, believed=UNKNOWN).at_least(600, OPEN) == 1500


def test_a_whole_answer_is_answered_at_once_also_to_a_slow_speaker():
    assert Patience().paused(900).at_least(160, COMPLETE) == 160


def test_after_a_whole_answer_that_was_none_three_turns_are_not_believed_to_be_whole():
    patience = Patience().was_cut(400, believed=COMPLETE)
    for _ in range(3):
        assert patience.believes(COMPLETE) is UNKNOWN
        assert patience.believes(OPEN) is OPEN
        patience = patience.closed()
    assert patience.believes(COMPLETE) is COMPLETE


def test_what_is_not_heard_again_fades():
    patience = Patience().was_cut(900, believed=UNKNOWN)
    for _ in range(4):
        patience = patience.closed()
    assert patience.at_least(600, UNKNOWN) == 600


def test_it_can_be_turned_off():
    stubborn = Patience(Settings(enabled=False))
    assert stubborn.paused(900).was_cut(900, believed=COMPLETE) == stubborn


@given(
    st.lists(st.tuples(st.sampled_from(["paused", "cut", "closed"]), st.integers(0, 20_000))),
    st.sampled_from([160, 300, 1000]),
)
def test_whatever_a_caller_does_a_window_is_never_shorter_than_anybodys_nor_longer_than_the_bound(story, window):
    patience = Patience()
    for what, ms in story:
        if what == "closed":
            patience = patience.closed()
        else:
            patience = patience.paused(ms) if what == "paused" else patience.was_cut(ms, believed=UNKNOWN)
        assert window <= patience.at_least(window, OPEN) <= 1500
