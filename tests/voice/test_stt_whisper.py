"""Whisper with random weights: everything but its understanding, which `warmline calibrate stt` measures.

The toy is Whisper in small (models/shapes): its texts are made-up words, always up to the token cap, never sure. Where
a test needs a verdict that the toy cannot bring about, CTranslate2's answer is replaced by one with those scores.
"""

import json
from dataclasses import replace

import numpy as np
import pytest
from faster_whisper import WhisperModel

from models.shapes.whisper import whisper_shape
from voice.audio import RATE
from voice.errors import AudioError, EngineUnavailable, RecogniserFailed
from voice.stt import whisper
from voice.stt.expected import plain
from voice.stt.guards import Guard, Limits, token_cap
from voice.stt.log_mel import LogMel
from voice.stt.whisper import Settings
from voice.stt.whisper_decode import Decoded, Decoder, sound_of
from voice.stt.whisper_weights import Machine
from voice.stt.whisper_window import GATE_FILE, Windows, gate_key

STATES = {"main": ["pay my water bill", "where is my parcel", "yes"], "yes_no": ["yes", "no"]}
BELIEVES_ALL = Limits(no_speech_prob=1.0, avg_logprob=-99.0, compression_ratio=99.0, tokens_per_second=999.0)
SURE = Decoded("Where is my parcel?", 6, -0.2, 0.01, 1.1)


@pytest.fixture(scope="session")
def toy(tmp_path_factory):
    return whisper_shape("toy", tmp_path_factory.mktemp("whisper"))


@pytest.fixture
def settings(toy):
    return Settings(folder=toy, window="short", limits=BELIEVES_ALL)


@pytest.fixture
def windows(monkeypatch):
    """The length in frames (10 ms) and the number of utterances of every decode, after the model was opened."""
    seen = []
    true_decode = Decoder.decode

    def decode(self, looks, **how):
        seen.append((looks[0].features.shape[-1], len(looks)))
        return true_decode(self, looks, **how)

    monkeypatch.setattr(Decoder, "decode", decode)
    return seen


@pytest.fixture
def answers(monkeypatch):
    """What the decoder says from now on, one a look; used up, it says something sure."""
    to_say = []
    asked = []

    def decode(self, looks, **how):
        asked.extend(look.features.shape[-1] for look in looks)
        return [to_say.pop(0) if to_say else SURE for _ in looks]

    monkeypatch.setattr(Decoder, "decode", decode)
    return to_say, asked


def opened(settings, windows=None):
    recogniser = whisper.open(settings, STATES)
    if windows is not None:
        windows.clear()  # of the warm-up
    return recogniser


def noise(seconds: float, seed: int = 0):
    return (3000 * np.random.default_rng(seed).standard_normal(int(RATE * seconds))).astype(np.int16)


# --- what comes out -------------------------------------------------------------------------------------------------


def test_it_answers_in_the_contract_s_form(settings):
    heard = opened(replace(settings, limits=Limits())).transcribe(noise(2), "main")
    assert heard.engine == "whisper"
    assert heard.text == plain(heard.text)
    assert 0 <= heard.confidence <= 1


def test_a_sure_text_is_handed_on_plain_with_its_probability(settings, answers):
    heard = opened(settings).transcribe(noise(2), "main")
    assert (heard.text, heard.refused) == ("where is my parcel", "")
    assert heard.confidence == pytest.approx(np.exp(-0.2))


def test_the_full_window_says_what_the_library_s_own_transcribe_says(toy):
    """Same tokens, same scores: nothing but the window and the open scores is ours."""
    pcm = noise(4, seed=5)
    stock = WhisperModel(str(toy), device="cpu", compute_type="int8", local_files_only=True)
    segments, _ = stock.transcribe(
        sound_of(pcm), language="en", beam_size=1, temperature=0.0, without_timestamps=True, max_new_tokens=70,
        condition_on_previous_text=False, no_speech_threshold=None,
    )  # fmt: skip
    told = next(iter(segments))
    ours = Decoder(stock, spoken_language="en")
    decoded = ours.decode([ours.look(sound_of(pcm), 30.0, prompt=ours.hint("", 0), cap=36)])[0]  # (2 + 70) / 2
    assert decoded.text == told.text.strip()
    assert decoded.tokens == len(told.tokens) == 36
    assert decoded.avg_logprob == pytest.approx(told.avg_logprob, abs=5e-3)  # features differ in the seventh digit
    assert decoded.no_speech_prob == pytest.approx(told.no_speech_prob, abs=1e-6)
    assert decoded.compression_ratio == pytest.approx(told.compression_ratio)


