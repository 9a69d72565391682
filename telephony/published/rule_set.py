"""A rule set: one escalation.toml with the scope register it goes with, known by a hash of what the two say.

Comments, blank lines and the order of keys are not part of it: whoever rewords a comment needs no new back-test.
"""

import hashlib
import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from telephony.errors import ConfigError
from voice.dialogue.business import Business
from voice.dialogue.load import RULES, SCOPE, load_business, with_rules

HASH_LENGTH = 12  # hexadecimal digits, as many as the business's own version


@dataclass(frozen=True, slots=True)
class RuleSet:
    rules: Path
    scope: Path
    hash: str

    def business(self, folder: Path) -> Business:
        """The business in `folder` with these rules. Raises `BusinessError` where they do not go together."""
        return load_business(folder, rules=self.rules, scope=self.scope)

    def over(self, business: Business) -> Business:
        """`business` with these rules in place of its own. Raises `BusinessError` where they do not go together."""
        return with_rules(business, self.rules, self.scope)


def rule_set(where: Path, *, scope: Path | None = None) -> RuleSet:
    """The set in the folder `where`, or in that file with the scope.toml beside it, else with `scope`.

    Raises `ConfigError` naming the file, what was expected and what came.
    """
    rules = where / RULES if where.is_dir() else where
    beside = rules.with_name(SCOPE)
    register = beside if beside.exists() or scope is None else scope
    said = [json.dumps(_table(path), sort_keys=True, default=str) for path in (rules, register)]
    return RuleSet(rules, register, hashlib.sha256("\0".join(said).encode()).hexdigest()[:HASH_LENGTH])


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: a TOML file expected here, got {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: TOML expected, got {error}") from error
