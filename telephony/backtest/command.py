"""What `warmline backtest` does: both sets over all calls, a page, and the record of acceptance where it is wished."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from models.frustration import Frustration, FrustrationSettings
from telephony.assembly.understanding import intents_of, sentence_encoder
from telephony.backtest import page, truth
from telephony.backtest.compare import Comparison, Pair, Verdict
from telephony.backtest.gather import Gathered, gather
from telephony.backtest.rerun import Rerun
from telephony.errors import BacktestError
from telephony.published import FOLDER, Accepted, Figures, RuleSet, known, rule_set, write
from telephony.settings import Settings, load
from voice.dialogue.business import Business
from voice.dialogue.errors import BusinessError
from voice.dialogue.load import SCOPE
from voice.dialogue.understanding import Intents

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Backtested:
    """`old` None: nothing was ever accepted, so the new set is compared with itself."""

    old: RuleSet | None
    new: RuleSet
    comparison: Comparison
    page: Path
    accepted: Path | None  # folder of the accepted set; None: not wished, or refused


def backtest(
    calls: Sequence[Path],
    *,
    config: Path,
    rules: Sequence[Path] = (),
    labels: Path | None = None,
    out: Path,
    accept: bool = False,
    to: Path | None = None,
    channel: str = "left",
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    progress: Progress = lambda what: None,
) -> Backtested:
    """`rules`: the old set and the new one; the new one alone is held against the set accepted last; without any the
    configuration's own is the new one. `accept` keeps it as accepted, in `to` or beside the records, if not worse.

    Raises `BacktestError`, `ConfigError`, `BusinessError` and what replaying raises.
    """
    settings = load(config)
    folder = settings.business.folder
    new, old = _sets(rules, settings)
    if accept:
        _may_accept(old, settings)
    known_truth = truth.labels(labels) if labels is not None else {}
    found = gather(calls, settings, labels=known_truth, out=out / "replayed", channel=channel, progress=progress)
    judge = Frustration.shipped(FrustrationSettings(prosody_weight=settings.judging.prosody_weight))
    businesses = ((old or new).business(folder), new.business(folder))
    encoder = sentence_encoder(settings.service.models_folder)
    before, after = (intents_of(business, encoder=encoder) for business in businesses)
    same = old is None or old.hash == new.hash
    comparison = compare(found, businesses, intents=(before, after), judge=judge, same=same, progress=progress)
    written = page.write(out / "backtest.html", comparison, old=old or new, new=new)
    kept = None
    if accept and comparison.verdict is Verdict.NOT_WORSE:
        kept = _keep(old, new, comparison, to or settings.service.records_folder / FOLDER / new.hash, now())
    return Backtested(old, new, comparison, written, kept)


def compare(
    found: Sequence[Gathered],
    businesses: tuple[Business, Business],
    *,
    intents: tuple[Intents, Intents],
    judge: Frustration,
    same: bool = False,
    progress: Progress = lambda what: None,
) -> Comparison:
    """Every call with both: the old business, then the new."""
    pairs, left_out = [], []
    for one in found:
        if one.tape.unusable:
            left_out.append((one.tape.name, one.tape.unusable))
            continue
        progress(one.tape.name)
        old, new = (
            Rerun(one.tape, business, intents=model, judge=judge, prices=businesses).run()
            for business, model in zip(businesses, intents, strict=True)
        )
        pairs.append(Pair(one.tape, one.truth, old, new))
    return Comparison(tuple(pairs), tuple(left_out), same)


def _sets(rules: Sequence[Path], settings: Settings) -> tuple[RuleSet, RuleSet | None]:
    """The new set, and the old one."""
    folder = settings.business.folder
    if len(rules) > 2:
        raise BacktestError(f"--rules: the old set and the new one expected, got {len(rules)}")
    scope = folder / SCOPE
    new = rule_set(rules[-1] if rules else folder, scope=scope)
    if len(rules) == 2:
        return new, rule_set(rules[0], scope=scope)
    return new, next((one.rules for one in _accepted(settings)), None)


def _accepted(settings: Settings) -> list[Accepted]:
    """The accepted sets that can run with this configuration, the newest first: a queue may be gone, a key renamed."""
    folder = settings.business.folder
    return [one for one in known(folder, settings.service.records_folder) if _runs(one.rules, folder)]


def _runs(rules: RuleSet, folder: Path) -> bool:
    try:
        rules.business(folder)
    except BusinessError:
        return False
    return True


def _may_accept(old: RuleSet | None, settings: Settings) -> None:
    """A new set is accepted against one that was, not against one made to look good beside."""
    hashes = [one.rules.hash for one in _accepted(settings)]
    if hashes and (old is None or old.hash not in hashes):
        raise BacktestError(
            f"--accept: an accepted set ({', '.join(hashes)}) expected as the old rules, got "
            f"{old.hash if old else 'none'}; without --rules for them the one accepted last is taken"
        )


def _keep(old: RuleSet | None, new: RuleSet, comparison: Comparison, to: Path, now: datetime) -> Path:
    if not (comparison.need_person and comparison.need_nobody):
        raise BacktestError(
            "--accept: calls with a truth expected, some that need a person and some that need nobody, got "
            f"{comparison.need_person} and {comparison.need_nobody}"
        )
    return write(to, new, against=old.hash if old else "", figures=figures(comparison), now=now)


def figures(comparison: Comparison) -> Figures:
    """What an accepted set is kept with: where a call's evidence ends early, the worse bound."""
    new = comparison.new
    return Figures(
        calls=len(comparison.scored),
        need_person=comparison.need_person,
        recall=new.recall.low,
        false_rate=new.false_rate.high,
        agent_minutes=comparison.added().high,
        cost_minutes=new.cost_new_prices.high,
        cost_minutes_before=comparison.old.cost_new_prices.low,
    )