def test_telephone_sound_reaches_the_model_at_its_own_rate(toy):
    """Two seconds at 8 kHz are two seconds of features; samples handed on as they are would be one."""
    decoder = Decoder(WhisperModel(str(toy), local_files_only=True), spoken_language="en")
    look = decoder.look(sound_of(noise(2)), 5.0, prompt=(), cap=10)
    assert np.flatnonzero(look.features.any(axis=0))[-1] + 1 == pytest.approx(200, abs=1)


@pytest.mark.parametrize("seconds", [0.02, 0.5, 2.003, 12.0])
def test_features_are_the_library_s_own(toy, seconds):
    """Which also has one more frame, of its own padding, that its `transcribe` leaves out."""
    extractor = WhisperModel(str(toy), local_files_only=True).feature_extractor
    before = {name: np.copy(value) for name, value in vars(extractor).items()}
    sound = sound_of(noise(seconds, seed=3))
    ours = LogMel(extractor)(sound)
    assert ours == pytest.approx(extractor(sound)[:, :-1], abs=1e-4)
    assert all(np.array_equal(vars(extractor)[name], value) for name, value in before.items())


def test_silence_is_refused_before_anything_is_decoded(settings, windows):
    recogniser = opened(replace(settings, limits=Limits()), windows)
    for pcm in (noise(0), np.zeros(RATE, np.int16), np.full(RATE, 9000, np.int16)):
        heard = recogniser.transcribe(pcm, "main")
        assert (heard.text, heard.refused) == ("", "silence")
    assert windows == []


@pytest.mark.parametrize(
    "pcm", [noise(1).astype(np.float32), noise(31), noise(1).reshape(2, -1)], ids=["floats", "31 s", "two channels"]
)
def test_samples_of_another_kind_are_refused(settings, pcm):
    with pytest.raises(AudioError, match=r"at most 30 s of int16 mono samples at 8 kHz, got"):
        opened(settings).transcribe(pcm, "main")


def test_a_state_without_hints_is_heard_too(settings):
    assert whisper.open(settings, {}).transcribe(noise(1), "elsewhere").engine == "whisper"


def test_an_unexpected_text_is_trusted_less(settings, answers):
    to_say, _ = answers
    recogniser = opened(settings)
    to_say.append(replace(SURE, text="Purple monkeys sing"))
    far = recogniser.transcribe(noise(2), "main")
    assert far.text == "purple monkeys sing"
    assert far.confidence == pytest.approx(0.5 * np.exp(-0.2))


# --- the window -----------------------------------------------------------------------------------------------------


def test_unknown_weights_get_the_full_window(settings, windows):
    opened(replace(settings, window="gated"), windows).transcribe(noise(2), "main")
    assert windows == [(3000, 1)]


@pytest.mark.parametrize(("seconds", "frames"), [(0.4, 500), (2.5, 500), (4, 800), (7, 1000), (12, 1500), (14, 3000)])
def test_a_short_window_holds_the_sound_and_a_margin(settings, windows, seconds, frames):
    opened(settings, windows).transcribe(noise(seconds), "main")
    assert windows[0] == (frames, 1)


@pytest.mark.parametrize(
    ("change", "frames"),
    [
        ({}, 500),
        ({"safe_s": [8.0, 10.0]}, 800),  # 5 s lost words: the next one that did not
        ({"safe_s": []}, 3000),
        ({"sha256": "of other weights"}, 3000),
        ({"margin_s": 1.0}, 3000),
        ({"windows_s": [5.0, 30.0]}, 3000),
    ],
)
def test_only_a_gate_record_of_these_weights_and_windows_shortens_the_window(
    settings, tmp_path, windows, change, frames
):
    folder = whisper_shape("toy", tmp_path)
    record = {**gate_key(folder, Windows()), "safe_s": [5.0, 8.0], **change}
    (folder / GATE_FILE).write_text(json.dumps(record), encoding="utf-8")
    opened(replace(settings, folder=folder, window="gated"), windows).transcribe(noise(2), "main")
    assert windows[0] == (frames, 1)


def test_a_gate_record_may_lie_among_the_service_s_records(settings, toy, tmp_path, windows):
    record = tmp_path / f"{toy.name}-{GATE_FILE}"
    record.write_text(json.dumps({**gate_key(toy, Windows()), "safe_s": [5.0]}), encoding="utf-8")
    opened(replace(settings, window="gated", gate_folder=tmp_path), windows).transcribe(noise(2), "main")
    assert windows[0] == (500, 1)


