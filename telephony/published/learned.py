"""What was learned from reviews, in numbered versions beside the records, never in the operator's own files.

`<records>/learned/<version>/` holds a version's state with its articles for agents, `<records>/learned/current` the
number of the one that counts. A start of the service lays it over the configuration.
"""

import json
import logging
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from telephony.copilot.articles import AGENTS
from telephony.errors import RecordError
from telephony.reviews.changes import Article, State
from voice.dialogue.business import Business
from voice.dialogue.learned import Learned, outdated, with_learned, without

log = logging.getLogger(__name__)

FOLDER, CURRENT, STATE = "learned", "current", "state.json"
ARTICLE_DAYS = 180  # until an article from a call is to be looked at again: as long as the shipped ones have
_STATE = TypeAdapter(State)


class LearnedFolder:
    """Implements `telephony.reviews.ports.Stage`. Small files, written at once."""

    def __init__(self, records: Path) -> None:
        self._folder = records / FOLDER

    @property
    def current(self) -> Path | None:
        """The folder of the version that counts; None before the first."""
        try:
            return self._folder / str(int((self._folder / CURRENT).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise RecordError(f"{self._folder / CURRENT}: the number of a version expected, got {error}") from error

    def state(self) -> State:
        """Raises `RecordError` when it cannot be read."""
        current = self.current
        if current is None:
            return State()
        try:
            return _STATE.validate_json((current / STATE).read_bytes())
        except (OSError, ValidationError) as error:
            raise RecordError(f"{current / STATE}: what was learned expected, got {error}") from error

    def publish(self, state: State) -> None:
        """The version first, then its number: a half-written one never counts."""
        to = self._folder / str(state.version)
        articles = to / AGENTS
        try:
            articles.mkdir(parents=True, exist_ok=True)
            for one in state.articles:
                (articles / f"{one.name}.md").write_text(_markdown(one), encoding="utf-8")
            (to / STATE).write_bytes(_STATE.dump_json(state, indent=1) + b"\n")
            part = self._folder / f"{CURRENT}.part"
            part.write_text(f"{state.version}\n", encoding="utf-8")
            part.replace(self._folder / CURRENT)
        except OSError as error:
            raise RecordError(f"{to}: a folder that may be written expected, got {error}") from error


def yields(business: Business, records: Path) -> tuple[str, ...]:
    """Drops, as a further version, what the operator has decided otherwise since; a line for each."""
    folder = LearnedFolder(records)
    try:
        state = folder.state()
        late = outdated(business, state.learned)
        if late:
            kept = replace(without(state.learned, late), version=state.version + 1)
            folder.publish(replace(state, learned=kept))
    except RecordError as error:
        return (str(error),)
    return tuple(f"{name}: the configuration has another value now, which counts" for name in late)


def laid_over(business: Business, records: Path) -> tuple[Business, tuple[str, ...]]:
    """The business with what was learned, and a line for each piece that does not fit it (any more)."""
    learned, trouble = learned_in(records)
    known, left_out = with_learned(business, learned)
    return known, (*trouble, *left_out)


def learned_in(records: Path) -> tuple[Learned, tuple[str, ...]]:
    """What was learned until now, and why it cannot be read where it cannot."""
    try:
        return LearnedFolder(records).state().learned, ()
    except RecordError as error:
        return Learned(), (str(error),)


def _markdown(article: Article) -> str:
    review = article.day + timedelta(days=ARTICLE_DAYS)
    title = json.dumps(article.title, ensure_ascii=False)  # JSON's strings are TOML's
    return f"+++\ntitle = {title}\nupdated = {article.day}\nreview_by = {review}\n+++\n{article.text}"
