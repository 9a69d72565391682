"""Brings weights from the model hub: resumed where the last try broke off, checked, and in place only when whole.

The one module of Warmline that downloads, and only `warmline models fetch` calls it.
"""

import errno
import json
import logging
import os
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from models.errors import FetchFailed, WrongContent
from models.files import (
    RECORDED,
    FileState,
    Manifest,
    Model,
    ModelFile,
    model_status,
    partial_of,
    read_recorded,
    sha256_of,
)

log = logging.getLogger(__name__)

BLOCK = 256 * 1024
SPARE_BYTES = 64 * 1024 * 1024  # left free on the disk: recordings and the database live there too
TRIES = 5  # in a row without a byte of progress


@dataclass(frozen=True, slots=True)
class Progress:
    file: str
    done_bytes: int
    total_bytes: int | None


Report = Callable[[Progress], None]


def fetch(
    name: str,
    folder: Path,
    manifest: Manifest,
    progress: Report = lambda _progress: None,
    *,
    timeout_s: float = 30.0,
    free_bytes: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free,
) -> Path:
    """Makes the model's folder complete and returns it; files already there and verified are not fetched again.

    Raises FetchFailed (try again: what came is kept) or WrongContent (what came was deleted).
    """
    model = manifest.model(name)
    target = folder / model.folder
    target.mkdir(parents=True, exist_ok=True)
    states = model_status(folder, model).files
    for file in model.files:
        if states[file.name] is FileState.VERIFIED or (states[file.name] is FileState.PRESENT and not file.sha256):
            continue
        download = _Download(manifest.address(model, file), target / file.name, file, progress, timeout_s, free_bytes)
        _accept(model, file, download.run(), target / file.name)
    return target


def _accept(model: Model, file: ModelFile, part: Path, target: Path) -> None:
    """Compares the content with the manifest; where that has no hash, with the recorded one, or records it."""
    content = sha256_of(part)
    recorded = read_recorded(target.parent)
    expected = file.sha256 or recorded.get(file.name, "")
    if expected and content != expected:
        _forget(part)
        raise WrongContent(f"{model.name}: {file.name} of sha256 {expected} expected, {content} came; it was deleted")
    if not expected:
        log.warning(
            "%s: no hash of %s was known; trusting what came now and recording sha256 %s",
            model.name,
            file.name,
            content,
        )
        _write_json(target.parent / RECORDED, {**recorded, file.name: content})
    part.replace(target)
    _forget(part)


class _Download:
    """One file into its .part, over as many connections as it takes. The server's ETag is kept beside it, so that a
    file that changed at its source is begun anew and never put together from two versions."""

    def __init__(
        self,
        url: str,
        target: Path,
        file: ModelFile,
        report: Report,
        timeout_s: float,
        free_bytes: Callable[[Path], int],
    ) -> None:
        self._url = url
        self._part = partial_of(target)
        self._etag_file = _etag_file(self._part)
        self._file = file
        self._report = report
        self._timeout_s = timeout_s
        self._free_bytes = free_bytes
        check_address(url)

    def run(self) -> Path:
        failures = 0
        while True:
            had = self._have()
            try:
                self._continue()
                return self._part
            except (OSError, HTTPException) as failure:  # urllib's errors are OSErrors, as are a disk's
                if isinstance(failure, urllib.error.HTTPError) and self._begin_anew(failure):
                    continue
                if isinstance(failure, OSError) and failure.errno in (errno.ENOSPC, errno.EDQUOT, errno.EACCES):
                    raise FetchFailed(f"{self._part}: cannot write: {failure}; what came so far is kept") from failure
                failures = 1 if self._have() > had else failures + 1
                if failures >= TRIES or not _may_pass(failure):
                    raise FetchFailed(
                        f"{self._url}: the whole file expected, {failure} came after {self._have()} bytes; "
                        "fetching again goes on from there"
                    ) from failure

    def _have(self) -> int:
        return self._part.stat().st_size if self._part.is_file() else 0

    def _continue(self) -> None:
        have = self._have()
        if self._file.bytes is not None and have == self._file.bytes:
            return
        request = urllib.request.Request(self._url)
        if have:
            request.add_header("Range", f"bytes={have}-")
            if self._etag_file.is_file():
                request.add_header("If-Range", self._etag_file.read_text(encoding="utf-8"))
        with cast(HTTPResponse, urllib.request.urlopen(request, timeout=self._timeout_s)) as response:
            have = self._starts_at(response, have)
            total = self._total(response, have)
            if etag := response.headers.get("ETag"):
                self._etag_file.write_text(etag, encoding="utf-8")
            with self._part.open("ab" if have else "wb") as part:
                self._copy(response, part.write, have, total)

    def _copy(self, response: HTTPResponse, write: Callable[[bytes], int], have: int, total: int | None) -> None:
        self._report(Progress(self._file.name, have, total))
        while block := response.read1(BLOCK):
            write(block)
            have += len(block)
            if self._file.bytes is not None and have > self._file.bytes:
                _forget(self._part)
                raise WrongContent(f"{self._url}: {self._file.bytes} bytes expected, more came; they were deleted")
            self._report(Progress(self._file.name, have, total))
        if total is not None and have < total:
            raise ConnectionError(f"the connection closed at {have} of {total} bytes")

    def _starts_at(self, response: HTTPResponse, have: int) -> int:
        """The server may send the rest (206) or, knowing no ranges or a newer version, all of it (200)."""
        if response.status != 206:
            return 0
        sent_from = response.headers.get("Content-Range", "").removeprefix("bytes ").partition("-")[0]
        if sent_from != str(have):
            raise FetchFailed(f"{self._url}: bytes from {have} expected, those from {sent_from or 'nowhere'} came")
        return have

    def _total(self, response: HTTPResponse, have: int) -> int | None:
        length = response.headers.get("Content-Length")
        total = have + int(length) if length is not None and length.isdecimal() else self._file.bytes
        if total is None:
            return None
        if self._file.bytes is not None and total != self._file.bytes:
            raise WrongContent(f"{self._url}: a file of {self._file.bytes} bytes expected, one of {total} is offered")
        if (free := self._free_bytes(self._part.parent)) < total - have + SPARE_BYTES:
            raise FetchFailed(
                f"{self._part.parent}: {(total - have + SPARE_BYTES) // 2**20} MB of free disk expected, "
                f"{free // 2**20} MB are there; nothing was lost, fetch again when there is room"
            )
        return total

    def _begin_anew(self, failure: urllib.error.HTTPError) -> bool:
        """416: our part is longer than the file now is. Without a part that would only repeat itself."""
        if failure.code == 416 and self._have():
            _forget(self._part)
            return True
        return False


def check_address(url: str) -> None:
    """Weights come encrypted; only a server on this machine may do without (tests, a tunnel to a mirror)."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")):
        raise FetchFailed(f"an https address expected, {url} came")


def _may_pass(failure: Exception) -> bool:
    """Whether trying again may help: a broken connection or a server in trouble, but not a file that is not there."""
    return not isinstance(failure, urllib.error.HTTPError) or failure.code >= 500 or failure.code in (408, 429)


def _etag_file(part: Path) -> Path:
    return part.with_name(part.name + ".etag")


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _etag_file(part).unlink(missing_ok=True)


def _write_json(path: Path, table: Mapping[str, str]) -> None:
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.write_text(json.dumps(table, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    unfinished.replace(path)
