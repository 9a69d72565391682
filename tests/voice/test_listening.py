"""What an utterance and what was heard of it look like on the way to the pool's process and back."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.codec import Packed
from models.inference.wire import frame
from models.prosody import NAMES, Prosody, extract
from voice.audio import RATE
from voice.errors import RecogniserFailed
from voice.listening import Listening, ListeningCodec
from voice.stt import Recognition, Word

CODEC = ListeningCodec()
SECOND = (3000 * np.sin(2 * np.pi * 150 / RATE * np.arange(RATE))).astype(np.int16)


@given(st.lists(st.integers(-32768, 32767), max_size=50), st.text(max_size=20))
def test_an_utterance_arrives_as_it_was_sent(samples: list[int], language: str) -> None:
    pcm, state = CODEC.unpack_args(CODEC.pack_args((np.array(samples, np.int16), language)))
    assert pcm.tolist() == samples and pcm.dtype == np.int16
    assert state == language


def test_what_was_heard_and_how_it_was_spoken_arrive_as_they_were() -> None:
    words = (Word("my", 100, 200, 0.9), Word("balance", 210, 700, 0.8))
    heard = Recognition("my balance", 0.85, "pocketsphinx", words=words)
    recognition, prosody = CODEC.unpack_result(CODEC.pack_result((heard, extract(SECOND))))
    assert recognition == heard
    assert prosody is not None
    assert np.array_equal(prosody.features, extract(SECOND).features)
    assert (prosody.voiced_seconds, prosody.snr_db) == (extract(SECOND).voiced_seconds, extract(SECOND).snr_db)


def test_every_field_of_a_recognition_travels() -> None:
    values = {"text": "a", "confidence": 0.5, "engine": "x", "words": (Word("a", 0, 1, 0.5),)}
    every = Recognition(
        **{f.name: values.get(f.name, "told" if f.default == "" else f.default) for f in fields(Recognition)}
    )
    recognition, prosody = CODEC.unpack_result(CODEC.pack_result((every, None)))
    assert recognition == every
    assert prosody is None


def test_thirty_seconds_of_words_fit_in_a_message() -> None:
    words = tuple(Word("appointment", n, n + 1, 0.987654321) for n in range(150))
    packed = CODEC.pack_result((Recognition("appointment " * 150, 0.9, "whisper", words), None))
    assert frame({"is": "result", "id": 1, "value": dict(packed.head)}, packed.blob)


@pytest.mark.parametrize("wrong", [
    Packed({}, b""), Packed({"language": 7}, b""), Packed({"language": "main"}, b"odd"),
])  # fmt: skip
def test_arguments_that_are_none_are_refused(wrong: Packed) -> None:
    with pytest.raises(ValueError):
        CODEC.unpack_args(wrong)


def test_features_of_another_length_are_refused() -> None:
    measured = Prosody(np.zeros(len(NAMES) - 1, np.float32), 0.0, 0.0)
    with pytest.raises(ValueError, match="features of prosody expected"):
        CODEC.unpack_result(CODEC.pack_result((Recognition("", 0.0, "x"), measured)))


class OneByOne:
    def transcribe(self, pcm: np.ndarray, language: str) -> Recognition:
        if not len(pcm):
            raise RecogniserFailed("nothing to hear")
        return Recognition(language, 1.0, "one")


class Together(OneByOne):
    def transcribe_together(self, utterances: list) -> list[Recognition | Exception]:
        return [Recognition(f"{language} of {len(utterances)}", 1.0, "together") for _, language in utterances]


def test_several_utterances_go_to_a_recogniser_that_takes_them_at_once() -> None:
    heard = Listening(Together()).together([(SECOND, "a"), (SECOND, "b")])
    assert [words.text for words, _ in heard] == ["a of 2", "b of 2"]
    assert all(measured.voiced_seconds > 0.5 for _, measured in heard)


def test_another_gets_them_in_turn_and_one_that_fails_fails_alone() -> None:
    good, bad = Listening(OneByOne()).together([(SECOND, "a"), (SECOND[:0], "b")])
    assert good[0].text == "a"
    assert isinstance(bad, RecogniserFailed)
