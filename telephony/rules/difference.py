"""What two versions of the rules say differently: by rule and key in words, and line by line."""

import difflib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

NONE = ""
MOST_CHARACTERS = 200  # of one value that is shown; lists of phrases are shown by what came and went
MOST_ITEMS = 20  # of a list, that came or went


@dataclass(frozen=True, slots=True)
class Difference:
    """`where`: "rule asked", "scope balance"; `before` or `after` empty: it was or is not there."""

    where: str
    key: str
    before: str
    after: str


def differences(escalation: tuple[str, str], scope: tuple[str, str]) -> tuple[Difference, ...]:
    """Each file before and after. Raises `tomllib.TOMLDecodeError`."""
    rules_before, rules_after = (_by_rule(tomllib.loads(text)) for text in escalation)
    scope_before, scope_after = ({f"scope {k}": v for k, v in tomllib.loads(text).items()} for text in scope)
    return (*_of(rules_before, rules_after), *_of(scope_before, scope_after))


def unified(name: str, before: str, after: str) -> str:
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), f"{name}, published", f"{name}, draft", lineterm="", n=2
    )
    return "\n".join(lines)


def _by_rule(table: Mapping[str, Any]) -> dict[str, Any]:
    """One entry a rule, by its name; the other sections by theirs."""
    rules = table.get("rule", ())
    found: dict[str, Any] = {}
    for number, rule in enumerate(rules if isinstance(rules, list) else (), start=1):
        name = f"rule {rule.get('name', number)}" if isinstance(rule, dict) else f"rule {number}"
        found[name if name not in found else f"{name} ({number})"] = rule
    return found | {name: section for name, section in table.items() if name != "rule"}


def _of(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    for where in dict.fromkeys([*before, *after]):
        if where not in after:
            yield Difference(where, "", "there", NONE)
        elif where not in before:
            yield Difference(where, "", NONE, "there")
        yield from _keys(where, "", before.get(where, {}), after.get(where, {}))


def _keys(where: str, key: str, before: Any, after: Any) -> Iterator[Difference]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys([*before, *after]):
            yield from _keys(where, f"{key}.{name}" if key else name, before.get(name), after.get(name))
    elif isinstance(before, list) and isinstance(after, list):
        went = [one for one in before if one not in after]
        came = [one for one in after if one not in before]
        yield Difference(where, key, _listed(went) or "the same in another order", _listed(came))
    else:
        yield Difference(where, key, _said(before), _said(after))


def _listed(values: Sequence[Any]) -> str:
    shown = ", ".join(_said(one) for one in values[:MOST_ITEMS])
    return shown if len(values) <= MOST_ITEMS else f"{shown} and {len(values) - MOST_ITEMS} more"


def _said(value: Any) -> str:
    if value is None:
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return _listed(value)
    if isinstance(value, dict):
        return ", ".join(f"{name} = {_said(one)}" for name, one in value.items())[:MOST_CHARACTERS]
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"
