"""The closed loop of learning: a caller is misunderstood, a reviewer marks it, another person signs, the change is
proved in its own process, and the same call is told again with what was learned. The words were written for this.

Two calls are reviewed, the misunderstood one and one that was understood. The labelled calls' sentences are understood
by the old intents and by the new: by their words, not their sound. Each set of examples is fitted once.
"""

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from telephony.assembly.understanding import KEPT, intents_of
from telephony.published.learned import laid_over
from telephony.records import rows as journal_rows
from telephony.reviews.changes import Change, Standing
from telephony.reviews.judgements import judgements
from telephony.sim import fixture as fx
from telephony.trials.learning import understood
from tests.bench.context import ROOT, Context
from tests.bench.writer import Row
from tests.reviews.house import FLUSH, REX, RITA, flush, room, told, wants_a_person
from tests.sim.story import business
from voice.dialogue.business import Business
from voice.dialogue.understanding import Intents

IDS = ("learning_closed_loop",)
RIGHT = "balance"
FOLDERS = (ROOT / "telephony/demo/calls", ROOT / "tests/calls/labelled")
LABELLED = tuple(path for folder in FOLDERS for path in sorted(folder.glob("*.toml")))
CALLS = {"c-1": flush, "c-2": wants_a_person}  # the second is understood as it should be


def rows(context: Context) -> Sequence[Row]:
    with tempfile.TemporaryDirectory(prefix="warmline-learning-") as folder:
        fit = partial(intents_of, kept=Path(folder) / KEPT)
        was, live, said, learned = asyncio.run(_learned(Path(folder), fit))
        now = {call: _judged(told(call, tells, known=learned, fit=fit)) for call, tells in CALLS.items()}
        old, new = fit(business()), fit(learned)
    if was["c-1"] == RIGHT:
        raise ValueError(f"“{FLUSH}”: words that are misunderstood before they are learned expected, got {was}")
    wanted = [(path.stem, turn.text, turn.truth.intent) for path in LABELLED for turn in fx.load(path).spoken]
    known = [(call, text, intent) for call, text, intent in wanted if intent is not None]
    worse = [call for call, text, intent in known if understood(old, text) == intent != understood(new, text)]
    closed = live and now == was | {"c-1": RIGHT} and not worse
    calls = f"{len(known)} sentences of {len(LABELLED)} labelled calls, {len(worse)} worse"
    note = f"“{FLUSH}”: {was['c-1']} before, {now['c-1']} after; {calls}"
    return [
        context.samples.row(
            IDS[0], [float(closed)], "mean", unit="of 1", goal=">= 1", of="1: right on the next replay, none worse",
            note=f"{note}; {'; '.join(said[:2])}",
        )
    ]  # fmt: skip


async def _learned(
    folder: Path, fit: Callable[[Business], Intents]
) -> tuple[dict[str, str], bool, tuple[str, ...], Business]:
    """What the calls were understood as, whether all went live, what the proof said, and the business then."""
    with room(folder, shipped=True) as here:
        records = {call: told(call, tells, fit=fit) for call, tells in CALLS.items()}
        here.had(*records.values())
        changes = await here.reviewed(RITA, "c-1", intent_2=(RIGHT, "slang for money"))
        changes += await here.reviewed(RITA, "c-2")
        signed = [await here.signed(REX, one.id) for one in sorted(changes, key=_truths_first)]
        live = all(one.standing is Standing.PUBLISHED for one in signed)
        was = {call: _judged(of) for call, of in records.items()}
        return was, live, signed[-1].said, laid_over(business(), folder)[0]


def _truths_first(change: Change) -> bool:
    return change.delta.kind == "example"


def _judged(records: Sequence[object]) -> str:
    """What the caller's first words were understood as."""
    lines = [journal_rows.of(record) for record in records]
    return next(one.said for one in judgements(lines) if one.kind == "intent")
