"""What a process and all below it have used and hold, read from /proc: the same way for every arm of the bench."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
PAGE_KB = os.sysconf("SC_PAGE_SIZE") // 1024


@dataclass(frozen=True, slots=True)
class Used:
    cpu_s: float
    rss_kb: int
    threads: int
    fds: int
    processes: int


def used(pid: int) -> Used:
    """Of `pid` and its descendants. A process that ends meanwhile counts no more."""
    each = [one for one in map(_one, _below(pid)) if one is not None]
    return Used(
        sum(one.cpu_s for one in each),
        sum(one.rss_kb for one in each),
        sum(one.threads for one in each),
        sum(one.fds for one in each),
        len(each),
    )


def _below(pid: int) -> Iterator[int]:
    parents: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))) is not None:
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [pid]
    for one in found:  # grows while it is read
        found += parents.get(one, [])
    yield from found


def _one(pid: int) -> Used | None:
    fields = _stat(pid)
    if fields is None:
        return None
    try:
        fds = len(list((PROC / str(pid) / "fd").iterdir()))
    except OSError:
        return None
    # proc(5), counted from the state: 11 and 12 user and system time, 17 threads, 21 resident pages
    return Used((int(fields[11]) + int(fields[12])) / TICKS, int(fields[21]) * PAGE_KB, int(fields[17]), fds, 1)


def _stat(pid: int) -> list[str] | None:
    """The fields behind the name, which may hold spaces and brackets."""
    try:
        text = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()
