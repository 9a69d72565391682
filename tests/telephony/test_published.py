"""Which rules answer the telephone: accepted ones alone, and always some."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from telephony.check import examine
from telephony.published import Figures, keep, known, publish, rule_set, write
from telephony.service import published
from telephony.settings import load
from voice.dialogue.errors import BusinessError
from voice.triggers.silent import Rule as Silent

ROOT = Path(__file__).parents[2]
FIGURES = Figures(
    calls=20, need_person=10, recall=0.9, false_rate=0.1, agent_minutes=0.0, cost_minutes=4.0, cost_minutes_before=5.0
)
MONDAY, TUESDAY = datetime(2026, 11, 23, 9, tzinfo=UTC), datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The demo business, without the record that ships with it."""
    to = tmp_path / "config"
    shutil.copytree(ROOT / "config", to, ignore=shutil.ignore_patterns("accepted"))
    return to


@pytest.fixture
def records(tmp_path: Path) -> Path:
    return tmp_path / "var"


def silences(folder: Path, times: int) -> None:
    """The rules in `folder` wait for so many silences."""
    path = folder / "escalation.toml"
    text, changed = re.subn(r"(?m)^silences = \d+", f"silences = {times}", path.read_text("utf-8"))
    assert changed == 1
    path.write_text(text, "utf-8")


def accept(config: Path, to: Path, at: datetime = MONDAY) -> str:
    rules = rule_set(config)
    write(to / rules.hash, rules, against="", figures=FIGURES, now=at)
    return rules.hash


def waits_for(published_rules: tuple[object, ...]) -> int:
    return next(rule.silences for rule in published_rules if isinstance(rule, Silent))


def test_accepted_rules_run_without_an_alarm(config: Path, records: Path) -> None:
    accepted = accept(config, records / "rules")
    now = publish(config, records)
    assert (now.rules.hash, now.alarm) == (accepted, "")


def test_a_comment_needs_no_new_back_test_but_a_number_does(config: Path, records: Path) -> None:
    before = rule_set(config).hash
    path = config / "escalation.toml"
    path.write_text("# reworded\n\n" + path.read_text("utf-8"), "utf-8")
    assert rule_set(config).hash == before
    silences(config, 5)
    assert rule_set(config).hash != before


def test_rules_without_a_back_test_are_not_published_the_last_accepted_ones_run_with_an_alarm(
    config: Path, records: Path
) -> None:
    silences(config, 2)
    accepted = accept(config, records / "rules")
    silences(config, 5)
    now = publish(config, records)
    assert waits_for(now.business.rules) == 2
    assert now.rules.hash == accepted
    assert "not published" in now.alarm
    assert accepted in now.alarm


def test_the_scope_register_is_part_of_the_rules(config: Path, records: Path) -> None:
    accept(config, records / "rules")
    path = config / "scope.toml"
    path.write_text(path.read_text("utf-8").replace('mode = "person"', 'mode = "automatic"', 1), "utf-8")
    now = publish(config, records)
    assert now.business.scope["complaint"].mode == "person"
    assert "not published" in now.alarm


def test_what_ran_last_goes_on_before_what_was_accepted_later(config: Path, records: Path) -> None:
    silences(config, 2)
    accept(config, records / "rules", at=MONDAY)
    keep(publish(config, records), records)
    silences(config, 3)
    accept(config, records / "rules", at=TUESDAY)
    silences(config, 5)
    assert waits_for(publish(config, records).business.rules) == 2


def test_the_shipped_record_is_enough_and_is_kept_for_the_day_on_which_the_rules_change(
    config: Path, records: Path
) -> None:
    silences(config, 2)
    write(config / "accepted", rule_set(config), against="", figures=FIGURES, now=MONDAY)
    first = publish(config, records)
    keep(first, records)
    shutil.rmtree(config / "accepted")
    silences(config, 5)
    assert first.alarm == ""
    assert waits_for(publish(config, records).business.rules) == 2


def test_where_nothing_was_ever_accepted_the_telephone_is_answered_all_the_same(config: Path, records: Path) -> None:
    now = publish(config, records)
    assert now.rules.hash == rule_set(config).hash
    assert "run without a back-test" in now.alarm


@pytest.mark.parametrize("broken", ["[[rule", 'nonsense = "x"'])
def test_rules_that_cannot_be_read_leave_the_accepted_ones_at_work(config: Path, records: Path, broken: str) -> None:
    accepted = accept(config, records / "rules")
    (config / "escalation.toml").write_text(broken, "utf-8")
    now = publish(config, records)
    assert now.rules.hash == accepted
    assert now.alarm


def test_an_accepted_set_that_no_longer_fits_the_business_is_passed_over_and_named(config: Path, records: Path) -> None:
    accepted = accept(config, records / "rules")
    (config / "intents" / "complaint.toml").unlink()
    path = config / "scope.toml"
    path.write_text(re.sub(r"(?s)\[complaint\].*?(?=\n\[)", "", path.read_text("utf-8")), "utf-8")
    main = config / "business.toml"
    main.write_text(re.sub(r'"complaint",?', "", main.read_text("utf-8")), "utf-8")
    now = publish(config, records)
    assert now.rules.hash != accepted
    assert f"rules {accepted} cannot run" in now.alarm


def test_a_business_that_cannot_run_at_all_is_refused_as_before(config: Path, records: Path) -> None:
    (config / "escalation.toml").unlink()
    with pytest.raises(BusinessError, match=r"escalation\.toml: a TOML file expected"):
        publish(config, records)


def test_a_record_whose_rules_were_changed_by_hand_accepts_nothing(config: Path, records: Path) -> None:
    accepted = accept(config, records / "rules")
    silences(records / "rules" / accepted, 9)
    assert known(config, records) == []


def test_a_half_written_set_was_never_accepted(config: Path, records: Path) -> None:
    accepted = accept(config, records / "rules")
    (records / "rules" / accepted / "backtest.toml").write_text("hash = ", "utf-8")
    assert known(config, records) == []


def test_records_that_cannot_be_written_keep_nobody_from_answering(config: Path, records: Path) -> None:
    accept(config, records / "rules")
    now = publish(config, records)
    records_file = records.parent / "file"
    records_file.write_text("", "utf-8")
    keep(now, records_file)  # no exception: it is logged
    assert records_file.read_text("utf-8") == ""


def test_serve_answers_with_the_accepted_rules_and_every_desk_is_told(config: Path, records: Path) -> None:
    settings = load(config)
    settings = settings.model_copy(update={"service": settings.service.model_copy(update={"records_folder": records})})
    silences(config, 2)
    accept(config, records / "rules")
    assert published(settings).alarm == ""
    silences(config, 5)
    world = published(settings)
    assert waits_for(world.business(settings.business.folder).rules) == 2
    assert "not published" in world.alarm


def test_check_names_the_rules_that_would_run(config: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    findings = [finding for finding in examine(config) if finding.part == "rules"]
    assert [(finding.state, "run without a back-test" in finding.says) for finding in findings] == [("note", True)]
