"""The list of promised call backs, as an operator reads it, and taking one back."""

from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from telephony.errors import ConfigError
from telephony.events import BriefReady
from telephony.journal import Record
from telephony.promised import cancel, listed
from telephony.records import rows
from telephony.records.store import default_url
from telephony.records.upgrade import open_engine, upgrade
from telephony.records.writer import Writer
from tests.records.samples import BRIEF, WALL, callback_call
from tests.sim.house import CONFIG


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration whose record holds one promise."""
    engine = open_engine(default_url(tmp_path / "var"))
    upgrade(engine)
    Writer(engine).write([rows.of(record) for record in callback_call()], durable=False)
    text = (CONFIG / "warmline.toml").read_text(encoding="utf-8")
    (tmp_path / "warmline.toml").write_text(
        text.replace('records_folder = "var"', f'records_folder = "{tmp_path / "var"}"'), encoding="utf-8"
    )
    return tmp_path


def shown(config: Path) -> str:
    console = Console(width=160, record=True, file=StringIO())
    console.print(listed(config, datetime.fromtimestamp(WALL + 600, UTC)))
    return console.export_text()


def test_a_promise_is_listed_with_its_wait_and_only_the_end_of_its_number(config: Path) -> None:
    text = shown(config)
    assert "1 promised call backs" in text
    assert "…0101" in text
    assert "+12065550101" not in text
    assert "cards" in text


def test_what_was_said_on_the_call_is_shown_as_it_is_and_is_no_markup(config: Path) -> None:
    """A mask stands in square brackets, as the terminal's own markup does."""
    headline = "[card ending 4242] is gone [/b]"
    engine = open_engine(default_url(config / "var"))
    brief = replace(BRIEF, version=2, headline=headline)
    told = Record("c2", 9, 50_000, WALL, BriefReady("h2", 2, brief))
    Writer(engine).write([rows.of(told)], durable=False)
    assert headline in shown(config)


def test_a_promise_that_is_taken_back_is_not_listed_any_more(config: Path) -> None:
    assert cancel(config, "h2").number == "+12065550101"
    assert "0 promised call backs" in shown(config)


def test_taking_back_what_was_never_promised_says_so(config: Path) -> None:
    with pytest.raises(ConfigError, match="a promise of the list expected, got 'h9'"):
        cancel(config, "h9")
