"""Calls that need a person get one, in time; calls that do not, do not: scripts by authors who had not seen the rules.

By text every word arrives; by telephone (Festival's voices, the no-download recogniser) its losses count too.
What a decision costs is priced as `config/escalation.toml` prices it, beside the best single policy for all calls.
"""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from telephony.settings import load
from tests.bench.context import Context
from tests.bench.writer import Row
from tests.quality.calls import in_audio, in_text, prices, score
from tests.quality.calls.outcome import Outcome
from tests.quality.calls.script import scripts
from tests.quality.calls.voices import VARIANTS
from tests.sim.story import CONFIG

IDS = (
    "escalation_recall", "escalation_false_rate", "escalation_recall_text", "escalation_false_rate_text",
    "escalation_recall_prosody_0", "escalation_recall_frustration_only", "escalation_right_reason",
    "frustrated_turns_before_trigger_median", "expected_cost_vs_best_fixed",
)  # fmt: skip
POLICIES = "escalation_policies.json"  # recall, false share and minutes of each way to decide
SPOKEN_EVERY = 20  # of the calls by telephone, in the quick bench
SILENT_EVERY = 9  # of those with anger, without prosody, in the full bench
CALLED = {"unit": "of calls", "of": "1 when a person was called no later than the truth says"}


def rows(context: Context) -> Sequence[Row]:
    by_text = [in_text.play(script) for script in scripts("scoring")]
    spoken = _spoken(context)
    plain = _spoken(context, prosody_weight=0.0)
    return [*_by_telephone(context, spoken, plain), *_by_text(context, by_text)]


def _spoken(context: Context, prosody_weight: float | None = None) -> list[Outcome]:
    plays = [(script, variant) for script in scripts("scoring") for variant in VARIANTS["scoring"]]
    every = 1 if context.full else SPOKEN_EVERY
    settings = load(CONFIG)
    if prosody_weight is not None:
        plays = [(script, variant) for script, variant in plays if any(line.frustrated for line in script.lines)]
        every = 1 if context.full else SILENT_EVERY
        judging = settings.judging.model_copy(update={"prosody_weight": prosody_weight})
        settings = settings.model_copy(update={"judging": judging})
    with tempfile.TemporaryDirectory() as scratch:
        return [in_audio.play(*one, out=Path(scratch), settings=settings) for one in plays[::every]]


def _by_telephone(context: Context, spoken: list[Outcome], plain: list[Outcome]) -> list[Row]:
    make = context.samples.row
    needing = [one for one in spoken if one.script.truth.needs_person]
    others = [one for one in spoken if not one.script.truth.needs_person]
    return [
        make(IDS[0], [float(one.in_time) for one in needing], "share", goal=">= 0.95", **CALLED,
             note=f"{score.recall(spoken)}; {_kinds(score.by_why(spoken))}; Festival's voices, pocketsphinx"),
        make(IDS[1], [float(one.false) for one in others], "share", unit="of calls", goal="<= 0.10",
             of="1 when a person was called for whom there was no need",
             note=f"{score.false_rate(spoken)}; needless where this fired: {_kinds(score.by_trigger(spoken))}"),
        make(IDS[4], [float(one.in_time) for one in plain if one.script.truth.needs_person], "share", goal=">= 0.95",
             **CALLED, note="calls with annoyed lines, prosody weight 0"),
    ]  # fmt: skip


def _by_text(context: Context, outcomes: list[Outcome]) -> list[Row]:
    make = context.samples.row
    needing = [one for one in outcomes if one.script.truth.needs_person]
    others = [one for one in outcomes if not one.script.truth.needs_person]
    annoyed = [one for one in needing if one.script.truth.why == "frustrated"]
    angry = [float(one.frustrated_before) for one in outcomes
             if one.escalated is not None and any(line.frustrated for line in one.script.lines)]  # fmt: skip
    found = prices.compared(scripts("tuning"), outcomes)
    kept = {"ours": asdict(found.ours), "singles": [asdict(one) for one in found.singles], "best": asdict(found.best)}
    (context.folder / "raw" / POLICIES).write_text(json.dumps(kept, indent=1), encoding="utf-8")
    return [
        make(IDS[2], [float(one.in_time) for one in needing], "share", goal=">= 0.95", **CALLED,
             note=f"every word heard; {score.recall(outcomes)}; {_kinds(score.by_why(outcomes))}"),
        make(IDS[3], [float(one.false) for one in others], "share", unit="of calls", goal="<= 0.10",
             of="1 when a person was called for whom there was no need",
             note=f"every word heard; {score.false_rate(outcomes)}"),
        make(IDS[5], [float(one.in_time) for one in annoyed], "share", goal="report", **CALLED,
             note="calls whose main reason is frustration, every word heard"),
        make(IDS[6], [float(one.right_reason) for one in needing if one.escalated is not None], "share",
             unit="of calls", goal="report", of="1 when the trigger's kind is a reason the truth names"),
        make(IDS[7], angry, "p50", unit="turns", goal="<= 1",
             of="annoyed lines before the one at which a person was called"),
        make(IDS[8], [found.ours.minutes / found.best.minutes], "max", unit="times", goal="< 1",
             of="minutes of agents lost by our decisions, over those by the best single policy",
             note=f"{found.ours.minutes:.0f} against {found.best.minutes:.0f} minutes over {len(outcomes)} calls as"
                  f" text; {found.best.name} was best on the tuning calls"),
    ]  # fmt: skip


def _kinds(shares: dict[str, score.Share]) -> str:
    return ", ".join(f"{kind} {one.hits} of {one.n}" for kind, one in shares.items())
