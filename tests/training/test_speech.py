"""The recipe of our own recogniser at toy size: it learns four sentences by heart, and faster-whisper hears them."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import ctranslate2
import numpy as np
import pytest
import torch
from faster_whisper import WhisperModel
from faster_whisper.feature_extractor import FeatureExtractor

from models.training.speech import clips
from models.training.speech.callers import RATE, Clip, Voice, speak
from models.training.speech.export import export
from models.training.speech.line import Line, through
from models.training.speech.mel import LogMel
from models.training.speech.network import TOY, Network
from models.training.speech.phones import PHONES
from models.training.speech.score import Listener, score
from models.training.speech.tokens import PLAIN, START, Encoded, learn
from models.training.speech.train import Plan, Report, Teacher

TEXTS = ("yes", "my card is lost", "no", "what is my balance")


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Two fight over so small a network: it takes three times as long."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def spoken() -> list[Clip]:
    said = [(text, speak(text, Voice("flite", "slt"))) for text in TEXTS]
    return [Clip(text, "slt", (samples * 32767).astype(np.int16)) for text, samples in said]


def untrained(tokenizer, phones: int = len(PHONES)) -> Network:
    torch.manual_seed(7)
    return Network(TOY, tokens=Encoded(tokenizer).size, phones=phones).eval()


def test_four_sentences_are_learned_and_heard_again_by_faster_whisper(spoken: list[Clip], tmp_path: Path) -> None:
    tokenizer = learn(TEXTS, words=300)
    network = untrained(tokenizer)
    reports: list[Report] = []
    plan = Plan(steps=400, batch=4, rate=3e-3, warm_up=20, short_first=0.0)
    Teacher(network, Encoded(tokenizer), plan, line=None, device="cpu").teach(spoken, reports.append)
    export(network.eval(), tokenizer, tmp_path)
    found = score(Listener(tmp_path), spoken)
    assert reports[-1].words < reports[0].words / 10
    assert (found.exact, found.errors) == (4, 0)
    assert not any((tmp_path / name).stat().st_size > 1_000_000 for name in ("model.bin", "tokenizer.json"))


def test_the_export_says_what_the_network_says(tmp_path: Path) -> None:
    tokenizer = learn(TEXTS, words=300)
    network = untrained(tokenizer)
    export(network, tokenizer, tmp_path, quantization="float32")
    loaded = WhisperModel(str(tmp_path), device="cpu", compute_type="float32", local_files_only=True)
    mel = np.random.default_rng(1).standard_normal((1, 80, 500)).astype(np.float32)
    theirs = loaded.model.encode(ctranslate2.StorageView.from_array(mel))
    ours = network.encoder(torch.from_numpy(mel))
    np.testing.assert_allclose(np.array(theirs), ours.detach().numpy(), atol=1e-4)
    prompt = [loaded.hf_tokenizer.token_to_id(token) for token in (START, PLAIN)]
    first = loaded.model.generate(theirs, [prompt], beam_size=1, max_length=10)[0].sequences_ids[0][0]
    logits = network.decoder(torch.tensor([prompt]), ours)[0, -1]
    logits[Encoded(tokenizer).end] = -torch.inf  # never the first, as in Whisper
    assert first == int(logits.argmax())


def test_stock_faster_whisper_takes_the_export_as_it_is(tmp_path: Path, spoken: list[Clip]) -> None:
    tokenizer = learn(TEXTS, words=300)
    export(untrained(tokenizer), tokenizer, tmp_path)
    segments, info = WhisperModel(str(tmp_path), local_files_only=True).transcribe(
        spoken[1].samples.astype(np.float32) / 32768, temperature=0.0, max_new_tokens=4
    )
    assert info.language == "en" and len(list(segments)) >= 1


def test_the_frames_are_those_of_faster_whisper() -> None:
    sound = np.random.default_rng(2).standard_normal(5 * RATE).astype(np.float32) * 0.1
    ours = LogMel()(torch.from_numpy(sound[None]))[0].numpy()
    np.testing.assert_allclose(ours, FeatureExtractor()(sound), atol=1e-3)


def test_the_line_takes_what_a_telephone_takes_and_is_repeatable() -> None:
    waves = torch.randn((4, 2 * RATE), generator=torch.Generator().manual_seed(1)) * 0.1
    always = Line(pace=(1, 1), noisy=0, narrow=1, companded=1, low_hz=(300, 300), high_hz=(3400, 3400))
    once, again = (through(waves, always, torch.Generator().manual_seed(3)) for _ in range(2))
    power = torch.fft.rfft(once).abs().pow(2).mean(0)
    hertz = torch.linspace(0, RATE / 2, len(power))
    assert torch.equal(once, again)
    assert power[hertz < 150].mean() < 0.02 * power[(hertz > 500) & (hertz < 3000)].mean()
    assert power[hertz > 4200].mean() < 0.02 * power[(hertz > 500) & (hertz < 3000)].mean()


def test_clips_come_back_from_disk_as_they_went(tmp_path: Path, spoken: list[Clip]) -> None:
    assert clips.write(iter(spoken), tmp_path) == 4
    back = clips.read(tmp_path)
    assert [clip.text for clip in back] == list(TEXTS)
    assert all(np.array_equal(one.samples, other.samples) for one, other in zip(back, spoken, strict=True))


def test_people_of_every_fifth_speaker_are_kept_for_the_score(tmp_path: Path) -> None:
    import soundfile

    soundfile.write(tmp_path / "a.wav", np.zeros(RATE, np.float32), RATE)
    lines = [f"a.wav\tcall {speaker}\tspeaker{speaker}" for speaker in range(10)]
    (tmp_path / "list.tsv").write_text("\n".join(lines), encoding="utf-8")
    people = clips.recordings(tmp_path / "list.tsv")
    assert {clip.voice for clip in people.held_out} == {"speaker0", "speaker5"}
    assert not {clip.voice for clip in people.held_out} & {clip.voice for clip in people.taught}
    (tmp_path / "list.tsv").write_text("a.wav only", encoding="utf-8")
    with pytest.raises(ValueError, match=r"file, text and speaker expected.*a\.wav only"):
        clips.recordings(tmp_path / "list.tsv")


def test_speak_train_and_score_are_three_commands(tmp_path: Path) -> None:
    def run(*words: str) -> str:
        command = [sys.executable, "-m", "models.training.speech", *words]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=240).stdout

    clips_folder, held_out, model = (str(tmp_path / name) for name in ("clips", "held-out", "model"))
    assert "12 sentences by" in run("speak", "--count", "12", "--to", clips_folder)
    run("speak", "--count", "3", "--held-out", "--seed", "8", "--to", held_out)
    assert "step=4" in run("train", "--toy", "--steps", "4", "--batch", "2", "--clips", clips_folder, "--to", model)
    recipe = json.loads((tmp_path / "model" / "recipe.json").read_text(encoding="utf-8"))
    assert (recipe["clips"], recipe["device"], recipe["people"]) == (12, "cpu", 0)
    assert "clips=3" in run("score", "--model", model, "--clips", held_out)
    assert not {c.voice for c in clips.read(tmp_path / "clips")} & {c.voice for c in clips.read(tmp_path / "held-out")}
