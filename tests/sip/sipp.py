"""Exact signalling (sipp): a far end that refuses with any code, rings until it is cancelled, or cancels itself."""

from __future__ import annotations

import asyncio
import subprocess
from asyncio.subprocess import Process
from pathlib import Path
from typing import Self

from tests.sip.asterisk import TRUNK, Asterisk, free_port
from tests.sip.waiting import until

SCENARIOS = Path(__file__).parent / "scenarios"
END_SECONDS = 15


class Sipp:
    """One scenario, played for one call. It must come to its end, or the test fails with what sipp complained of."""

    def __init__(self, folder: Path, scenario: str, *, host: str = "127.0.0.1", to: str = "", code: str = "") -> None:
        self.host = host
        self.port = free_port()
        self._folder = folder / f"sipp-{scenario}-{self.port}"
        self._scenario = scenario
        self._to = to
        self._code = code
        self._process: Process | None = None

    @classmethod
    def refusing(cls, folder: Path, code: int, words: str) -> Sipp:
        return cls(folder, "refuses", code=f"{code} {words}")

    @classmethod
    def never_answering(cls, folder: Path) -> Sipp:
        return cls(folder, "rings")

    @classmethod
    def cancelling(cls, folder: Path, pbx: Asterisk) -> Sipp:
        """A caller who gives up while it rings."""
        return cls(folder, "cancels", host=TRUNK, to=pbx.address)

    def endpoint(self, number: int) -> str:
        """Dials this far end as if it were that agent's phone."""
        return f"PJSIP/agent{number}/sip:agent{number}@{self.host}:{self.port}"

    async def __aenter__(self) -> Self:
        self._folder.mkdir()
        scenario = (SCENARIOS / f"{self._scenario}.xml").read_text().replace("@code@", self._code)
        (self._folder / "scenario.xml").write_text(scenario)
        with (self._folder / "console.log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                "sipp", "-sf", "scenario.xml", "-i", self.host, "-p", str(self.port), "-m", "1", "-nostdin",
                "-trace_err", "-error_file", "errors.log", *([self._to] if self._to else []),
                cwd=self._folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        await until(lambda: self._listens() or self._process is None or self._process.returncode is not None, "sipp")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *exc: object) -> None:
        process = self._process
        assert process is not None
        if process.returncode is None and kind is not None:
            process.kill()
        try:
            code = await asyncio.wait_for(process.wait(), END_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
            code = -1
        if code != 0:
            print(f"--- sipp, {self._scenario}\n{self.errors()}")
        if code != 0 and kind is None:
            raise AssertionError(f"sipp, {self._scenario}: ended with {code}\n{self.errors()}")

    def errors(self) -> str:
        file = self._folder / "errors.log"
        return file.read_text(errors="replace") if file.is_file() else "(it wrote no errors)"

    def _listens(self) -> bool:
        ports = {line.split()[1].split(":")[1] for line in Path("/proc/net/udp").read_text().splitlines()[1:]}
        return f"{self.port:04X}" in ports
