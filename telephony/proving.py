"""Proves a signed change over known calls, in its own process: `python -m telephony.proving FOLDER`, never by hand.

The folder holds the job (`job.json`, and the reviewed calls' journals in `calls.jsonl`); the answer goes beside it. Old
and new understand every reviewed sentence again, and the back-test runs every reviewed call again.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter

from models.frustration import Frustration, FrustrationSettings
from telephony.assembly.understanding import intents_of, sentence_encoder
from telephony.backtest import tape, told
from telephony.backtest.compare import A_HAIR, Comparison, Pair, Verdict
from telephony.backtest.gather import Gathered
from telephony.backtest.rerun import Rerun
from telephony.backtest.score import Outcome
from telephony.backtest.tape import Tape
from telephony.backtest.truth import Truth
from telephony.published import publish
from telephony.reviews.changes import AddExample, Delta, Item, SetNumber, State
from telephony.reviews.ports import Proved
from voice.dialogue.business import Business
from voice.dialogue.learned import with_learned
from voice.dialogue.understanding import Intents

JOB, CALLS, ANSWER = "job.json", "calls.jsonl", "answer.json"
NICE = 10  # calls go first


@dataclass(frozen=True, slots=True)
class Job:
    business: Path
    records: Path
    models: Path
    prosody_weight: float
    old: State
    new: State
    delta: Delta


def prove(
    business: Business,
    old: State,
    new: State,
    delta: Delta,
    tapes: Sequence[Tape],
    *,
    judge: Frustration,
    fit: Callable[[Business], Intents],
) -> Proved:
    """`business`: without anything learned. `fit`: its intents' model."""
    if not touches_callers(old, new):
        return Proved(True, said=("It changes nothing that callers meet.",))
    before, after = (with_learned(business, state.learned)[0] for state in (old, new))
    old_intents, new_intents = fit(before), fit(after)
    worse = [*_misunderstood(new.items, delta, old_intents, new_intents)]
    found = [Gathered(one, _truth(one.call, new.items)) for one in tapes]
    comparison = _compare(found, (before, after), (old_intents, new_intents), judge)
    worse += [line for pair in comparison.scored if (line := _worse(pair))]
    if comparison.verdict is Verdict.WORSE and not worse:
        worse.append(told.verdict(comparison))
    decided = not isinstance(delta, SetNumber) or comparison.verdict is not Verdict.UNDECIDED
    return Proved(decided, tuple(worse), tuple(_said(comparison, new.items)))


def _compare(
    found: Sequence[Gathered],
    businesses: tuple[Business, Business],
    intents: tuple[Intents, Intents],
    judge: Frustration,
) -> Comparison:
    pairs, left_out = [], []
    for one in found:
        if one.tape.unusable:
            left_out.append((one.tape.name, one.tape.unusable))
            continue
        old, new = (
            Rerun(one.tape, business, intents=model, judge=judge, prices=businesses).run()
            for business, model in zip(businesses, intents, strict=True)
        )
        pairs.append(Pair(one.tape, one.truth, old, new))
    return Comparison(tuple(pairs), tuple(left_out))


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


def main(folder: Path, *, fit: Callable[[Business], Intents] | None = None) -> None:
    job = TypeAdapter(Job).validate_json((folder / JOB).read_bytes())
    calls, encoder = folder / CALLS, sentence_encoder(job.models)
    proved = prove(
        publish(job.business, job.records).business,
        job.old,
        job.new,
        job.delta,
        tape.read(calls) if calls.stat().st_size else [],
        judge=Frustration.shipped(FrustrationSettings(prosody_weight=job.prosody_weight)),
        fit=fit or (lambda business: intents_of(business, encoder=encoder)),
    )
    (folder / ANSWER).write_text(json.dumps(asdict(proved), ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    os.nice(NICE)
    main(Path(sys.argv[1]))
