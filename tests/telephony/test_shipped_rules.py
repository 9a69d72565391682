"""The rules that ship are the rules that run: they carry the record of a back-test that found them not worse."""

from pathlib import Path

from telephony.published import known, rule_set

CONFIG = Path(__file__).parents[2] / "config"


def test_the_shipped_rules_carry_the_record_of_their_back_test(tmp_path: Path) -> None:
    accepted = {one.rules.hash for one in known(CONFIG, tmp_path)}
    assert rule_set(CONFIG).hash in accepted, (
        "config/escalation.toml or config/scope.toml is not what config/accepted records: `warmline serve` would run "
        "the older rules. `make accept-rules` back-tests them; commit config/accepted when they are not worse."
    )


def test_the_shipped_record_has_calls_of_both_kinds(tmp_path: Path) -> None:
    (shipped,) = known(CONFIG, tmp_path)
    assert 0 < shipped.figures.need_person < shipped.figures.calls
