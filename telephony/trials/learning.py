"""Proves a signed change over known calls: `telephony.assembly.reviewing` asks, docs/reviews.md says what for.

Old and new understand every reviewed sentence again, and the back-test runs every reviewed call again. What is fitted
for it is kept beside the records, so that no examples are fitted twice.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from models.frustration import Frustration, FrustrationSettings
from telephony.assembly.child import alone, work
from telephony.assembly.understanding import KEPT, intents_of, sentence_encoder
from telephony.backtest import told
from telephony.backtest.command import compare
from telephony.backtest.compare import A_HAIR, Comparison, Pair, Verdict
from telephony.backtest.gather import Gathered
from telephony.backtest.score import Outcome
from telephony.backtest.tape import Tape
from telephony.backtest.truth import Truth
from telephony.published import publish
from telephony.reviews.changes import AddExample, Delta, Item, SetNumber, State
from telephony.reviews.ports import Proved
from telephony.trials import recorded
from voice.dialogue.business import Business
from voice.dialogue.learned import with_learned
from voice.dialogue.understanding import Intents

TRIED = "intents-tried.npz"  # in the records' folder: the intents' model of the change that is tried
Fit = Callable[[Business], Intents]


@dataclass(frozen=True, slots=True)
class Job:
    """`url`: the record's."""

    business: Path
    records: Path
    models: Path
    url: str
    prosody_weight: float
    old: State
    new: State
    delta: Delta
    calls: tuple[str, ...]


def prove(
    business: Business,
    old: State,
    new: State,
    delta: Delta,
    tapes: Sequence[Tape],
    *,
    judge: Frustration,
    fit: tuple[Fit, Fit],
) -> Proved:
    """`business`: without anything learned. `fit`: the intents' model of what runs, and of what is tried."""
    if not touches_callers(old, new):
        return Proved(True, said=("It changes nothing that callers meet.",))
    before, after = (with_learned(business, state.learned)[0] for state in (old, new))
    old_intents, new_intents = fit[0](before), fit[1](after)
    worse = [*_misunderstood(new.items, delta, old_intents, new_intents)]
    found = [Gathered(one, _truth(one.call, new.items)) for one in tapes]
    comparison = compare(found, (before, after), judge=judge, intents=(old_intents, new_intents))
    worse += [line for pair in comparison.scored if (line := _worse(pair))]
    if comparison.verdict is Verdict.WORSE and not worse:
        worse.append(told.verdict(comparison))
    decided = not isinstance(delta, SetNumber) or comparison.verdict is not Verdict.UNDECIDED
    return Proved(decided, tuple(worse), tuple(_said(comparison, new.items)))


def touches_callers(old: State, new: State) -> bool:
    """Whether a call would go otherwise: an article for agents or what is right in a call does not touch one."""
    return replace(old.learned, version=0) != replace(new.learned, version=0)


def understood(intents: Intents, words: str) -> str:
    """The intent; "": nothing of ours."""
    match = intents.match(words)
    return match.name if match.name is not None and match.in_scope else ""


def _misunderstood(items: Sequence[Item], delta: Delta, old: Intents, new: Intents) -> Iterator[str]:
    if isinstance(delta, AddExample) and (now := understood(new, delta.words)) != delta.intent:
        yield f"“{delta.words}” would still be understood as {now or 'nothing of ours'}"
    for item in items:
        if item.intent is None or understood(old, item.words) != item.intent:
            continue
        if (now := understood(new, item.words)) != item.intent:
            wrong = now or "nothing of ours"
            yield f"{item.call}: “{item.words}” is {item.intent or 'nothing of ours'}, and would become {wrong}"


def _truth(call: str, items: Sequence[Item]) -> Truth | None:
    item = next((one for one in items if one.call == call and one.intent is None), None)
    return None if item is None else Truth(item.needs_person, item.by_turn)


def _worse(pair: Pair) -> str:
    """What is lost in this call, whatever the others win; "": nothing."""
    assert pair.truth is not None  # only scored pairs are asked
    before, after = Outcome(pair.old, pair.truth), Outcome(pair.new, pair.truth)
    if after.cost(pair.old_price).low <= before.cost(pair.old_price).high + A_HAIR:
        return ""
    return f"{pair.tape.name}: {told.change(pair)}; now {told.reason(pair.old)}; then {told.reason(pair.new)}"


def _said(comparison: Comparison, items: Sequence[Item]) -> Iterator[str]:
    sentences = sum(item.intent is not None for item in items)
    yield f"{sentences} reviewed sentences understood again, none worse"
    calls, changed = len(comparison.pairs), len(comparison.changed)
    yield f"{calls} reviewed calls run again, {len(comparison.scored)} with a known truth, {changed} go otherwise"
    if comparison.scored:
        yield told.verdict(comparison)


def main(folder: Path, *, fit: Fit | None = None) -> None:
    def find(job: Job) -> Proved:
        encoder = sentence_encoder(job.models)

        def fitted(kept: str) -> Fit:
            return lambda business: intents_of(business, encoder=encoder, kept=job.records / kept)

        proved = prove(
            publish(job.business, job.records).business,
            job.old,
            job.new,
            job.delta,
            recorded.named(job.url, job.calls),
            judge=Frustration.shipped(FrustrationSettings(prosody_weight=job.prosody_weight)),
            fit=(fit or fitted(KEPT), fit or fitted(TRIED)),
        )
        if proved.decided and not proved.worse and touches_callers(job.old, job.new):
            with suppress(FileNotFoundError):  # where it could not be kept, the next start fits it again
                (job.records / TRIED).replace(job.records / KEPT)
        return proved

    work(folder, Job, find)


if __name__ == "__main__":
    alone(main)
