"""The calls of a back-test: exported journals as they are; recordings and call fixtures after they were replayed.

A replay runs without any rule, so that each call goes on to its own end and both sets find all the evidence they want.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from telephony.backtest import tape, truth
from telephony.backtest.tape import Tape
from telephony.backtest.truth import Truth
from telephony.errors import BacktestError
from telephony.replay import play
from telephony.settings import Settings
from telephony.sim import fixture as fx
from telephony.sim.cast import of_audio, of_fixture

JOURNAL, FIXTURE = ".jsonl", ".toml"


@dataclass(frozen=True, slots=True)
class Gathered:
    tape: Tape
    truth: Truth | None


def gather(
    paths: Sequence[Path],
    settings: Settings,
    *,
    labels: Mapping[str, Truth],
    out: Path,
    channel: str = "left",
    progress: Callable[[str], None] = lambda what: None,
) -> list[Gathered]:
    """`labels` go before what a fixture says. Raises `BacktestError`, `FixtureError` or `AudioError`."""
    found = [one for path in _files(paths) for one in _read(path, settings, out, channel, progress)]
    return [Gathered(one.tape, labels.get(one.tape.call, labels.get(one.tape.name, one.truth))) for one in found]


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        inside = sorted(one for one in path.iterdir() if one.suffix in (JOURNAL, FIXTURE))
        if not inside:
            raise BacktestError(f"{path}: journals (.jsonl) or call fixtures (.toml) expected in it, got none")
        yield from inside


def _read(
    path: Path, settings: Settings, out: Path, channel: str, progress: Callable[[str], None]
) -> Iterator[Gathered]:
    if path.suffix == JOURNAL:
        yield from (Gathered(one, None) for one in tape.read(path))
        return
    progress(f"{path.name}: replaying")
    right = None
    if path.suffix == FIXTURE:
        fixture = fx.load(path)
        cast, right = of_fixture(fixture, cache=out / ".clips"), truth.of_fixture(fixture)
    else:
        cast = of_audio(path, channel=channel)
    replayed = play(cast, settings, out=out, escalates=False)
    yield Gathered(tape.of_records(replayed.name, replayed.records), right)
