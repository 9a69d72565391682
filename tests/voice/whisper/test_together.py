"""Several utterances in one decode, each with the answer that it would get alone; and the hints that go before them."""

from dataclasses import replace

import pytest
from faster_whisper import WhisperModel

from tests.voice.whisper.toy import SURE, noise, opened
from voice.audio import RATE
from voice.errors import AudioError
from voice.stt.guards import Guard, Limits
from voice.stt.whisper_decode import Decoder, sound_of


def test_a_decode_of_several_gives_exactly_the_texts_and_scores_of_each_alone(toy):
    """Their token caps differ too: the longest rules the decode, and each text is cut to its own."""
    decoder = Decoder(WhisperModel(str(toy), local_files_only=True), spoken_language="en")
    prompts = [
        decoder.hint(words, 8)
        for words in ("parcel water bill", "account card number", "yes that is right", "nothing at all")
    ]
    clips = [(1.0, 10), (2.2, 20), (0.6, 7), (2.4, 22)]
    looks = [
        decoder.look(sound_of(noise(seconds, seed)), 5.0, prompt=prompt, cap=cap)
        for seed, ((seconds, cap), prompt) in enumerate(zip(clips, prompts, strict=True))
    ]
    together = decoder.decode(looks)
    alone = [decoder.decode([look])[0] for look in looks]
    assert [one.text for one in together] == [one.text for one in alone]
    assert [one.tokens for one in together] == [cap for _, cap in clips]
    assert len({one.text for one in together}) == len(looks)
    assert [one.no_speech_prob for one in together] == [one.no_speech_prob for one in alone]
    same = [decoder.decode([replace(look, cap=22)])[0].avg_logprob for look in looks]
    assert [one.avg_logprob for one in together] == same


@pytest.mark.usefixtures("answers")
def test_several_utterances_get_the_answers_that_each_would_get_alone(settings):
    recogniser = opened(settings)
    clips = [(noise(seconds), "main") for seconds in (1.0, 6.0, 2.0, 31.0, 0.0)]
    together = recogniser.transcribe_together(clips)
    assert [type(one).__name__ for one in together] == ["Recognition"] * 3 + ["AudioError", "Recognition"]
    assert [one for one in together if not isinstance(one, Exception)] == [
        recogniser.transcribe(pcm, state) for pcm, state in clips if len(pcm) < 30 * RATE
    ]


def test_only_one_window_and_one_length_of_hint_share_a_decode(settings, windows):
    recogniser = opened(replace(settings, retry_seconds=1e-9), windows)
    clips = [(noise(1), "main"), (noise(6), "main"), (noise(1), "elsewhere"), (noise(2), "main")]
    recogniser.transcribe_together(clips)
    assert sorted(windows) == [(500, 1), (500, 2), (1000, 1)]


def test_only_the_suspicious_one_of_several_is_looked_at_again(settings, answers):
    to_say, asked = answers
    recogniser = opened(replace(settings, limits=Limits()))
    asked.clear()
    to_say += [SURE, replace(SURE, avg_logprob=-3.0), replace(SURE, text="Yes.")]
    heard = recogniser.transcribe_together([(noise(1), "main")] * 3)
    assert [one.text for one in heard] == ["where is my parcel", "where is my parcel", "yes"]
    assert asked == [500, 500, 500, 3000]


def test_one_that_cannot_be_heard_spoils_no_other(settings, answers):
    heard = opened(settings).transcribe_together([(noise(1), "main"), (noise(31), "main"), (noise(0), "main")])
    assert heard[0].text == "where is my parcel"
    assert isinstance(heard[1], AudioError)
    assert heard[2].refused == Guard.SILENCE


def test_all_recognisers_share_one_model(settings):
    one, other = (opened(settings) for _ in range(2))
    assert one._decoder._model is other._decoder._model


def test_a_hint_goes_before_the_text_in_steps_of_eight_tokens(toy):
    decoder = Decoder(WhisperModel(str(toy), local_files_only=True), spoken_language="en")
    before, sot, no_times = (
        decoder._words.tokenizer.token_to_id(f"<|{n}|>") for n in ("startofprev", "startoftranscript", "notimestamps")
    )
    assert decoder.hint("", 24) == (sot, no_times)
    assert decoder.hint("a", 24) == (sot, no_times)  # less than eight
    long = decoder.hint("parcel water bill account card number street", 24)
    assert long[0] == before
    assert long[-2:] == (sot, no_times)
    assert len(long) == 3 + 24
