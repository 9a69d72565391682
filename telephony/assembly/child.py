"""A question to a process of its own, which no call waits for: both ends of it.

A folder holds the job and then the answer, both JSON; how far the work is goes to standard output ("3 40"), what the
process complains of into the log. The works themselves are in `telephony/trials`.
"""

import asyncio
import logging
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from telephony.errors import RecordError

log = logging.getLogger(__name__)

T = TypeVar("T")
Progress = Callable[[int, int], None]
Run = Callable[[Path, Progress], Awaitable[None]]

JOB, ANSWER = "job.json", "answer.json"
NICE = 10  # calls go first
COMPLAINTS_MAX = 2000  # characters of them in the log


class Child:
    """Asks `module` of `telephony.trials`, for `seconds` at most. `run` is given the folder with the job."""

    def __init__(self, module: str, *, seconds: float, run: Run | None = None) -> None:
        self._module, self._seconds = module, seconds
        self._run = run or self._in_process

    async def ask(self, job: Mapping[str, Any], shape: type[T], progress: Progress = lambda done, of: None) -> T:
        """Raises `RecordError` when no such answer comes."""
        with tempfile.TemporaryDirectory(prefix="warmline-trial-") as name:
            folder = Path(name)
            (folder / JOB).write_bytes(TypeAdapter(dict[str, Any]).dump_json(dict(job)))
            await self._run(folder, progress)
            try:
                return TypeAdapter(shape).validate_json((folder / ANSWER).read_bytes())
            except (FileNotFoundError, ValidationError) as error:
                raise RecordError(f"an answer from {self._module} expected, got {error}") from error

    async def _in_process(self, folder: Path, progress: Progress) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", self._module, str(folder), stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            async with asyncio.timeout(self._seconds):
                complaints, _, _ = await asyncio.gather(
                    process.stderr.read(), _follow(process.stdout, progress), process.wait()
                )
        except TimeoutError as error:
            raise RecordError(
                f"an answer from {self._module} within {self._seconds:.0f} s expected, got none"
            ) from error
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            log.warning("%s: %s", self._module, complaints.decode(errors="replace")[-COMPLAINTS_MAX:])


async def _follow(out: asyncio.StreamReader, progress: Progress) -> None:
    async for line in out:
        done, _, of = line.decode(errors="replace").partition(" ")
        if done.isdecimal() and of.strip().isdecimal():
            progress(int(done), int(of))


# --- the other end ----------------------------------------------------------------------------------------------------


def work(folder: Path, shape: type[T], find: Callable[[T], object]) -> None:
    """Answers the job in `folder`, which has this shape, with what is found: a dataclass."""
    found = find(TypeAdapter(shape).validate_json((folder / JOB).read_bytes()))
    (folder / ANSWER).write_bytes(TypeAdapter(type(found)).dump_json(found))


def tell(done: int, of: int) -> None:
    print(done, of, flush=True)


def alone(main: Callable[[Path], None]) -> None:
    """`python -m MODULE FOLDER`."""
    os.nice(NICE)
    main(Path(sys.argv[1]))
