"""The failure matrix as cells: one branch of tests/calls/handoff_matrix.toml on one line, played and judged.

`tests/calls/test_handoff_matrix.py` asserts each, `tests/bench/matrix.py` counts them.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tests.calls.matrix import asterisk, browser, everywhere, in_browser, on_asterisk, on_twilio, twilio
from tests.calls.matrix.stage import Ended, Scene

MATRIX = Path(__file__).parents[1] / "handoff_matrix.toml"
ALONE_MS = 5_000
LINES = {
    "twilio": (twilio.run, on_twilio.SCENES),
    "asterisk": (asterisk.run, on_asterisk.SCENES),
    "browser": (browser.run, in_browser.SCENES),
}
EXPECTED = ("outcomes", "handoff", "call", "next_agent")


@cache
def branches() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(MATRIX.read_text(encoding="utf-8"))


def cells() -> Iterator[tuple[str, str]]:
    for name, branch in branches().items():
        yield from ((name, line) for line in branch["on"])


def scene_of(name: str, line: str) -> Scene:
    """A line's own story where it has one."""
    own = LINES[line][1]
    return own[name] if name in own else everywhere.SCENES[name]


def play(name: str, line: str, folder: Path) -> Ended:
    run, _ = LINES[line]
    return run(scene_of(name, line), folder)


def wrong(name: str, line: str, ended: Ended) -> list[str]:
    """What of `ended` is not as the matrix says, or must not be in any cell; empty: the cell is right."""
    branch = branches()[name]
    expected = {**branch, **branch.get(line, {})}
    came = {
        "outcomes": list(ended.outcomes),
        "handoff": ended.handoff,
        "call": ended.call,
        "next_agent": ended.next_agent,
        "accepted_by": ended.accepted_by,
    }
    said = [
        f"{key}: {expected[key]} expected, got {came[key]}"
        for key in came
        if key in expected and expected[key] != came[key]
    ]
    return [*said, *_never(ended)]


def _never(ended: Ended) -> Iterator[str]:
    if ended.ends != 1:
        yield f"one end of the call on record expected, got {ended.ends}"
    if ended.alone_max_ms > ALONE_MS:
        yield f"the caller alone for at most {ALONE_MS} ms expected, got {ended.alone_max_ms}"
    if ended.most_together > 1 or ended.overlapping:
        yield "one agent with the caller expected, got two at once"
    yield from (f"nothing left up expected, got {left}" for left in ended.left_up)
    yield from (f"no violation of the carrier's contract expected, got {one}" for one in ended.violations)
