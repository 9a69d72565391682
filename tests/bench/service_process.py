"""The service in a process of its own, measured: `python -m tests.bench.service_process CONFIG PORT VAD`.

VAD: shipped (as the settings say), another kind of [hearing.vad], or none: a detector that costs nothing.
"""

import asyncio
import sys
from contextlib import redirect_stdout
from pathlib import Path

import uvloop

from telephony import logs
from telephony.service import Service, serve
from telephony.settings import load
from tests.bench.spending import answer
from tests.sim.house import changed
from voice import vad
from voice.audio import Pcm


class NoVad:
    """Hears no voice and costs nothing: what is left is the price of the plumbing."""

    def probability(self, frame: Pcm) -> float:
        return 0.0


def main() -> None:
    folder, port, kind = sys.argv[1:4]
    logs.set_up("ERROR")
    if kind == "none":
        vad.open_vad = lambda settings=None: NoVad()  # type: ignore[assignment]  # a stand-in in this process alone
    settings = changed(load(Path(folder)), {"service": {"port": int(port)}})
    if kind not in ("none", "shipped"):
        settings = changed(settings, {"hearing": {"vad": {"kind": kind}}})
    # What it tells its operator (a sign-in link) is not what the one who measures reads.
    with redirect_stdout(sys.stderr), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(settings, config=Path(folder), ready=_ready))


def _ready(service: Service) -> None:
    answer(lambda: len(service.switchboard.calls))


if __name__ == "__main__":
    main()
