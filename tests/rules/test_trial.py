"""What the process of its own finds: mistakes by line, changes by rule and key, and whether a set is worse."""

import re
from pathlib import Path

import pytest

from telephony.assembly.changing_rules import ProcessTrial
from telephony.backtest.truth import Truth
from telephony.published import rule_set
from telephony.rules.change import Texts
from telephony.rules.difference import differences
from telephony.settings import load
from telephony.trials import rules
from tests.rules.bench import CONFIG, changed
from tests.sim.story import Story, fitted, judge
from tests.telephony.backtest_calls import ruleless, tape
from voice.dialogue.business import Business

OWN = Texts(*((CONFIG / name).read_text("utf-8") for name in ("escalation.toml", "scope.toml")))


def line(text: str, wanted: str) -> int:
    return next(n for n, one in enumerate(text.splitlines(), start=1) if re.match(wanted, one))


def test_what_can_run_is_told_apart_from_the_published_by_rule_and_key(tmp_path: Path) -> None:
    found = rules.check(changed(OWN, 3), OWN, CONFIG, tmp_path)
    assert found.wrong == ()
    assert [(one.where, one.key, one.before, one.after) for one in found.differences] == [
        ("rule silent", "silences", "2", "3")
    ]
    assert "+silences = 3" in found.unified
    assert found.hash != rule_set(CONFIG).hash


def test_broken_toml_is_named_with_its_line(tmp_path: Path) -> None:
    scope = OWN.scope.replace('mode = "automatic"', "mode = automatic", 1)
    (wrong,) = rules.check(Texts(OWN.escalation, scope), OWN, CONFIG, tmp_path).wrong
    assert (wrong.file, wrong.line) == ("scope.toml", line(scope, "mode = automatic"))
    assert "TOML expected" in wrong.message


def test_a_rule_that_can_never_fire_is_refused_at_its_own_line(tmp_path: Path) -> None:
    text = OWN.escalation.replace("turns = 3\nof = 5", "turns = 6\nof = 5")
    (wrong,) = rules.check(Texts(text, OWN.scope), OWN, CONFIG, tmp_path).wrong
    assert "can never fire" in wrong.message
    assert wrong.file == "escalation.toml"
    assert wrong.line is not None
    assert abs(wrong.line - line(text, "turns = 6")) <= 3


def test_an_intent_without_an_owner_is_named_by_file_and_section(tmp_path: Path) -> None:
    scope = OWN.scope.replace('owner = "payments"\n', "", 1)
    (wrong,) = rules.check(Texts(OWN.escalation, scope), OWN, CONFIG, tmp_path).wrong
    assert (wrong.file, wrong.line) == ("scope.toml", line(scope, r"\[transfer\]"))
    assert "owner" in wrong.message


def test_lists_show_what_came_and_went_and_rules_that_are_new_or_gone() -> None:
    before = '[[rule]]\nname = "a"\nwords = ["x", "y"]\n[costs.default]\nmissed = 1.5\n'
    after = '[[rule]]\nname = "b"\non = true\n[costs.default]\nmissed = 2.0\n'
    found = {(one.where, one.key): (one.before, one.after) for one in differences((before, after), ("", "[x]\na = 1"))}
    assert found["rule a", ""] == ("there", "")
    assert found["rule b", "on"] == ("", "yes")
    assert found["costs", "default.missed"] == ("1.5", "2")
    assert found["scope x", "a"] == ("", "1")


def test_without_calls_it_cannot_be_told(tmp_path: Path) -> None:
    found = rules.run([], {}, both(OWN, changed(OWN, 3), tmp_path), judge=judge(), fit=lambda _: fitted())
    assert found.passed is None
    assert "cannot be told" in found.said[0]


def says_nothing(story: Story) -> None:
    for _ in range(4):
        story.silence()


def asks_for_opening_hours(story: Story) -> None:
    story.hears("what are your opening hours")
    story.hears("goodbye")


def both(old: Texts, new: Texts, folder: Path) -> tuple[Business, Business]:
    return rules.loaded(old, CONFIG, folder / "old"), rules.loaded(new, CONFIG, folder / "new")


def tried(old: Texts, new: Texts, folder: Path, *, needed: bool = True):
    tapes = [
        tape(says_nothing, known=ruleless(), name="silent"),
        tape(asks_for_opening_hours, known=ruleless(), name="hours"),
    ]
    truths = {"hours": Truth(False)} | ({"silent": Truth(True, 2)} if needed else {})
    return rules.run(tapes, truths, both(old, new, folder), judge=judge(), fit=lambda _: fitted())


def test_rules_that_lose_callers_are_worse_and_those_that_win_them_back_are_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    patient = changed(OWN, 4)
    worse = tried(OWN, patient, tmp_path / "one")
    assert worse.passed is False
    assert worse.said[0].startswith("The new rules are worse")
    assert any(line.startswith("silent (a person is needed by turn 2)") for line in worse.said)
    better = tried(patient, OWN, tmp_path / "two")
    assert better.passed is True
    assert better.figures["calls"] == 2
    assert capsys.readouterr().out.splitlines()[-1] == "2 2"


def test_calls_of_one_kind_alone_decide_nothing(tmp_path: Path) -> None:
    found = tried(changed(OWN, 4), OWN, tmp_path, needed=False)
    assert found.passed is None
    assert "some that need a person and some that need nobody; there are 0 and 1" in found.said[0]


async def test_the_check_works_in_a_process_of_its_own(tmp_path: Path) -> None:
    trial = ProcessTrial(load(CONFIG), wall=lambda: 0.0)
    found = await trial.check(Texts(OWN.escalation, "[balance"), OWN)
    assert [(one.file, one.line) for one in found.wrong] == [("scope.toml", 1)]
