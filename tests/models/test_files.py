"""Weights come from a hub that, like real ones, breaks off, ignores ranges, changes files and runs out of luck."""

import hashlib
import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from models.errors import FetchFailed, WeightsError, WeightsMissing, WrongContent
from models.fetch import Progress, check_address, fetch
from models.files import FileState, Manifest, Model, ModelFile, model_status, partial_of, read_manifest, require, status

WEIGHTS = bytes(range(256)) * 4000  # about 1 MB


@dataclass
class Hub:
    """A loopback model hub. `break_after`: bytes until each connection breaks, one entry a request, then none."""

    content: bytes = WEIGHTS
    etag: str = '"v1"'
    ranges: bool = True
    break_after: list[int] = field(default_factory=list)
    failures: list[int] = field(default_factory=list)  # HTTP statuses of the next requests
    asked: list[str | None] = field(default_factory=list)  # the Range of every request
    address: str = ""


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setenv("no_proxy", "*")
    hub = Hub()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            hub.asked.append(asked)
            if hub.failures:
                return self.send_error(hub.failures.pop(0))
            same = self.headers.get("If-Range", hub.etag) == hub.etag
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and hub.ranges and same else 0
            if start > len(hub.content):
                return self.send_error(416)
            body = hub.content[start:]
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(hub.content) - 1}/{len(hub.content)}")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", hub.etag)
            self.end_headers()
            self.wfile.write(body[: hub.break_after.pop(0)] if hub.break_after else body)
            return None

        def log_message(self, *_arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True).start()
    hub.address = f"http://127.0.0.1:{server.server_port}/{{repository}}/{{revision}}/{{path}}"
    yield hub
    server.shutdown()
    server.server_close()


def manifest_of(hub: Hub, *, sha256: str | None = None, size: int | None = len(WEIGHTS)) -> Manifest:
    content = hashlib.sha256(WEIGHTS).hexdigest() if sha256 is None else sha256
    file = ModelFile("deep/inside/model.bin", size, content)
    return Manifest(hub.address, {"toy": Model("toy", "a toy", "CC0", "someone/toy", "r1", "toy", (file,))})


def state(folder: Path, manifest: Manifest) -> FileState:
    return model_status(folder, manifest.model("toy")).files["model.bin"]


def test_a_fetched_model_is_whole_and_verified(hub, tmp_path):
    manifest = manifest_of(hub)
    assert state(tmp_path, manifest) is FileState.MISSING
    assert fetch("toy", tmp_path, manifest) == tmp_path / "toy"
    assert (tmp_path / "toy" / "model.bin").read_bytes() == WEIGHTS
    assert state(tmp_path, manifest) is FileState.VERIFIED
    assert sorted(path.name for path in (tmp_path / "toy").iterdir()) == ["model.bin"]


def test_what_is_there_already_is_not_fetched_again(hub, tmp_path):
    fetch("toy", tmp_path, manifest_of(hub))
    fetch("toy", tmp_path, manifest_of(hub))
    assert len(hub.asked) == 1


def test_progress_is_told_up_to_the_last_byte(hub, tmp_path):
    told: list[Progress] = []
    fetch("toy", tmp_path, manifest_of(hub), told.append)
    assert told[0].done_bytes == 0
    assert told[-1] == Progress("model.bin", len(WEIGHTS), len(WEIGHTS))


def test_a_broken_connection_is_taken_up_where_it_broke(hub, tmp_path):
    hub.break_after = [100_000, 200_000]
    fetch("toy", tmp_path, manifest_of(hub))
    assert hub.asked == [None, "bytes=100000-", "bytes=300000-"]
    assert state(tmp_path, manifest_of(hub)) is FileState.VERIFIED


def test_an_interrupted_fetch_goes_on_in_the_next_run(hub, tmp_path):
    hub.failures = [404]
    (tmp_path / "toy").mkdir()
    partial_of(tmp_path / "toy" / "model.bin").write_bytes(WEIGHTS[:5000])
    manifest = manifest_of(hub)
    assert state(tmp_path, manifest) is FileState.PARTIAL
    with pytest.raises(FetchFailed, match="after 5000 bytes"):
        fetch("toy", tmp_path, manifest)
    fetch("toy", tmp_path, manifest)
    assert hub.asked[-1] == "bytes=5000-"
    assert state(tmp_path, manifest) is FileState.VERIFIED


def test_a_server_without_ranges_sends_it_all_again(hub, tmp_path):
    hub.ranges = False
    hub.break_after = [100_000]
    fetch("toy", tmp_path, manifest_of(hub))
    assert state(tmp_path, manifest_of(hub)) is FileState.VERIFIED


def test_a_file_that_changed_at_its_source_is_never_put_together_from_two_versions(hub, tmp_path):
    manifest = manifest_of(hub, sha256="", size=None)
    hub.content = b"x" * len(WEIGHTS)
    hub.break_after = [100_000, 0, 0, 0, 0, 0]
    with pytest.raises(FetchFailed):
        fetch("toy", tmp_path, manifest)
    hub.content, hub.etag, hub.break_after = WEIGHTS, '"v2"', []
    fetch("toy", tmp_path, manifest)
    assert hub.asked[-1] == "bytes=100000-"
    assert (tmp_path / "toy" / "model.bin").read_bytes() == WEIGHTS


