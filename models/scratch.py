"""Folders of temporary files that bear their owner's process id, so that one left behind by a kill is known as such.

A process that is killed outright tidies nothing up; the next start of the service does it for it.
"""

import os
import re
import shutil
import tempfile
from pathlib import Path


def folder(kind: str) -> tempfile.TemporaryDirectory[str]:
    """A new folder of this process. `kind`: one small word."""
    return tempfile.TemporaryDirectory(prefix=f"{_begins(kind)}-{os.getpid()}-", ignore_cleanup_errors=True)


def sweep() -> int:
    """Removes the folders of this user whose process is gone; how many. Another container's process ids are not ours to
    judge, so a folder also names the namespace that its id is of."""
    name = re.compile(rf"{_begins('[a-z]+')}-(\d+)-\w+")
    gone = 0
    try:
        there = list(Path(tempfile.gettempdir()).iterdir())
    except OSError:
        return 0
    for one in there:
        if (found := name.fullmatch(one.name)) and _is_ours(one) and not _runs(int(found[1])):
            shutil.rmtree(one, ignore_errors=True)
            gone += not one.exists()
    return gone


def _begins(kind: str) -> str:
    try:
        namespace = Path("/proc/self/ns/pid").stat().st_ino
    except OSError:  # elsewhere than on Linux there is only one
        namespace = 0
    return f"warmline-{kind}-{namespace}"


def _is_ours(one: Path) -> bool:
    try:
        return one.is_dir() and not one.is_symlink() and one.stat().st_uid == os.getuid()
    except OSError:
        return False


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
