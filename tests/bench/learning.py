"""The closed loop of learning: a caller is misunderstood, a reviewer marks it, another person signs, the change is
proved in its own process, and the same call is told again with what was learned. The words were written for this.

The labelled calls' sentences are understood by the old intents and by the new: by their words, not their sound.
"""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

from telephony.assembly.understanding import intents_of
from telephony.proving import understood
from telephony.published.learned import laid_over
from telephony.records import rows as journal_rows
from telephony.reviews.changes import Standing
from telephony.reviews.judgements import judgements
from telephony.sim import fixture as fx
from tests.bench.context import ROOT, Context
from tests.bench.writer import Row
from tests.reviews.house import FLUSH, REX, RITA, flush, room, told
from tests.sim.story import business
from voice.dialogue.business import Business

IDS = ("learning_closed_loop",)
RIGHT = "balance"
FOLDERS = (ROOT / "telephony/demo/calls", ROOT / "tests/calls/labelled")
LABELLED = tuple(path for folder in FOLDERS for path in sorted(folder.glob("*.toml")))


def rows(context: Context) -> Sequence[Row]:
    with tempfile.TemporaryDirectory(prefix="warmline-learning-") as folder:
        was, live, said, learned = asyncio.run(_learned(Path(folder)))
    if was == RIGHT:
        raise ValueError(f"“{FLUSH}”: words that are misunderstood before they are learned expected, got {was}")
    now = _judged(told("again", flush, known=learned, fit=intents_of))
    old, new = intents_of(business()), intents_of(learned)
    wanted = [(path.stem, turn.text, turn.truth.intent) for path in LABELLED for turn in fx.load(path).spoken]
    known = [(call, text, intent) for call, text, intent in wanted if intent is not None]
    worse = [call for call, text, intent in known if understood(old, text) == intent != understood(new, text)]
    closed = live and now == RIGHT and not worse
    calls = f"{len(known)} sentences of {len(LABELLED)} labelled calls, {len(worse)} worse"
    note = f"“{FLUSH}”: {was} before, {now} after; {calls}"
    return [
        context.samples.row(
            IDS[0], [float(closed)], "mean", unit="of 1", goal=">= 1", of="1: right on the next replay, none worse",
            note=f"{note}; {'; '.join(said)}",
        )
    ]  # fmt: skip


async def _learned(folder: Path) -> tuple[str, bool, tuple[str, ...], Business]:
    """What the call was understood as, whether the change went live, what its proof said, and the business then."""
    with room(folder, shipped=True) as here:
        records = told("c-1", flush, fit=intents_of)
        here.had(records)
        changes = await here.reviewed(RITA, "c-1", intent_2=(RIGHT, "slang for money"))
        example = next(one for one in changes if one.delta.kind == "example")
        signed = await here.signed(REX, example.id)
        return _judged(records), signed.standing is Standing.PUBLISHED, signed.said, laid_over(business(), folder)[0]


def _judged(records: Sequence[object]) -> str:
    """What the caller's first words were understood as."""
    lines = [journal_rows.of(record) for record in records]
    return next(one.said for one in judgements(lines) if one.kind == "intent")
