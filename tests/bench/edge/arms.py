"""Starts one arm of the bench (the service or a peer, in a process of its own) and plays callers against it."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.context import ROOT
from tests.bench.edge.account import TOKEN, TOKEN_VARIABLE
from tests.bench.edge.answers import Turn
from tests.bench.edge.client import Plan
from tests.bench.edge.processes import Used, used

STARTS_SECONDS = 180.0
ENDS_SECONDS = 60.0
MODULES = {"service": "tests.bench.edge.service", "peer": "tests.bench.peers.pipecat_bot"}


@dataclass(frozen=True, slots=True)
class Played:
    """What the client saw. `core_share`: of one core, that the arm's processes took meanwhile, the client's not."""

    calls: tuple[tuple[Turn, ...], ...]
    gaps_ms: tuple[float, ...]
    holes_ms: tuple[float, ...]
    late_ms: tuple[float, ...]
    violations: int
    client_share: float
    core_share: float
    told: Mapping[str, Any] = field(default_factory=dict)  # the arm's own words, at the end

    @property
    def turns(self) -> list[Turn]:
        return [turn for call in self.calls for turn in call]

    def answers_ms(self, *shapes: str) -> list[float]:
        """Of the turns that were not cut off, `shapes` only where given."""
        return [
            turn.answer_ms
            for turn in self.turns
            if turn.answer_ms is not None and turn.cut_off_ms is None and (not shapes or turn.shape in shapes)
        ]

    def cut_off(self, *shapes: str) -> list[float]:
        """1 for each turn that was answered before the caller had finished, else 0."""
        return [float(turn.cut_off_ms is not None) for turn in self.turns if not shapes or turn.shape in shapes]

    @property
    def unanswered(self) -> int:
        return sum(turn.answer_ms is None and turn.cut_off_ms is None for turn in self.turns)


class Arm:
    """A process that serves on `port`."""

    def __init__(self, process: subprocess.Popen[str], port: int, rest_port: int, clips: str, peer: bool) -> None:
        self.port = port
        self._process = process
        self._rest_port = rest_port
        self._clips = clips
        self._peer = peer

    def play(self, *, look: Callable[[int], None] | None = None, every: float = 5.0, **plan: Any) -> Played:
        """Keys of `Plan`, but for ports and clips. `look` is called now and then, with the calls ended by then."""
        whole = Plan(port=self.port, rest_port=self._rest_port, clips=self._clips, peer=self._peer, **plan)
        before = self.used()
        told = client(whole, look=look, every=every)
        spent = self.used().cpu_s - before.cpu_s
        return Played(
            tuple(tuple(Turn(**turn) for turn in call) for call in told["calls"]),
            tuple(told["gaps_ms"]),
            tuple(told["holes_ms"]),
            tuple(told["late_ms"]),
            told["violations"],
            told["cpu_share"],
            spent / told["seconds"],
            self.asked(),
        )

    def used(self) -> Used:
        return used(self._process.pid)

    def asked(self) -> dict[str, Any]:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write("?\n")
        self._process.stdin.flush()
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        return told


@contextmanager
def arm(kind: str, order: Mapping[str, Any]) -> Iterator[Arm]:
    """`kind`: service | peer. `order`: what its module takes, but for ports."""
    port, rest_port = _free_port(), _free_port()
    whole = {**order, "port": port} | ({"rest_port": rest_port} if kind == "service" else {})
    with _file(whole) as path:
        command = [sys.executable, "-m", MODULES[kind], path]
        environment = {**os.environ, TOKEN_VARIABLE: TOKEN, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
        if kind == "peer":
            del environment["OMP_NUM_THREADS"]  # its own defaults
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT, env=environment) as process:
            try:
                _await_ready(process, kind)
                _await_port(port)
                yield Arm(process, port, rest_port, order["clips"], peer=kind == "peer")
            finally:
                process.kill()  # callers have hung up; nothing it would still write is wanted


def client(plan: Plan, *, look: Callable[[int], None] | None = None, every: float = 5.0) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        order, told, ended = (Path(folder) / name for name in ("order.json", "told.json", "ended"))
        order.write_text(json.dumps(asdict(plan)), encoding="utf-8")
        ended.write_bytes(b"")
        command = [sys.executable, "-m", "tests.bench.edge.client", str(order), str(told), str(ended)]
        late_at = time.monotonic() + plan.seconds + STARTS_SECONDS
        with subprocess.Popen(command, cwd=ROOT) as process:
            while process.poll() is None:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=every)
                if look is not None:
                    look(ended.stat().st_size)
                if time.monotonic() > late_at:
                    process.kill()
        if process.returncode:
            raise RuntimeError(f"the bench's callers: an orderly end expected, they ended with {process.returncode}")
        said: dict[str, Any] = json.loads(told.read_text(encoding="utf-8"))
        return said


def alone(seconds: float) -> list[float]:
    """How late one tick on an empty loop is, ms: the machine's own share."""
    late: list[float] = client(Plan(0, 0, "", lines=0, calls=0, cycles=0, seconds=seconds, seed=0))["late_ms"]
    return late


def _await_ready(process: subprocess.Popen[str], kind: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if line == "ready\n":
            return
    raise RuntimeError(f"the bench's {kind}: a word that it is ready expected, it ended with {process.wait()}")


def _await_port(port: int) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            probe.settimeout(0.1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"the bench: somebody listening on port {port} expected, nobody does")


@contextmanager
def _file(content: Mapping[str, Any]) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "order.json"
        path.write_text(json.dumps(dict(content)), encoding="utf-8")
        yield str(path)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port