def test_a_gate_record_that_cannot_be_read_shortens_nothing(settings, toy, tmp_path, windows):
    (tmp_path / f"{toy.name}-{GATE_FILE}").write_text("no JSON", encoding="utf-8")
    opened(replace(settings, window="gated", gate_folder=tmp_path), windows).transcribe(noise(2), "main")
    assert windows[0] == (3000, 1)


@pytest.mark.parametrize("seconds", [(), (5.0, 8.0), (8.0, 5.0, 30.0), (2.0, 30.0)])
def test_windows_that_cannot_be_are_refused(seconds):
    with pytest.raises(ValueError, match="expected, got"):
        Windows(seconds=seconds)


# --- the second look ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "guard"),
    [
        ({"text": "go on and go on and go on and"}, Guard.LOOP),
        ({"avg_logprob": -1.1}, Guard.UNSURE),
        ({"compression_ratio": 2.5}, Guard.COMPRESSES),
        ({"tokens": token_cap(2000)}, Guard.CAP),
    ],
)
def test_a_suspicious_text_is_looked_at_once_more_in_the_full_window_and_then_given_up(
    settings, answers, change, guard
):
    to_say, asked = answers
    recogniser = opened(replace(settings, limits=Limits()))
    asked.clear()
    to_say += [replace(SURE, **change)] * 3
    heard = recogniser.transcribe(noise(2), "main")
    assert asked == [500, 3000]
    assert (heard.text, heard.confidence, heard.refused) == ("", 0.0, guard)


def test_a_second_look_that_is_sure_counts(settings, answers):
    to_say, _ = answers
    recogniser = opened(replace(settings, limits=Limits()))
    to_say += [replace(SURE, text="go on and go on and go on and"), SURE]
    assert recogniser.transcribe(noise(2), "main").text == "where is my parcel"


def test_what_was_seen_in_the_full_window_is_not_looked_at_again(settings, answers):
    to_say, asked = answers
    recogniser = opened(replace(settings, window="full", limits=Limits()))
    asked.clear()
    to_say += [replace(SURE, avg_logprob=-2.0)]
    assert recogniser.transcribe(noise(2), "main").refused == Guard.UNSURE
    assert asked == [3000]


def test_a_machine_too_slow_for_a_second_look_says_sorry_at_once(settings, answers):
    to_say, asked = answers
    recogniser = opened(replace(settings, limits=Limits(), retry_seconds=1e-9))
    asked.clear()
    to_say += [replace(SURE, avg_logprob=-2.0)]
    assert recogniser.transcribe(noise(2), "main").refused == Guard.UNSURE
    assert asked == [500]


def test_noise_taken_for_speech_is_dropped_without_a_second_look(settings, answers):
    to_say, asked = answers
    recogniser = opened(replace(settings, limits=Limits()))
    asked.clear()
    to_say += [replace(SURE, no_speech_prob=0.9, avg_logprob=-1.2)]
    assert recogniser.transcribe(noise(2), "main").refused == Guard.NO_SPEECH
    assert asked == [500]


# --- several at once ------------------------------------------------------------------------------------------------


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


# --- hints ----------------------------------------------------------------------------------------------------------


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


# --- where it runs --------------------------------------------------------------------------------------------------


def gpu(**fakes) -> Machine:
    return Machine(
        **{"cuda_devices": lambda: 1, "compute_types": lambda device: {"int8", "float16", "float32"}, **fakes}
    )


def refuses(said):
    def load(*_, **__):
        raise RuntimeError(said)

    return load


@pytest.mark.parametrize(
    ("machine", "device", "compute_type", "expected"),
    [
        (Machine(cuda_devices=lambda: 0), "auto", "auto", ("cpu", "int8")),
        (Machine(cuda_devices=lambda: 0), "cpu", "float32", ("cpu", "float32")),
        (gpu(), "auto", "auto", ("cuda", "float16")),
        (gpu(), "cpu", "auto", ("cpu", "int8")),
        (gpu(compute_types=lambda device: {"float32", "int8"}), "auto", "auto", ("cuda", "float32")),  # before Volta
    ],
)
def test_device_and_type_by_settings_or_by_what_is_found(toy, machine, device, compute_type, expected):
    asked = {}

    def load(folder, **how):
        asked.update(how)
        return WhisperModel(folder, device="cpu", compute_type="int8", local_files_only=True)

    whisper.open(Settings(toy, device=device, compute_type=compute_type), {}, replace(machine, load=load))
    assert (asked["device"], asked["compute_type"]) == expected
    assert asked["local_files_only"]


