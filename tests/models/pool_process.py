"""A pool process with engines that do as they are told, for stories about what happens to one.

    python -m tests.models.pool_process --fd 3 --parent 42

A word may be a command: "fail", "die", "warn", "who", "gate PATH", "spin COUNT", and "once PATH die" or
"once PATH hang", which the second time finds PATH there and is a word like any other.
"""

import logging
import os
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from models.codec import Packed
from models.engines import EngineFactory
from models.inference import Limits, ProcessPool
from models.inference.child import main

COMMAND = (sys.executable, "-m", "tests.models.pool_process")
PATIENT = Limits(start_s=60, ping_s=0.02, silent_s=60, busy_s=60, overdue_s=60)  # whatever else this machine is doing
QUICK = Limits(start_s=60, ping_s=0.02, silent_s=0.5, overdue_s=0.1, slow_s=0.2, first_pause_s=0.05, last_pause_s=0.2)


class Words:
    """The codec of `say`: words as they are, or as bytes where they are long."""

    def pack_args(self, args: tuple[Any, ...]) -> Packed:
        (word,) = args
        return Packed({"letters": len(word)}, word.encode())

    def unpack_args(self, packed: Packed) -> tuple[Any, ...]:
        word = packed.blob.decode()
        if packed.head.get("letters") != len(word):
            raise ValueError(f"{packed.head.get('letters')!r} letters announced, {len(word)} came")
        return (word,)

    def pack_result(self, result: Any) -> Packed:
        return Packed({"said": result})

    def unpack_result(self, packed: Packed) -> Any:
        return packed.head["said"]


class Say:
    def __init__(self, recipe: Mapping[str, Any]) -> None:
        if recipe.get("broken"):
            raise FileNotFoundError("weights")
        self._diary = Path(recipe["diary"]) if "diary" in recipe else None

    def __call__(self, word: str) -> str:
        if self._diary is not None:
            with self._diary.open("a") as diary:
                diary.write(f"{word.rsplit(' ', maxsplit=1)[-1]}\n")
        match word.split(" "):
            case ["fail"]:
                raise ValueError("told to fail")
            case ["die"]:
                os.kill(os.getpid(), signal.SIGKILL)
            case ["warn"]:
                logging.getLogger("tests.engine").warning("told to warn")
            case ["who"]:
                return f"{os.getpid()} {threading.current_thread().name}"
            case ["gate", path]:
                with Path(path).open() as gate:  # opens when the test opens it too, ends when the test lets go
                    gate.read()
            case ["once", path, what] if not Path(path).exists():
                Path(path).touch()
                if what == "die":
                    os.kill(os.getpid(), signal.SIGKILL)
                threading.Event().wait()
            case ["spin", count]:  # holds the interpreter
                sum(range(int(count)))
        return word.upper()

    def together(self, jobs: Sequence[tuple[str]]) -> list[str]:
        return [f"{self(word)} of {len(jobs)}" for (word,) in jobs]


def compose(recipes: Mapping[str, Any]) -> dict[str, EngineFactory]:
    return {name: factory(recipe) for name, recipe in recipes.items()}


def factory(recipe: Mapping[str, Any]) -> EngineFactory:
    return EngineFactory(
        lambda: Say(recipe), shared=True, codec=Words(), recipe=recipe,
        most_together=recipe.get("together", 1), holds_gil=recipe.get("forked", False),
    )  # fmt: skip


def pool_of(
    *,
    workers: int = 1,
    queue_limit: int = 8,
    limits: Limits = PATIENT,
    problems: list[str] | None = None,
    **recipe: Any,
) -> ProcessPool:
    told = problems if problems is not None else []
    return ProcessPool(
        compose({"say": recipe}), command=COMMAND, workers=workers, queue_limit=queue_limit, limits=limits,
        problem=told.append,
    )  # fmt: skip


if __name__ == "__main__":
    main(compose)
