"""Checks or tries rules that somebody drafted: `telephony.assembly.changing_rules` asks; docs/backtest.md has the why.

What is true of a recorded call is what its reviewers said (`telephony/reviews`).
"""

import re
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from models.frustration import Frustration, FrustrationSettings
from telephony.assembly.child import alone, tell, work
from telephony.assembly.understanding import KEPT, intents_of, sentence_encoder
from telephony.backtest import told
from telephony.backtest.command import compare, figures
from telephony.backtest.compare import Comparison, Verdict
from telephony.backtest.gather import Gathered
from telephony.backtest.tape import Tape
from telephony.backtest.truth import Truth
from telephony.published import RuleSet, rule_set
from telephony.published.learned import LearnedFolder, laid_over
from telephony.rules.change import Texts
from telephony.rules.difference import differences, unified
from telephony.rules.ports import Checked, Tried, Wrong
from telephony.trials import recorded
from voice.dialogue.business import Business
from voice.dialogue.errors import BusinessError
from voice.dialogue.load import RULES, SCOPE
from voice.dialogue.understanding import Intents

MOST_LINES = 60  # of what is said of a trial: calls that changed, calls left out
_TOML_LINE = re.compile(r"at line (\d+)")
_RULE = re.compile(r"\[\[rule\]\] (?P<name>[\w-]+)")
_SECTION = re.compile(r"\[(?P<name>[\w.]+)\]")


@dataclass(frozen=True, slots=True)
class Calls:
    """Which, by the wall seconds they were offered at, and what judges them. `url`: the record's."""

    url: str
    since: float
    until: float
    records: Path
    models: Path
    prosody_weight: float


@dataclass(frozen=True, slots=True)
class Job:
    """`calls` None: a check alone."""

    business: Path
    new: Texts
    old: Texts
    calls: Calls | None = None


def check(new: Texts, old: Texts, business: Path, scratch: Path) -> Checked:
    """Whether these can run with the configuration as it is; if so, what they change."""
    wrong = tuple(_broken(new))
    if wrong:
        return Checked(wrong=wrong)
    rules = _written(new, scratch / "new")
    try:
        rules.business(business)
    except BusinessError as error:
        return Checked(wrong=tuple(_wrong(line, rules, new) for line in str(error).splitlines() if line.strip()))
    try:
        found = differences((old.escalation, new.escalation), (old.scope, new.scope))
    except tomllib.TOMLDecodeError:
        found = ()  # the published ones are broken themselves
    lines = [unified(RULES, old.escalation, new.escalation), unified(SCOPE, old.scope, new.scope)]
    return Checked(rules.hash, (), found, "\n".join(one for one in lines if one))


def run(
    tapes: Sequence[Tape],
    truths: Mapping[str, Truth],
    businesses: tuple[Business, Business],
    *,
    judge: Frustration,
    fit: Callable[[Business], Intents],
) -> Tried:
    """The second business against the first over these calls; tells of each."""
    found = [Gathered(one, truths.get(one.call)) for one in tapes]
    usable = sum(not one.unusable for one in tapes)
    done = 0

    def progress(_call: str) -> None:
        nonlocal done
        done += 1
        tell(done, usable)

    before, after = (fit(business) for business in businesses)
    return tried(compare(found, businesses, judge=judge, intents=(before, after), progress=progress))


def loaded(texts: Texts, business: Path, scratch: Path) -> Business:
    """The business with these rules."""
    return _written(texts, scratch).business(business)


