"""Which weights there are (manifest.toml), and which of them lie in the operator's folder, whole and unchanged.

Reading only; `models/fetch.py` brings what is missing. A file lies at <folder>/<model's folder>/<its name>; hashes the
manifest does not know are kept beside the files, in `recorded.json`, from the first fetch on.
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

from models.errors import WeightsError, WeightsMissing, WrongContent

MANIFEST = Path(__file__).with_name("manifest.toml")
RECORDED = "recorded.json"


@dataclass(frozen=True, slots=True)
class ModelFile:
    path: str  # in the repository
    bytes: int | None  # None: not known before the first fetch
    sha256: str  # "": recorded at the first fetch

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name


@dataclass(frozen=True, slots=True)
class Model:
    name: str
    what: str
    licence: str
    repository: str
    revision: str
    folder: str
    files: tuple[ModelFile, ...]
    package: str = ""  # a package on the operator's index that holds the same files, as pip is asked for it


@dataclass(frozen=True, slots=True)
class Manifest:
    hub: str  # template of a file's address
    models: Mapping[str, Model]

    def model(self, name: str) -> Model:
        if name not in self.models:
            raise WeightsError(f"a model out of {sorted(self.models)} expected, {name!r} came")
        return self.models[name]

    def address(self, model: Model, file: ModelFile) -> str:
        return self.hub.format(repository=model.repository, revision=model.revision, path=file.path)


class FileState(StrEnum):
    VERIFIED = "verified"  # there, with the expected content
    PRESENT = "present"  # there, of the expected size; content not compared
    PARTIAL = "partial"  # a fetch was interrupted
    MISSING = "missing"
    WRONG = "wrong"  # there, but not what the manifest or the record says


@dataclass(frozen=True, slots=True)
class ModelStatus:
    model: Model
    files: Mapping[str, FileState]  # file name → state

    @property
    def usable(self) -> bool:
        return all(state in (FileState.VERIFIED, FileState.PRESENT) for state in self.files.values())


def read_manifest(path: Path = MANIFEST) -> Manifest:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        models = [_model(entry) for entry in table["model"]]
        return Manifest(table["hub"], {model.name: model for model in models})
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as failure:
        raise WeightsError(
            f"{path}: a manifest of models expected, {type(failure).__name__} {failure} came"
        ) from failure


def status(folder: Path, manifest: Manifest, *, verify: bool = True) -> Sequence[ModelStatus]:
    """State of every model of the manifest; `verify` reads the files whole (about a second for 500 MB)."""
    return [model_status(folder, model, verify=verify) for model in manifest.models.values()]


def model_status(folder: Path, model: Model, *, verify: bool = True) -> ModelStatus:
    recorded = read_recorded(folder / model.folder)
    return ModelStatus(
        model, {file.name: _state(folder / model.folder, file, recorded, verify=verify) for file in model.files}
    )


def require(folder: Path, model: Model) -> Path:
    """The model's folder, ready to be opened. Raises WeightsMissing or WrongContent, which name what to do."""
    states = model_status(folder, model, verify=False).files
    absent = [name for name, state in states.items() if state in (FileState.MISSING, FileState.PARTIAL)]
    remedy = f"`warmline models fetch {model.name}` brings it"
    if absent:
        raise WeightsMissing(f"{model.name}: {', '.join(absent)} expected in {folder / model.folder}; {remedy}")
    if wrong := [name for name, state in states.items() if state is FileState.WRONG]:
        raise WrongContent(f"{model.name}: {', '.join(wrong)} has another size than the manifest says; {remedy} anew")
    return folder / model.folder


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_recorded(model_folder: Path) -> Mapping[str, str]:
    try:
        table = json.loads((model_folder / RECORDED).read_text(encoding="utf-8"))
        return {str(name): str(sha256) for name, sha256 in table.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, AttributeError) as failure:
        raise WrongContent(
            f"{model_folder / RECORDED}: file names with their sha256 expected, {failure} came"
        ) from failure


def partial_of(target: Path) -> Path:
    return target.with_name(target.name + ".part")


def _state(model_folder: Path, file: ModelFile, recorded: Mapping[str, str], *, verify: bool) -> FileState:
    target = model_folder / file.name
    if not target.is_file():
        return FileState.PARTIAL if partial_of(target).is_file() else FileState.MISSING
    if file.bytes is not None and target.stat().st_size != file.bytes:
        return FileState.WRONG
    expected = file.sha256 or recorded.get(file.name, "")
    if not verify or not expected:
        return FileState.PRESENT
    return FileState.VERIFIED if sha256_of(target) == expected else FileState.WRONG


def _model(entry: Mapping[str, object]) -> Model:
    files = entry["files"]
    if not isinstance(files, list):
        raise TypeError(f"files: a list expected, {files!r} came")
    return Model(
        **{name: str(entry[name]) for name in ("name", "what", "licence", "repository", "revision", "folder")},
        files=tuple(ModelFile(str(file["path"]), file.get("bytes"), str(file["sha256"])) for file in files),
        package=str(entry.get("package", "")),
    )
