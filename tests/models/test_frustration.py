"""How frustrated a caller sounds, turn by turn, and what an agent is told about it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.frustration import Evidence, Frustration, FrustrationSettings, FrustrationState, Judgement
from models.frustration_fit import Fit
from models.frustration_line import Line
from models.frustration_scale import Scale
from models.prosody import NAMES, Prosody
from models.prosody_anger import AngerHead, Reference

WITHOUT_VOICE = FrustrationSettings(prosody_weight=0.0)
WITH_VOICE = FrustrationSettings()
SHIPPED = {one: Frustration.shipped(one) for one in (WITHOUT_VOICE, WITH_VOICE)}


def judged(
    *turns: str | Evidence, settings: FrustrationSettings = WITHOUT_VOICE, by: Frustration | None = None
) -> list[Judgement]:
    frustration, state, judgements = by or SHIPPED[settings], FrustrationState(), []
    for turn in turns:
        evidence = turn if isinstance(turn, Evidence) else Evidence(turn)
        state, judgement = frustration.judge(state, evidence)
        judgements.append(judgement)
    return judgements


def test_an_angry_dispute_passes_by_the_second_angry_turn_on_words_alone() -> None:
    calm, angry = judged(
        "I want to dispute a charge", "this is ridiculous, I've told you twice, this is the third time I call"
    )

    assert calm.level < 0.2
    assert angry.level >= 0.6
    assert angry.frustrated
    assert 'said "ridiculous"' in angry.reasons


def test_one_outburst_as_the_first_words_waits_for_a_second_turn() -> None:
    first, second = judged(
        "this is ridiculous, I've told you twice, the third time I call", "I already said it, a dispute"
    )

    assert not first.frustrated
    assert second.frustrated


def test_annoyance_that_builds_up_passes_too() -> None:
    *_, last = judged(
        "there's a charge on my card that isn't mine",
        Evidence("no, I said the charge isn't mine", correction=True),
        Evidence("I already told you that, are you even listening", correction=True),
    )

    assert last.frustrated
    assert any("told us before" in reason for reason in last.reasons)


def test_a_polite_caller_who_repeats_once_stays_calm() -> None:
    judgements = judged(
        "I want my balance please",
        Evidence("I want my balance please", no_match=True),
        "one two three four five six",
        "yes",
    )

    assert all(judgement.level < 0.4 for judgement in judgements)


def test_asking_the_same_thing_three_times_is_told_as_such() -> None:
    *_, last = judged("when does my card come", "I asked when my card comes", "when does the card come")

    assert last.reasons[0] == "asked the same thing three times"


def test_a_negated_word_does_not_count() -> None:
    for text in ("I'm not angry", "it is not ridiculous", "I never said useless"):
        assert judged("hello", text)[-1].level < 0.1


def test_repeating_a_number_that_we_asked_for_is_no_repeat() -> None:
    *_, last = judged("one two three four five six", "one two three four five six")

    assert "repeat" not in last.terms


def test_asking_again_for_a_person_weighs_more_than_asking_once() -> None:
    once, again = judged(Evidence("agent", asked_person=True), Evidence("a person please", asked_person=True))

    assert again.turn_terms["asked_person_again"] > once.turn_terms["asked_person"]


def test_words_hardly_recognised_count_less() -> None:
    sure, unsure = (judged("hello", Evidence("this is ridiculous", confidence=one))[-1] for one in (0.9, 0.2))

    assert unsure.level < sure.level


def test_terms_sum_to_the_score_that_the_level_is_read_from() -> None:
    for judgement in judged("hello", "this is ridiculous", Evidence("no that's wrong again", correction=True), "okay"):
        assert sum(judgement.terms.values()) == pytest.approx(judgement.score, abs=1e-9)
        assert judgement.level == pytest.approx(Fit.read().level.of(judgement.score), abs=1e-3)


def test_anger_fades_and_the_flag_falls_late() -> None:
    levels = judged("hello", "this is ridiculous and a waste of time, I already told you", "okay", "yes", "yes", "fine")

    assert levels[2].frustrated  # below on, above off
    assert not levels[-1].frustrated
    assert levels[-1].level < 0.2


def voice(shift: float, *, voiced: float = 2.0, snr: float = 30.0) -> Prosody:
    head = SHIPPED[WITH_VOICE]._terms.head
    weights = np.zeros(len(NAMES), np.float32)
    weights[[name not in ("energy_mean", "energy_p20", "energy_p50", "energy_p80") for name in NAMES]] = head.raw[:-1]
    return Prosody(head.middle + shift * np.sign(weights) * head.spread, voiced, snr)


TEXTS = ("my balance", "checking", "the last one", "from monday", "at the market", "in town", "good", "next week")


def test_a_voice_alone_never_makes_a_caller_frustrated() -> None:
    shouted = judged(*[Evidence(text, prosody=voice(2.0)) for text in TEXTS], settings=WITH_VOICE)
    said = judged(*TEXTS)

    assert max(judgement.turn_terms.get("prosody", 0) for judgement in shouted) > 0.5
    assert [one.level for one in shouted] == [one.level for one in said]


sayings = st.sampled_from((*TEXTS, "", "this is ridiculous", "I already told you", "yes", "no I said monday"))
turns = st.lists(
    st.builds(
        Evidence, sayings, st.floats(0, 1), over_prompt=st.booleans(), no_match=st.booleans(), no_input=st.booleans(),
        correction=st.booleans(), asked_person=st.booleans(),
    ),
    min_size=1, max_size=10,
)  # fmt: skip
shouts = st.lists(st.floats(-3, 3), min_size=10, max_size=10)


@given(turns, shouts)
@settings(max_examples=150, deadline=None)
def test_no_voice_counts_for_more_than_words_and_behaviour_have_shown(said: list[Evidence], loud: list[float]) -> None:
    """So that at any threshold a call is escalated by what was said and done, and at most sooner by how."""
    spoken = [replace(one, prosody=voice(shift)) for one, shift in zip(said, loud, strict=False)]
    for quiet, heard in zip(judged(*said), judged(*spoken, settings=WITH_VOICE), strict=True):
        assert 0 <= heard.score <= 2 * quiet.score + 0.002  # of rounding
        assert sum(heard.terms.values()) == pytest.approx(heard.score, abs=1e-9)
        if quiet.score == 0:
            assert heard.level == quiet.level


def test_the_voice_makes_annoyed_words_weigh_more() -> None:
    words = ["my balance", "checking", "no I already told you that"]
    said = judged(*words)[-1]
    shouted = judged(*words[:2], Evidence(words[2], prosody=voice(2.0)), settings=WITH_VOICE)[-1]

    assert shouted.level > said.level
    assert any("voice" in reason for reason in shouted.reasons)


def test_too_little_voice_or_too_much_noise_says_nothing() -> None:
    broken = Prosody(np.full(len(NAMES), np.nan, np.float32), 2.0, 30.0)
    for quiet in (voice(2.0, voiced=0.3), voice(2.0, snr=6.0), broken):
        (judgement,) = judged(Evidence("hello there", prosody=quiet), settings=WITH_VOICE)
        assert "prosody" not in judgement.turn_terms


def test_the_weight_zero_silences_the_voice() -> None:
    (judgement,) = judged(Evidence("hello there", prosody=voice(2.0)))

    assert "prosody" not in judgement.turn_terms


def test_a_raised_voice_is_described_against_the_first_turns() -> None:
    head, reference = AngerHead.shipped(), Reference()
    for _ in range(3):
        reference = reference.with_(voice(0.0))
    raised = voice(0.0)
    raised.features[NAMES.index("pitch_p50")] += 2 * head.spread[NAMES.index("pitch_p50")]
    raised.features[NAMES.index("energy_p80")] += 1.5 * head.spread[NAMES.index("energy_p80")]

    assert head.how(raised, reference) == "higher and louder"
    assert head.how(raised, Reference()) is None


def test_silence_and_endless_talk_are_borne() -> None:
    for evidence in (Evidence(no_input=True), Evidence(""), Evidence("ridiculous " * 10_000), Evidence("日本語 ñ")):
        (judgement,) = judged(evidence)
        assert 0 <= judgement.level <= 1


def test_a_line_whose_callers_all_sound_sharp_takes_that_for_usual() -> None:
    head_scale, text_scale = Scale(8.0, 12.0), Scale(0.0, 3.0)
    shipped = SHIPPED[WITH_VOICE]._terms
    line = Line(head_scale, text_scale, shipped.head.fingerprint, shipped.text.fingerprint)
    ours = Frustration.shipped(WITH_VOICE, line=line)
    loud = Evidence("you people rob me blind every single month", prosody=voice(0.3))

    usual, elsewhere = judged(loud, by=ours)[0], judged(loud, settings=WITH_VOICE)[0]

    assert usual.turn_terms["prosody"] < elsewhere.turn_terms["prosody"]
    assert usual.turn_terms.get("text", 0.0) < elsewhere.turn_terms["text"]


def test_a_record_of_other_heads_does_not_count() -> None:
    line = Line(Scale(8.0, 12.0), Scale(8.0, 12.0), "another", "another")
    loud = Evidence("you people rob me blind every single month", prosody=voice(0.3))

    assert judged(loud, by=Frustration.shipped(WITH_VOICE, line=line)) == judged(loud, settings=WITH_VOICE)


class Meanings:
    """An encoder that knows two meanings: of a card's coming, and everything else."""

    name = "meanings"

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        return np.array([[1.0, 0.0] if "card" in text or "post" in text else [0.0, 1.0] for text in texts], np.float32)


def test_the_same_question_in_other_words_is_a_repeat_where_meanings_are_known() -> None:
    asked = ("when does my card come", "has the plastic been put in the post")

    assert "repeat" in judged(*asked, by=Frustration.shipped(WITHOUT_VOICE, encoder=Meanings()))[-1].terms
    assert "repeat" not in judged(*asked)[-1].terms


def test_words_that_no_list_holds_are_told_with_the_word_that_gave_them_away() -> None:
    (judgement,) = judged("you have some nerve this whole thing is dumb")

    assert judgement.reasons == ('words sound annoyed ("dumb")',)
