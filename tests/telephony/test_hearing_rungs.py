"""Which recognisers stand below the chosen one."""

from pathlib import Path

import pytest

from telephony.assembly.recognisers import rungs
from voice.stt.whisper import Settings


def names(folder: Path | None, *, cuda: int, device: str = "auto") -> list[str]:
    whisper = Settings(folder=folder, device=device) if folder else None  # type: ignore[arg-type]
    return [rung.name for rung in rungs(whisper, {}, cuda_devices=lambda: cuda)]


def test_on_a_gpu_there_are_three(tmp_path: Path) -> None:
    assert names(tmp_path, cuda=1) == ["whisper-cuda", "whisper", "pocketsphinx"]


@pytest.mark.parametrize(("cuda", "device"), [(0, "auto"), (1, "cpu")])
def test_on_the_cpu_there_are_two(tmp_path: Path, cuda: int, device: str) -> None:
    assert names(tmp_path, cuda=cuda, device=device) == ["whisper", "pocketsphinx"]


def test_without_weights_there_is_the_one_that_needs_none() -> None:
    assert names(None, cuda=1) == ["pocketsphinx"]
