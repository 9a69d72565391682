"""Publishes rules: the configuration's own when they are accepted, else those accepted last, with an alarm.

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

LAST = "published"  # file in the folder of accepted sets: the hash of the one that ran last
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
    for one, accepted in _candidates(draft, sets, _last(records)):
        try:
            loaded = one.business(business)
        except BusinessError as error:
            errors.append(f"rules {one.hash} cannot run: {error}")
            continue
        firsts = [error.splitlines()[0] for error in errors]
        return Published(loaded, one, accepted, _alarm(draft, one, accepted, firsts))
    raise BusinessError("\n".join(errors))


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
    draft: RuleSet | None, sets: Sequence[Accepted], last: str
) -> Iterator[tuple[RuleSet, Accepted | None]]:
    """In the order in which they are tried; the configuration's own files where they say the same as a kept copy."""
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
