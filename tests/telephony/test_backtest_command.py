"""`warmline backtest`: journals, fixtures and rule files in; figures, a page, an exit code and perhaps a record out."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from telephony.cli import app
from telephony.published import known, publish
from telephony.records.export import write_records
from telephony.settings import load
from tests.sim.journaled import Journaled
from tests.sim.story import Story
from tests.telephony.backtest_calls import ruleless

ROOT = Path(__file__).parents[2]
NOT_WORSE, WRONG, WORSE, UNDECIDED = 0, 2, 3, 4
LABELS = "call,needs_person,by_turn\nsilent,true,2\nasks,true,1\nhours,false,\n"


@dataclass
class House:
    """A configuration of one's own, and three recorded calls with their truth."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "config"

    @property
    def calls(self) -> Path:
        return self.folder / "calls"

    @property
    def records(self) -> Path:
        return load(self.config).service.records_folder

    def backtest(self, *given: object, calls: Path | None = None) -> Result:
        common = ["--config", self.config, "--out", self.folder / "out", "--labels", self.folder / "labels.csv"]
        words = [str(one) for one in ("backtest", *common, *given, calls or self.calls)]
        return CliRunner().invoke(app, words, env={"COLUMNS": "200"})

    def rules(self, silences: int) -> Path:
        """A rule file that waits for so many silences."""
        text = (self.config / "escalation.toml").read_text("utf-8")
        path = self.folder / f"silences-{silences}.toml"
        path.write_text(re.sub(r"(?m)^silences = \d+", f"silences = {silences}", text), "utf-8")
        return path


@pytest.fixture
def house(tmp_path: Path) -> House:
    shutil.copytree(ROOT / "config", tmp_path / "config", ignore=shutil.ignore_patterns("accepted"))
    settings = tmp_path / "config" / "warmline.toml"
    text = re.sub(r"(?m)^records_folder = .*\n", "", settings.read_text("utf-8"))
    records = f'[service]\nrecords_folder = "{tmp_path / "var"}"\n'
    settings.write_text(text.replace("[service]\n", records, 1), "utf-8")
    (tmp_path / "labels.csv").write_text(LABELS, "utf-8")
    for name, tells in (
        ("silent", lambda story: [story.silence() for _ in range(3)]),
        ("asks", lambda story: story.hears("i want to speak to a person")),
        ("hours", lambda story: story.hears("what are your opening hours")),
    ):
        story = Story(answered=False, known=ruleless())
        journaled = Journaled(story, name)
        tells(story)
        write_records(journaled.ended(), tmp_path / "calls" / f"{name}.jsonl")
    return House(tmp_path)


def test_rules_that_bring_a_person_later_than_needed_are_worse_and_the_call_is_named(house: House) -> None:
    done = house.backtest("--rules", house.rules(2), "--rules", house.rules(3))
    assert done.exit_code == WORSE, done.output
    assert "1 of 3 calls changed" in done.output
    assert re.search(r"old: silent@\d+ at turn 2: said nothing 2 times", done.output)
    assert re.search(r"new: silent@\d+ at turn 3: said nothing 3 times", done.output)
    page = (house.folder / "out" / "backtest.html").read_text("utf-8")
    assert "<svg" in page
    assert "The new rules are worse" in page
    assert "http" not in page.replace("http-equiv", "")  # nothing is fetched


def test_the_other_way_round_they_are_not_worse(house: House) -> None:
    done = house.backtest("--rules", house.rules(3), "--rules", house.rules(2))
    assert done.exit_code == NOT_WORSE, done.output
    assert "0.500" in done.output  # recall before
    assert "1.000" in done.output


def test_without_a_truth_differences_are_printed_and_nothing_is_said_of_worse(house: House) -> None:
    (house.folder / "labels.csv").write_text("call,needs_person,by_turn\n", "utf-8")
    done = house.backtest("--rules", house.rules(2), "--rules", house.rules(3))
    assert done.exit_code == UNDECIDED
    assert "1 of 3 calls changed" in done.output
    assert "cannot be told" in done.output


def test_a_fixture_is_replayed_without_rules_and_brings_its_own_truth(house: House) -> None:
    call = ROOT / "tests" / "calls" / "labelled" / "two_silences.toml"
    done = house.backtest("--rules", house.rules(2), "--rules", house.rules(3), calls=call)
    assert done.exit_code == WORSE, done.output
    assert "two_silences (a person is needed by turn 2)" in done.output


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--rules", "none.toml"], "none.toml: a TOML file expected here"),
        (["--rules", "a", "--rules", "b", "--rules", "c"], "the old set and the new one expected, got 3"),
        (["--labels", "none.csv"], "none.csv: labels expected"),
    ],
)
def test_wrong_input_is_said_in_words(house: House, given: list[str], said: str) -> None:
    done = house.backtest(*given)
    assert (done.exit_code, said in done.output) == (WRONG, True), done.output


def test_what_is_accepted_is_what_serve_publishes(house: House) -> None:
    assert "run without a back-test" in publish(house.config, house.records).alarm
    assert house.backtest("--accept").exit_code == NOT_WORSE
    assert publish(house.config, house.records).alarm == ""


def test_worse_rules_are_not_accepted_and_those_before_go_on(house: House) -> None:
    assert house.backtest("--accept").exit_code == NOT_WORSE
    before = publish(house.config, house.records).rules.hash
    shutil.copyfile(house.rules(3), house.config / "escalation.toml")
    done = house.backtest("--accept")
    assert done.exit_code == WORSE
    assert "not accepted" in done.output
    assert publish(house.config, house.records).rules.hash == before


def test_the_record_says_what_was_found_and_against_what(house: House) -> None:
    house.backtest("--rules", house.rules(3), "--accept")
    (first,) = known(house.config, house.records)
    done = house.backtest("--rules", house.rules(2), "--accept", "--accept-in", house.config / "accepted")
    assert done.exit_code == NOT_WORSE, done.output
    second = known(house.config, house.records)[0]
    assert second.rules.rules.parent == house.config / "accepted"
    assert (first.against, second.against) == ("", first.rules.hash)
    assert (first.figures.recall, second.figures.recall, second.figures.calls) == (0.5, 1.0, 3)


def test_nothing_is_accepted_against_rules_that_were_never_accepted_themselves(house: House) -> None:
    house.backtest("--accept")
    done = house.backtest("--rules", house.rules(5), "--rules", house.rules(3), "--accept")
    assert (done.exit_code, len(known(house.config, house.records))) == (WRONG, 1)
    assert "an accepted set" in done.output


def test_calls_of_one_kind_alone_are_no_reason_to_accept(house: House) -> None:
    (house.folder / "labels.csv").write_text("call,needs_person,by_turn\nhours,false,\n", "utf-8")
    done = house.backtest("--accept")
    assert (done.exit_code, known(house.config, house.records)) == (WRONG, [])
    assert "some that need a person and some that need nobody" in done.output


def test_an_accepted_set_that_no_longer_fits_the_configuration_is_no_measure_any_more(house: House) -> None:
    house.backtest("--accept")
    (house.config / "intents" / "complaint.toml").unlink()
    for name, pattern in (("scope.toml", r"(?s)\[complaint\].*?(?=\n\[)"), ("business.toml", r'"complaint",?')):
        path = house.config / name
        path.write_text(re.sub(pattern, "", path.read_text("utf-8")), "utf-8")
    done = house.backtest("--accept")
    assert done.exit_code == NOT_WORSE, done.output
    assert [one.against for one in known(house.config, house.records)] == ["", ""]
