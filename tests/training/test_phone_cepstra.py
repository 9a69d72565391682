"""The recipe of the small net in front of pocketsphinx, at toy size: recordings and voices in, a net that helps out."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from models.phone_cepstra import COEFFICIENTS, RATE, cepstra, load, log_bands
from models.training import phone_cepstra as recipe
from models.training.speech.callers import Voice, speak

SENTENCE = "where is my parcel and when will it be here"
TOY = recipe.Plan(sentences=2, copies=4, hidden=64, epochs=120)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def recordings(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    (folder / "emotion-emodb").mkdir()
    for name in ("slt", "awb"):
        soundfile.write(folder / "emotion-emodb" / f"{name}.flac", speak(SENTENCE, Voice("flite", name)), RATE)
    return folder


def level(frames: np.ndarray) -> np.ndarray:
    return frames - frames.mean(axis=0)


def test_the_net_brings_a_telephone_s_cepstra_nearer_to_those_of_the_wide_voice(
    recordings: Path, tmp_path: Path
) -> None:
    report = recipe.make(recordings, tmp_path / "net.npz", TOY)
    assert report.clips == 2 + TOY.sentences
    clip = next(recipe.recorded(recordings / "emotion-emodb"))
    wide, narrow = clip, recipe.telephone(clip.astype(np.float64))
    goal = level(cepstra(log_bands(wide)))
    through, without = load(tmp_path / "net.npz")(narrow), cepstra(log_bands(narrow))
    frames = min(len(goal), len(through))
    assert through.shape[1] == COEFFICIENTS

    def off(heard: np.ndarray) -> float:
        return float(((level(heard[:frames]) - goal[:frames]) ** 2).mean())

    assert off(through) < 0.75 * off(without)


def test_a_folder_without_recordings_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="flac files of EMO-DB expected"):
        recipe.make(tmp_path, tmp_path / "net.npz", TOY)
