"""How frustrated a caller sounds, turn by turn, and what an agent is told about it."""

import numpy as np
import pytest

from models.frustration import Evidence, Frustration, FrustrationSettings, FrustrationState, Judgement
from models.prosody import NAMES, Prosody
from models.prosody_anger import AngerHead, Reference

WITHOUT_VOICE = FrustrationSettings(prosody_weight=0.0)


def judged(*turns: str | Evidence, settings: FrustrationSettings = WITHOUT_VOICE) -> list[Judgement]:
    frustration, state, judgements = Frustration.shipped(settings), FrustrationState(), []
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


def test_terms_sum_to_the_score_of_the_level() -> None:
    *_, last = judged("hello", "this is ridiculous", Evidence("no that's wrong again", correction=True))
    settings = WITHOUT_VOICE

    score = sum(last.terms.values())
    level = 1 / (1 + np.exp(-settings.slope * (score - settings.midpoint)))

    assert last.level == pytest.approx(level, abs=0.01)


def test_anger_fades_and_the_flag_falls_late() -> None:
    levels = judged("hello", "this is ridiculous and a waste of time, I already told you", "okay", "yes", "yes", "fine")

    assert levels[2].frustrated  # below on, above off
    assert not levels[-1].frustrated
    assert levels[-1].level < 0.2


def voice(shift: float, *, voiced: float = 2.0, snr: float = 30.0) -> Prosody:
    head = AngerHead.shipped()
    weights = np.zeros(len(NAMES), np.float32)
    weights[[name not in ("energy_mean", "energy_p20", "energy_p50", "energy_p80") for name in NAMES]] = head.raw[:-1]
    return Prosody(head.middle + shift * np.sign(weights) * head.spread, voiced, snr)


def test_a_voice_alone_never_makes_a_caller_frustrated() -> None:
    shouting = voice(2.0)

    texts = ("my balance", "checking", "the last one", "from monday", "at the market", "in town", "good", "next week")
    judgements = judged(*[Evidence(text, prosody=shouting) for text in texts], settings=FrustrationSettings())

    assert max(judgement.terms.get("prosody", 0) for judgement in judgements) > 0.5
    assert not any(judgement.frustrated for judgement in judgements)


def test_too_little_voice_or_too_much_noise_says_nothing() -> None:
    for quiet in (voice(2.0, voiced=0.3), voice(2.0, snr=6.0)):
        (judgement,) = judged(Evidence("hello there", prosody=quiet), settings=FrustrationSettings())
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
