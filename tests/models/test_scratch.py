"""What a killed process leaves in the folder of temporary files is gone with the next start, and nothing else is."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from models import scratch
from tests.models.pool_process import pool_of

KEEPS = "from models import scratch; kept = scratch.folder('pool'); print(kept.name, flush=True); input()"


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def started(temporary: Path) -> tuple[subprocess.Popen[str], Path]:
    """Another process, and its folder."""
    other = subprocess.Popen(
        [sys.executable, "-c", KEEPS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"TMPDIR": str(temporary)},
    )  # fmt: skip
    assert other.stdout is not None
    return other, Path(other.stdout.readline().strip())


def test_a_killed_processs_folder_goes_and_a_living_ones_stays(temporary: Path) -> None:
    killed, left = started(temporary)
    living, kept = started(temporary)
    (left / "model").mkdir()
    (left / "model" / "words.arpa").write_text("x")
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    try:
        assert left.is_dir()
        assert scratch.sweep() == 1
        assert (left.exists(), kept.exists()) == (False, True)
    finally:
        living.communicate("\n")
    assert not kept.exists(), "who ends in peace leaves nothing"


def test_nothing_else_in_that_folder_is_touched(temporary: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    mine = Path(scratch.folder("pool").name).name  # removed again at once: nobody holds it
    namespace = mine.split("-")[2]
    others = [
        "warmline-pool-abc", f"warmline-pool-1{namespace}-{gone.pid}-abc", f"other-pool-{namespace}-{gone.pid}-abc",
        f"warmline-pool-{namespace}-{os.getpid()}-abc",
    ]  # fmt: skip
    for name in others:
        (temporary / name).mkdir()
    (temporary / "elsewhere").mkdir()
    (temporary / f"warmline-pool-{namespace}-{gone.pid}-link").symlink_to(temporary / "elsewhere")
    (temporary / f"warmline-pool-{namespace}-{gone.pid}-file").write_text("x")
    assert scratch.sweep() == 0
    assert (temporary / "elsewhere").is_dir()
    (temporary / f"warmline-pool-{namespace}-{gone.pid}-abc").mkdir()
    assert scratch.sweep() == 1


def within(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir()]


async def test_a_pool_that_is_closed_leaves_no_folder(temporary: Path) -> None:
    pool = pool_of()
    await pool.warm_up()
    (there,) = within(temporary)
    assert f"-{os.getpid()}-" in there
    await pool.close()
    await asyncio.sleep(0)
    assert within(temporary) == []
