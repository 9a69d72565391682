"""Which escalation rules answer the telephone: the configuration's own, once a back-test has found them not worse."""

from telephony.published.accepted import FOLDER, Accepted, Figures, known, write
from telephony.published.gate import Published, choose, keep, publish, upcoming
from telephony.published.rule_set import RuleSet, rule_set

__all__ = [
    "FOLDER",
    "Accepted",
    "Figures",
    "Published",
    "RuleSet",
    "choose",
    "keep",
    "known",
    "publish",
    "rule_set",
    "upcoming",
    "write",
]
