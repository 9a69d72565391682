"""`python -m tests.quality.calls tuning`: scores one part of the scripts; `--wrong` says what went wrong, call by call.

Only `tuning` may be looked at while rules, words and weights are worked on; `scoring` is for the figures.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.quality.calls import in_audio, in_text, score
from tests.quality.calls.outcome import Outcome
from tests.quality.calls.script import Script, scripts
from tests.quality.calls.voices import VARIANTS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.quality.calls")
    parser.add_argument("part", choices=("tuning", "scoring"))
    parser.add_argument("--audio", action="store_true", help="by telephone, with the no-download recogniser")
    parser.add_argument("--every", type=int, default=1, help="of the calls by audio, each so-many-th")
    parser.add_argument("--wrong", action="store_true", help="what went wrong, turn by turn")
    parser.add_argument("--only", action="append", help="id of a call")
    asked = parser.parse_args()
    chosen = [one for one in scripts(asked.part) if not asked.only or one.id in asked.only]
    if asked.audio:
        outcomes = list(_by_audio(chosen, asked.part, asked.every))
    else:
        outcomes = [in_text.play(script) for script in chosen]
    _print(outcomes)
    if asked.wrong:
        for one in outcomes:
            _explain(one)
    return 0


def _by_audio(chosen: list[Script], part: str, every: int) -> list[Outcome]:
    plays = [(script, variant) for script in chosen for variant in VARIANTS[part]]
    found = []
    with tempfile.TemporaryDirectory() as scratch:
        for number, (script, variant) in enumerate(plays[::every]):
            found.append(in_audio.play(script, variant, out=Path(scratch)))
            print(f"{number + 1} of {len(plays[::every])}: {script.id} {variant.name}", file=sys.stderr)
    return found


def _print(outcomes: list[Outcome]) -> None:
    print(f"{len(outcomes)} calls; recall {score.recall(outcomes)}; false {score.false_rate(outcomes)}")
    print(f"frustrated turns before the trigger, median {score.frustrated_turns_before(outcomes):.0f}")
    print(f"changed something unverified: {[one.script.id for one in score.acts_unverified(outcomes)]}")
    for why, share in score.by_why(outcomes).items():
        print(f"  recall where the reason is {why}: {share}")
    for kind, share in score.by_trigger(outcomes).items():
        print(f"  needless where {kind} fired: {share}")


def _explain(one: Outcome) -> None:
    truth = one.script.truth
    if not one.false and (one.in_time or not truth.needs_person):
        return
    what = "NEEDLESS" if one.false else "LATE" if one.late else "MISSED"
    print(f"{what} {one.script.id} {one.variant}: {truth.why or 'nobody'} by line {truth.by_line}")
    if one.escalated is not None:
        print(f"    at line {one.at_line}: {one.escalated.trigger}: {'; '.join(one.escalated.evidence)}")
    for turn in one.judged:
        scope = "" if turn.in_scope else ", out of scope"
        print(f"    {turn.line} “{turn.heard}” {turn.intent}{scope} {dict(turn.slots)} {turn.frustration:.2f}")


if __name__ == "__main__":
    sys.exit(main())
