"""The three demo calls, replayed: how fast, how much of the speech is rendered ahead, how long to an answer."""

from collections.abc import Iterator, Sequence

from telephony.assembly.known_prompts import known_prompts
from telephony.demo.make_clips import CALLS
from telephony.events import Heard, Said
from telephony.journal import Record
from telephony.replay import Replayed, replay
from telephony.settings import load
from tests.bench.context import ROOT, Context
from tests.bench.writer import Row, unmeasured
from voice.dialogue.load import load_business
from voice.tts.clauses import sentences
from voice.tts.say_text import say_text

IDS = ("replay.speed", "prompts.ahead", "gap.virtual.p50", "gap.virtual.max", "gap.real.p50")
NAMES = ("balance", "callback", "dispute")
GAP = "end of the caller's speech to the system's first sound"


def rows(context: Context) -> Sequence[Row]:
    fast = [_replay(context, name, "fast") for name in NAMES]
    make, virtual = context.samples.row, [gap for one in fast for gap in gaps(one.records)]
    found = [
        make(IDS[0], [one.seconds / one.wall_seconds for one in fast], "p50", unit="times real time", goal=">= 3",
             of="one demo call, its opening included"),
        make(IDS[1], [ahead for one in fast for ahead in _ahead(one.records)], "share", unit="of sentences",
             goal=">= 0.6", of="1 when a spoken sentence is a prompt that the service renders at its start"),
        make(IDS[2], virtual, "p50", unit="ms", goal="<= 900", of=GAP,
             note="in-memory carrier; time stands still for engines: the stop window and the pipeline's own delay"),
        make(IDS[3], virtual, "max", unit="ms", goal="<= 5000", of=GAP, note="as gap.virtual.p50"),
    ]  # fmt: skip
    if not context.full:
        why = "takes the calls' own four minutes: --full"
        return [*found, unmeasured(IDS[4], unit="ms", goal="<= 1200", why=why)]
    real = [gap for name in NAMES for gap in gaps(_replay(context, name, "real").records)]
    measured = make(IDS[4], real, "p50", unit="ms", goal="<= 1200", of=GAP, note="engines included")
    return [*found, measured]


def gaps(records: Sequence[Record]) -> Iterator[float]:
    """Milliseconds from the end of each utterance of the caller to the next sound of the system, until the bridge."""
    said = [record.entry for record in records if isinstance(record.entry, Said)]
    for record in records:
        if record.type == "Bridged":
            return
        if isinstance(record.entry, Heard) and record.entry.speaker == "caller":
            after = [one.start_ms - record.entry.end_ms for one in said if one.start_ms >= record.entry.end_ms]
            if after:
                yield float(min(after))


def _replay(context: Context, name: str, pace: str) -> Replayed:
    return replay(CALLS / f"{name}.toml", config=ROOT / "config", out=context.folder / "calls", pace=pace)


def _ahead(records: Sequence[Record]) -> Iterator[float]:
    rendered = {
        part
        for text in known_prompts(load_business(ROOT / "config"), load(ROOT / "config"))
        for part in sentences(say_text(text))
    }
    for record in records:
        if isinstance(record.entry, Said):
            yield from (float(part in rendered) for part in sentences(say_text(record.entry.text)))