def tried(comparison: Comparison) -> Tried:
    """A set is accepted over calls of both kinds alone, as `warmline backtest --accept` has it."""
    lines = [told.verdict(comparison)]
    verdict = comparison.verdict
    if verdict is Verdict.NOT_WORSE and not (comparison.need_person and comparison.need_nobody):
        verdict = Verdict.UNDECIDED
        lines = [
            "Calls with a known truth are needed, some that need a person and some that need nobody; there are "
            f"{comparison.need_person} and {comparison.need_nobody}. Review more calls, or take more days."
        ]
    lines += [f"{row.name}: {row.old or 'none'} before, {row.new} now" for row in told.rows(comparison)]
    lines += [
        f"{pair.tape.name} ({told.change(pair)}): before, {told.reason(pair.old)}; now, {told.reason(pair.new)}"
        for pair in comparison.changed
    ]
    lines += told.limits(comparison)
    passed = {Verdict.NOT_WORSE: True, Verdict.WORSE: False, Verdict.UNDECIDED: None}[verdict]
    kept = asdict(figures(comparison)) if passed else {}
    more = len(lines) - MOST_LINES
    return Tried(passed, (*lines[:MOST_LINES], *([f"and {more} more lines"] if more > 0 else ())), kept)


def truths(records: Path) -> dict[str, Truth]:
    """Call → what its reviewers said and another person signed."""
    items = LearnedFolder(records).state().items
    return {one.call: Truth(one.needs_person, one.by_turn) for one in items if one.intent is None}


def _broken(texts: Texts) -> Iterator[Wrong]:
    for name, text in ((RULES, texts.escalation), (SCOPE, texts.scope)):
        try:
            tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            at = _TOML_LINE.search(str(error))
            line = int(at[1]) if at else max(1, len(text.splitlines()))  # "at end of document"
            yield Wrong(name, line, f"TOML expected, got {error}")


def _wrong(line: str, rules: RuleSet, texts: Texts) -> Wrong:
    """A line of the loader's with the place it speaks of."""
    for path, text in ((rules.rules, texts.escalation), (rules.scope, texts.scope)):
        if line.startswith(f"{path}: "):
            message = line.removeprefix(f"{path}: ")
            return Wrong(path.name, _line_of(message, text), message)
    return Wrong("configuration", None, line)


def _line_of(message: str, text: str) -> int | None:
    """Of the rule's name or the section's head; of the key below it where it stands there."""
    lines = text.splitlines()
    rule = _RULE.match(message)
    section = _SECTION.match(message)
    named = rf'\s*name\s*=\s*["\']{re.escape(rule["name"])}["\']' if rule else None
    wanted = rf"\s*\[\[?{re.escape(section['name'])}\]" if section else named
    if wanted is None:
        return None
    head = next((n for n, line in enumerate(lines) if re.match(wanted, line)), None)
    if head is None:
        return None
    keys = re.findall(r"[\w-]+", message.removeprefix((rule or section or message)[0]))
    for n in range(head + 1, len(lines)):
        if re.match(r"\s*\[\[", lines[n]) or (section and lines[n].startswith("[")):
            break
        own = re.match(r"\s*([\w-]+)\s*=", lines[n])
        if own and own[1] in keys[:3]:
            return n + 1
    return head + 1


def _written(texts: Texts, folder: Path) -> RuleSet:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RULES).write_text(texts.escalation, encoding="utf-8")
    (folder / SCOPE).write_text(texts.scope, encoding="utf-8")
    return rule_set(folder)


def main(folder: Path) -> None:
    def find(job: Job) -> Checked | Tried:
        with tempfile.TemporaryDirectory(prefix="warmline-rules-") as name:
            if job.calls is None:
                return check(job.new, job.old, job.business, Path(name))
            return _over(job.calls, job, Path(name))

    work(folder, Job, find)


def _over(calls: Calls, job: Job, scratch: Path) -> Tried:
    """With what was learned, as it will run; rules teach no intent anything, so both have one model."""
    encoder, kept = sentence_encoder(calls.models), calls.records / KEPT
    before, after = (
        laid_over(loaded(texts, job.business, scratch / name), calls.records)[0]
        for texts, name in ((job.old, "old"), (job.new, "new"))
    )
    return run(
        recorded.between(calls.url, calls.since, calls.until),
        truths(calls.records),
        (before, after),
        judge=Frustration.shipped(FrustrationSettings(prosody_weight=calls.prosody_weight)),
        fit=lambda business: intents_of(business, encoder=encoder, kept=kept),
    )


if __name__ == "__main__":
    alone(main)
