"""Publishes rules: those that people chose on the rules page, the configuration's own when they are accepted, else
those accepted last, with an alarm.

The telephone is always answered: a set that does not load is passed over, and where none was ever accepted the
configuration's own runs.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from telephony.errors import ConfigError
from telephony.published.accepted import FOLDER, Accepted, known, write
from telephony.published.rule_set import RuleSet, rule_set
from voice.dialogue.business import Business
from voice.dialogue.errors import BusinessError

log = logging.getLogger(__name__)

LAST = "published"  # file in the folder of accepted sets: the hash of the one that ran last, or runs
CHOSEN = "chosen"  # file beside it: the hash that people chose, and that of the configuration's own rules then
HOW = "`warmline backtest --accept CALLS...` publishes them when they are not worse"


@dataclass(frozen=True, slots=True)
class Published:
    """`alarm`: why other rules run than the configuration's, or why these run unproven; "" when all is well."""

    business: Business
    rules: RuleSet
    accepted: Accepted | None
    alarm: str


def publish(business: Path, records: Path) -> Published:
    """What shall run. Reads only. Raises `BusinessError` when nothing at all can."""
    draft, trouble = _draft(business)
    sets = known(business, records)
    errors: list[str] = [trouble] if trouble else []
    chosen = _chosen(draft, sets, records)
    for one, accepted in _candidates(draft, sets, _last(records), chosen):
        try:
            loaded = one.business(business)
        except BusinessError as error:
            errors.append(f"rules {one.hash} cannot run: {error}")
            continue
        firsts = [error.splitlines()[0] for error in errors]
        alarm = "" if accepted is not None and accepted is chosen else _alarm(draft, one, accepted, firsts)
        return Published(loaded, one, accepted, alarm)
    raise BusinessError("\n".join(errors))


def upcoming(business: Path, records: Path) -> RuleSet:
    """What a start would try first now, not loaded. Raises `ConfigError` when there is no set at all."""
    draft, trouble = _draft(business)
    sets = known(business, records)
    found = next(_candidates(draft, sets, _last(records), _chosen(draft, sets, records)), None)
    if found is None:
        raise ConfigError(trouble)
    return found[0]


def choose(business: Path, records: Path, hash_: str) -> None:
    """Each start runs these, until the configuration's own say something else than now. Raises `OSError`."""
    draft, _ = _draft(business)
    (records / FOLDER).mkdir(parents=True, exist_ok=True)
    part = records / FOLDER / f"{CHOSEN}.part"
    part.write_text(f"{hash_} {draft.hash if draft else ''}\n", encoding="utf-8")
    part.replace(records / FOLDER / CHOSEN)


def _chosen(draft: RuleSet | None, sets: Sequence[Accepted], records: Path) -> Accepted | None:
    """The choice stands while the configuration says what it said then: whoever edits it afterwards means that."""
    try:
        hash_, _, own = (records / FOLDER / CHOSEN).read_text(encoding="utf-8").strip().partition(" ")
    except (OSError, UnicodeDecodeError):
        return None
    if draft is not None and draft.hash != own:
        return None
    return next((one for one in sets if one.rules.hash == hash_), None)


def _draft(business: Path) -> tuple[RuleSet | None, str]:
    try:
        return rule_set(business), ""
    except ConfigError as error:
        return None, str(error)


def _last(records: Path) -> str:
    try:
        return (records / FOLDER / LAST).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _candidates(
    draft: RuleSet | None, sets: Sequence[Accepted], last: str, chosen: Accepted | None
) -> Iterator[tuple[RuleSet, Accepted | None]]:
    """In the order in which they are tried; the configuration's own files where they say the same as a kept copy."""
    if chosen is not None:
        yield chosen.rules, chosen
    own = next((one for one in sets if draft is not None and one.rules.hash == draft.hash), None)
    if draft is not None and own is not None:
        yield draft, own
    for one in sorted(sets, key=lambda one: one.rules.hash != last):  # stable: then the newest first
        if one is not own:
            yield one.rules, one
    if draft is not None and own is None:
        yield draft, None


def _alarm(draft: RuleSet | None, runs: RuleSet, accepted: Accepted | None, before: Sequence[str]) -> str:
    if draft is not None and runs.hash == draft.hash and accepted is not None:
        return ""
    if accepted is None:
        first = f"The escalation rules ({runs.hash}) run without a back-test: none were ever accepted; {HOW}."
    else:
        what = f"The escalation rules of the configuration ({draft.hash}) are" if draft else "The escalation rules are"
        first = f"{what} not published: no back-test says that they are not worse; {accepted} runs; {HOW}."
    return " ".join([first, *before])


def keep(published: Published, records: Path) -> None:
    """Remembers the accepted set that runs, so that it can go on when the configuration changes."""
    one = published.accepted
    if one is None:
        return
    folder, own = records / FOLDER, records / FOLDER / one.rules.hash
    try:
        if published.rules.rules.parent != own:
            write(own, published.rules, against=one.against, figures=one.figures, now=one.accepted)
        (folder / LAST).write_text(one.rules.hash + "\n", encoding="utf-8")
    except OSError as error:
        log.warning("%s: a folder that may be written expected, got %s: the rules are not kept", folder, error)