def test_a_partial_file_longer_than_the_source_is_begun_anew(hub, tmp_path):
    (tmp_path / "toy").mkdir()
    partial_of(tmp_path / "toy" / "model.bin").write_bytes(b"x" * (len(WEIGHTS) + 10))
    fetch("toy", tmp_path, manifest_of(hub, size=None))
    assert (tmp_path / "toy" / "model.bin").read_bytes() == WEIGHTS


def test_wrong_content_is_deleted_and_said(hub, tmp_path):
    hub.content = b"y" * len(WEIGHTS)
    with pytest.raises(WrongContent, match=r"model\.bin of sha256 .* expected, .* came; it was deleted"):
        fetch("toy", tmp_path, manifest_of(hub))
    assert list((tmp_path / "toy").iterdir()) == []


def test_a_file_of_another_size_is_refused_before_it_is_fetched(hub, tmp_path):
    hub.content = WEIGHTS + b"more"
    with pytest.raises(WrongContent, match=f"{len(WEIGHTS)} bytes expected, one of {len(WEIGHTS) + 4} is offered"):
        fetch("toy", tmp_path, manifest_of(hub))


def test_a_server_in_trouble_is_tried_again_and_then_given_up(hub, tmp_path):
    hub.failures = [503, 503]
    fetch("toy", tmp_path, manifest_of(hub))
    assert len(hub.asked) == 3
    (tmp_path / "toy" / "model.bin").unlink()
    hub.failures, hub.asked = [503] * 20, []
    with pytest.raises(FetchFailed, match="503"):
        fetch("toy", tmp_path, manifest_of(hub))
    assert len(hub.asked) == 5


def test_a_missing_file_at_the_source_is_not_asked_for_twice(hub, tmp_path):
    hub.failures = [404]
    with pytest.raises(FetchFailed, match="404"):
        fetch("toy", tmp_path, manifest_of(hub))
    assert len(hub.asked) == 1


def test_too_little_room_is_known_before_the_download(hub, tmp_path):
    with pytest.raises(FetchFailed, match=r"MB of free disk expected, 1 MB are there"):
        fetch("toy", tmp_path, manifest_of(hub), free_bytes=lambda _path: 2**20)
    assert not (tmp_path / "toy" / "model.bin").exists()


def test_a_disk_that_fills_up_meanwhile_ends_the_fetch_with_its_reason(hub, tmp_path):
    (tmp_path / "toy").mkdir()
    partial_of(tmp_path / "toy" / "model.bin").symlink_to("/dev/full")
    with pytest.raises(FetchFailed, match=r"cannot write: .*No space left"):
        fetch("toy", tmp_path, manifest_of(hub))


def test_a_hash_nobody_knew_is_recorded_with_a_notice_and_checked_from_then_on(hub, tmp_path, caplog):
    manifest = manifest_of(hub, sha256="")
    fetch("toy", tmp_path, manifest)
    assert "trusting what came now" in caplog.text
    assert state(tmp_path, manifest) is FileState.VERIFIED
    (tmp_path / "toy" / "model.bin").unlink()
    hub.content = b"z" * len(WEIGHTS)
    with pytest.raises(WrongContent):
        fetch("toy", tmp_path, manifest)


def test_a_file_changed_on_disk_is_seen(hub, tmp_path):
    manifest = manifest_of(hub)
    fetch("toy", tmp_path, manifest)
    (tmp_path / "toy" / "model.bin").write_bytes(WEIGHTS[:-1] + b"!")
    assert state(tmp_path, manifest) is FileState.WRONG


def test_a_needed_model_names_what_is_missing_and_how_to_get_it(hub, tmp_path):
    model = manifest_of(hub).model("toy")
    with pytest.raises(WeightsMissing, match=r"model\.bin expected in .*`warmline models fetch toy` brings it"):
        require(tmp_path, model)
    fetch("toy", tmp_path, manifest_of(hub))
    assert require(tmp_path, model) == tmp_path / "toy"


def test_an_unknown_name_lists_the_known_ones(hub, tmp_path):
    with pytest.raises(WeightsError, match=r"\['toy'\] expected, 'tony' came"):
        fetch("tony", tmp_path, manifest_of(hub))


@pytest.mark.parametrize("url", ["http://example.org/model.bin", "file:///etc/passwd", "ftp://127.0.0.1/model.bin"])
def test_weights_are_fetched_encrypted_only(url):
    with pytest.raises(FetchFailed, match="an https address expected"):
        check_address(url)


def test_the_shipped_manifest_names_every_file_with_size_hash_and_an_encrypted_address(tmp_path):
    manifest = read_manifest()
    for entry in status(tmp_path, manifest):
        assert not entry.usable
        assert entry.model.licence
        for file in entry.model.files:
            check_address(manifest.address(entry.model, file))
            assert len(file.sha256) == 64
            assert file.bytes
    assert {"whisper-base.en", "piper-ljspeech", "minilm"} <= set(manifest.models)


def test_a_broken_manifest_is_named(tmp_path):
    (tmp_path / "manifest.toml").write_text("hub = 'https://x'\n[[model]]\nname = 'half'\n")
    with pytest.raises(WeightsError, match="a manifest of models expected"):
        read_manifest(tmp_path / "manifest.toml")
