"""Where Whisper runs: device and type by settings or by what is found; what is missing or full is said with advice."""

from dataclasses import replace

import pytest
from faster_whisper import WhisperModel

from models.shapes.whisper import whisper_shape
from tests.voice.whisper.toy import STATES, noise
from voice.errors import EngineUnavailable, RecogniserFailed
from voice.stt import whisper
from voice.stt.whisper import Settings
from voice.stt.whisper_weights import Machine


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
