"""Rules that can never fire or always do and a scope register that says too little are refused; dates remind."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.sim.story import CONFIG, business
from voice.dialogue.check_rules import reminders
from voice.dialogue.errors import BusinessError
from voice.dialogue.load import load_business

WRONG = [
    ("silences = 2", "silences = 0", r"\[\[rule\]\] silent: silences: greater than or equal to 1 expected, got 0"),
    ("said nothing {times} times", "quiet {n} times", r"silent evidence: \{times\} expected, got \{n\}"),
    ("turns = 3\nof = 5", "turns = 6\nof = 5", r"low-confidence turns: at most of = 5 .*can never fire.*got 6"),
    ("failed_actions = 2 ", "# ", r"action-failed no_matches, .* can never fire\), got none"),
    ("no_match = 0.8", "no_mach = 0.8", r"doubts-add-up weights.no_mach: one of correction, .* got an unknown name"),
    ("prior = 0.05", "prior = 0.6", r"doubts-add-up: a probability below .*\[costs.default\] \(the rule always"),
    ("needless_minutes = 6.0", "needless_minutes = -1", r"\[costs.default\]: needless_minutes: .*greater than 0"),
    ("missed_minutes = 4.0", "missed_minutes = nan", r"\[costs.default\]: missed_minutes: .*got nan"),
    ('["disputed_charge", "transfer"]', '["lost_card"]', r"large-amount intents: .*amount .*never fire.* 'lost_card'"),
    ('["disputed_charge", "transfer"]', "[]", r"large-amount intents: at least one intent .*never fire"),
    ("bias = 2.0", "bias = 0", r"\[early\]: bias: .*got 0"),
    ("review_by = 2027-02-28", "review_by = 2026-02-28", r"\[early\] review_by: a day after since = .* expected"),
    ("premier = 2.0", 'premier = "dear"', r"\[worth\]: premier: .*number.* 'dear'"),
    ('same_words = 3', 'same_words = 1', r"going-in-circles: same_words: .*greater than or equal to 2"),
    ('urgency = "normal"', 'urgency = "whenever"', r"urgency: 'now', 'soon' or 'normal' expected, got 'whenever'"),
    ('"passed away"', '"<deaths>"', r"always-a-person topics.bereavement: <deaths>: one of"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), WRONG, ids=[new for _, new, _ in WRONG])
def test_a_wrong_rule_is_refused_by_file_rule_and_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert "escalation.toml" in _refused(tmp_path, "escalation.toml", old, new, message)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('owner = "compliance"', 'owner = " "', r"scope.toml: \[stop_recording\] owner: who answers for it expected"),
        ("[menu]", "[menue]", r"scope.toml: \[menue\]: an intent of intents/\*.toml expected"),
        ("review_by = 2027-02-28\n", "", r"scope.toml: \[loan_question\]: review_by: a value expected, got none"),
        (
            '[talk_to_person]\nmode = "person"',
            '[talk_to_person]\nmode = "automatic"',
            r"\[talk_to_person\] mode: person",
        ),
        ('queue = "lending"', 'queue = "loans"', r"\[loan_question\] queue: one of cards, lending, .* got 'loans'"),
    ],
)
def test_a_scope_entry_that_says_too_little_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    _refused(tmp_path, "scope.toml", old, new, message)


def test_a_frustration_that_no_level_can_reach_is_refused(tmp_path: Path) -> None:
    folder = shutil.copytree(CONFIG, tmp_path / "config")
    path = folder / "escalation.toml"
    text = path.read_text("utf-8")
    for line in ("needless_minutes = 6.0", "needless_minutes = 5.0"):
        text = text.replace(line, "needless_minutes = 9999")
    path.write_text(text.replace("minutes_per_dollar = 0.005", "minutes_per_dollar = 0.0"), "utf-8")
    with pytest.raises(BusinessError, match=r"frustrated: a probability above 0.99.*\(the rule can never fire\)"):
        load_business(folder)


def test_a_review_that_has_passed_and_one_that_is_near_are_told_apart() -> None:
    scope = replace(business().scope["balance"], review_by=date(2026, 11, 1))
    soon = replace(business().scope["transfer"], review_by=date(2026, 12, 1))
    told = reminders(replace(business(), scope={"balance": scope, "transfer": soon}), date(2026, 11, 21))
    passed, near = (
        "a date to come expected, got 2026-11-01: member services should have looked at it again",
        "in 10 days",
    )
    assert list(told) == [
        ("scope.toml", f"[balance] review_by: {passed}"),
        ("scope.toml", f"[transfer] review_by: payments should look at it again by 2026-12-01, {near}"),
    ]


def test_nothing_reminds_while_every_date_is_far() -> None:
    assert list(reminders(business(), date(2026, 11, 21))) == []


def test_the_early_bias_reminds_when_its_review_is_due_and_not_once_it_is_none() -> None:
    later = date(2027, 3, 1)
    told = [what for file, what in reminders(business(), later) if file == "escalation.toml"]
    assert told == [
        "[early] review_by: a date to come expected, got 2027-02-28: member services should have looked at it again;"
        " the bias of 2 stands until then"
    ]
    early = business().early
    assert early is not None
    lowered = replace(business(), early=replace(early, bias=1.0))
    assert [file for file, _ in reminders(lowered, later) if file == "escalation.toml"] == []


def _refused(tmp_path: Path, file: str, old: str, new: str, message: str) -> str:
    folder = shutil.copytree(CONFIG, tmp_path / "config")
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(BusinessError, match=message) as refused:
        load_business(folder)
    return str(refused.value)