def test_a_gpu_asked_for_and_not_there_is_an_unavailable_engine(toy):
    with pytest.raises(EngineUnavailable, match=r"a CUDA device expected.*saw 0"):
        whisper.open(Settings(toy, device="cuda"), {}, Machine(cuda_devices=lambda: 0))


def test_a_type_the_device_cannot_compute_is_said(toy):
    with pytest.raises(EngineUnavailable, match=r"one of float16, float32, int8 expected on this cuda.*got 'bfloat16'"):
        whisper.open(Settings(toy, compute_type="bfloat16"), {}, gpu())


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("CUDA failed with error out of memory", "the GPU's memory is full: a smaller model"),
        ("Library libcublas.so.12 is not found or cannot be loaded", "CUDA 12 with cuBLAS and cuDNN 9 is needed"),
        ("Unable to load any of {libcudnn_ops.so.9.1.0}", "CUDA 12 with cuBLAS and cuDNN 9 is needed"),
    ],
)
def test_a_gpu_that_fails_says_what_to_do(toy, said, advice):
    with pytest.raises(EngineUnavailable, match=f"cuda, float16.*{advice}"):
        whisper.open(Settings(toy), {}, gpu(load=refuses(said)))


class _Failing:
    """A model whose decoder fails with these words from now on."""

    def __init__(self, folder, said):
        self._true = WhisperModel(str(folder), local_files_only=True)
        self.hf_tokenizer, self.feature_extractor = self._true.hf_tokenizer, self._true.feature_extractor
        self.model, self.is_multilingual, self.said = self, False, said
        self.left = 1  # the decode of the warm-up

    def generate(self, *args, **how):
        if self.left == 0:
            raise RuntimeError(self.said)
        self.left -= 1
        return self._true.model.generate(*args, **how)


def test_libraries_that_are_missed_at_the_first_decode_make_the_engine_unavailable(toy):
    failing = _Failing(toy, "Unable to load libcudnn_cnn.so.9")
    failing.left = 0
    with pytest.raises(EngineUnavailable, match=r"cannot decode.*cuDNN 9 is needed"):
        whisper.open(Settings(toy), {}, gpu(load=lambda *_, **__: failing))


def test_a_gpu_that_runs_full_during_a_call_is_an_engine_that_is_gone(toy):
    failing = _Failing(toy, "CUDA failed with error out of memory")
    recogniser = whisper.open(Settings(toy), {}, gpu(load=lambda *_, **__: failing))
    with pytest.raises(EngineUnavailable, match="the GPU's memory is full"):
        recogniser.transcribe(noise(1), "main")


def test_a_processor_that_fails_on_one_utterance_is_a_failure_of_that_one(toy):
    failing = _Failing(toy, "an odd shape")
    machine = Machine(cuda_devices=lambda: 0, load=lambda *_, **__: failing)
    with pytest.raises(RecogniserFailed, match="failed on a window of 30000 ms: an odd shape"):
        whisper.open(Settings(toy), {}, machine).transcribe(noise(1), "main")


def test_a_missing_folder_says_what_is_missing_and_what_to_do(tmp_path):
    with pytest.raises(EngineUnavailable, match=r"model\.bin.*missing: model\.bin.*warmline models fetch"):
        whisper.open(Settings(folder=tmp_path / "nowhere"), STATES)


def test_a_folder_without_a_tokenizer_is_refused_rather_than_completed_from_the_network(tmp_path):
    folder = whisper_shape("toy", tmp_path)
    (folder / "tokenizer.json").unlink()
    with pytest.raises(EngineUnavailable, match=r"missing: tokenizer\.json"):
        whisper.open(Settings(folder=folder), STATES)


def test_damaged_weights_are_an_unavailable_engine(tmp_path):
    folder = whisper_shape("toy", tmp_path)
    (folder / "model.bin").write_bytes(b"not a model")
    with pytest.raises(EngineUnavailable, match="cannot load"):
        whisper.open(Settings(folder=folder), STATES)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("Where's my parcel?", "where's my parcel"),
        (" $1,250.50, please.", "1250.50 dollars please"),
        ("At 5:30 PM -- 20%!", "at 5:30 pm 20 percent"),
        ("Number 4-5-6...", "number 4 5 6"),
        ("♪ ...", ""),
    ],
)
def test_text_is_handed_on_plain(written, text):
    assert plain(written) == text
