"""The three demo calls, replayed: how fast, how much of what was said came from the prompt cache, how long to answer."""

from collections.abc import Iterator, Sequence

from telephony import speaking
from telephony.demo.make_clips import CALLS
from telephony.events import Heard, Said
from telephony.journal import Record
from telephony.replay import Replayed, replay
from tests.bench.context import ROOT, Context
from tests.bench.writer import Row, unmeasured
from voice.tts.cache import CachedSynthesizer

IDS = ("replay.speed", "prompts.cached", "gap.virtual.p50", "gap.virtual.max", "gap.real.p50")
NAMES = ("balance", "callback", "dispute")


def rows(context: Context) -> Sequence[Row]:
    counted: list[CachedSynthesizer] = []

    class Counted(CachedSynthesizer):
        def __init__(self, *args: object, **named: object) -> None:
            super().__init__(*args, **named)  # type: ignore[arg-type]  # passed through
            counted.append(self)

    was, speaking.CachedSynthesizer = speaking.CachedSynthesizer, Counted  # type: ignore[misc]  # only to be counted
    try:
        fast = [_replay(context, name, "fast") for name in NAMES]
    finally:
        speaking.CachedSynthesizer = was  # type: ignore[misc]
    make, virtual = context.samples.row, [gap for one in fast for gap in gaps(one.records)]
    found = [
        make(IDS[0], [one.seconds / one.wall_seconds for one in fast], "p50", unit="times real time", goal=">= 3",
             of="one demo call, its opening included"),
        make(IDS[1], _from_cache(counted), "share", unit="of sentences", goal=">= 0.6",
             of="1 when a sentence was not rendered in the call", note="the service also renders static prompts ahead"),
        make(IDS[2], virtual, "p50", unit="ms", goal="<= 900", of="end of the caller's speech to the system's first sound",
             note="in-memory carrier; time stands still for engines: the stop window and the pipeline's own delay"),
        make(IDS[3], virtual, "max", unit="ms", goal="<= 5000", of="end of the caller's speech to the system's first sound",
             note="as gap.virtual.p50"),
    ]  # fmt: skip
    if not context.full:
        why = "takes the calls' own four minutes: --full"
        return [*found, unmeasured(IDS[4], unit="ms", goal="<= 1200", why=why)]
    real = [gap for name in NAMES for gap in gaps(_replay(context, name, "real").records)]
    measured = make(IDS[4], real, "p50", unit="ms", goal="<= 1200", of="end of speech to first sound, engines included")
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


def _from_cache(counted: Sequence[CachedSynthesizer]) -> list[float]:
    cached = sum(one.counts.from_memory + one.counts.from_disk for one in counted)
    rendered = sum(one.counts.rendered for one in counted)
    return [1.0] * cached + [0.0] * rendered
