"""Reads a business from its folder of TOML and Markdown, and refuses it with all that is wrong, named by file, section
and key, rather than let a caller find out."""

import difflib
import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from models.knowledge import Article, Knowledge
from voice.dialogue import check
from voice.dialogue.approval_policy import Approvals
from voice.dialogue.asking import with_articles
from voice.dialogue.business import (
    Business,
    Disposition,
    Hearing,
    Identity,
    Intent,
    KeypadItem,
    Prompts,
    Queue,
    Routing,
    Scope,
    Staying,
)
from voice.dialogue.errors import BusinessError
from voice.triggers import registry
from voice.triggers.price import Costs, Early, Factor
from voice.triggers.rule import Rule

T = TypeVar("T")
FRONT = "+++"
RULES, SCOPE = "escalation.toml", "scope.toml"
FINGERPRINT = 12  # hexadecimal digits
APPROVALS = "approvals.toml"  # a business without one asks nobody for a yes
ACCEPTED = "accepted"  # folder of the rules that run when these have no back-test yet: no part of the business


def load_business(folder: Path, *, rules: Path | None = None, scope: Path | None = None) -> Business:
    """The business in `folder`. Raises `BusinessError` with one line a mistake: file, section, key, expected, got.

    `rules` and `scope`: read instead of its escalation.toml and scope.toml.
    """
    rules, scope = rules or folder / RULES, scope or folder / SCOPE
    main = _toml(folder / "business.toml")
    escalation = _escalation(rules)
    prompts = folder / "prompts" / "en.toml"
    articles = {path.stem: _article(path) for path in sorted((folder / "knowledge").glob("*.md"))}
    intents, register = with_articles(
        {path.stem: _intent(path) for path in _files(folder / "intents", "*.toml")},
        _table(scope, _toml(scope), Scope),
        articles,
    )
    beside = _beside(folder)
    business = Business(
        name=_text(main, "name", folder / "business.toml"),
        version=_version(beside, rules, scope),
        intents=intents,
        outside=_lines(folder / "intents" / "outside.txt"),
        scope=register,
        prompts=_prompts(prompts),
        articles=articles,
        knowledge=Knowledge(articles.values()),
        **escalation,
        approvals=_approvals(folder / APPROVALS),
        queues=_table(folder / "queues.toml", _toml(folder / "queues.toml"), Queue),
        dispositions=_dispositions(folder / "dispositions.toml"),
        menu=tuple(tuple(page) for page in main.get("menu", ())),
        identity=_optional(folder / "business.toml", main, "identity", Identity),
        hearing=_optional(folder / "business.toml", main, "hearing", Hearing) or Hearing(),
        routing=_optional(folder / "business.toml", main, "routing", Routing) or Routing(),
        staying=_optional(folder / "business.toml", main, "staying", Staying) or Staying(),
        time_zone=_text({"time_zone": "UTC", **main}, "time_zone", folder / "business.toml"),
        keypad=_table(folder / "business.toml", main.get("keypad", {}), KeypadItem, "keypad."),
        beside=beside,
    )
    known = {"name", "menu", "identity", "hearing", "keypad", "routing", "staying", "time_zone"}
    _known(folder / "business.toml", main, known)
    return _checked(business, {RULES: rules, SCOPE: scope}, folder)


def with_rules(business: Business, rules: Path, scope: Path) -> Business:
    """`business` with this escalation.toml and scope.toml in place of its own; none of its other files is read again.

    Raises `BusinessError` like `load_business`, also where the two do not fit the rest.
    """
    escalation = _escalation(rules)
    _, register = with_articles(business.intents, _table(scope, _toml(scope), Scope), business.articles)
    known = replace(business, scope=register, version=_version(business.beside, rules, scope), **escalation)
    return _checked(known, {RULES: rules, SCOPE: scope}, Path())


def _checked(business: Business, files: Mapping[str, Path], folder: Path) -> Business:
    """`files`: those that do not lie in `folder` under their own names."""
    if mistakes := check.mistakes(business):
        raise BusinessError("\n".join(f"{files.get(where, folder / where)}: {what}" for where, what in mistakes))
    return business


def _escalation(path: Path) -> dict[str, Any]:
    """The fields of a business that escalation.toml says."""
    table = _toml(path)
    _known(path, table, {"costs", "early", "rule", "worth"})
    return {
        "rules": tuple(_rules(path, table)),
        "costs": _table(path, table.get("costs", {}), Costs, "costs."),
        "worth": build(dict[str, Factor], table.get("worth", {}), f"{path}: [worth]"),
        "early": _optional(path, table, "early", Early),
    }


def _intent(path: Path) -> Intent:
    table = _toml(path)
    if "name" in table:
        raise BusinessError(f"{path}: name: none expected (the file's name is the intent's), got {table['name']!r}")
    return build(Intent, {"name": path.stem, **table}, str(path))


def _article(path: Path) -> Article:
    table, body = front_matter(path)
    return build(Article, {"name": path.stem, "text": body, **table}, str(path))


def front_matter(path: Path) -> tuple[dict[str, Any], str]:
    """What stands between the two lines of +++ above an article, and the article's text."""
    text = path.read_text("utf-8")
    if not text.startswith(FRONT) or text.count(FRONT) < 2:
        raise BusinessError(f"{path}: front matter between two {FRONT} lines expected, got {text[:20]!r}")
    _, front, body = text.split(FRONT, 2)
    try:
        return tomllib.loads(front), body.strip()
    except tomllib.TOMLDecodeError as error:
        raise BusinessError(f"{path}: front matter: TOML expected, got {error}") from error


def _rules(path: Path, table: Mapping[str, Any]) -> list[Rule]:
    kinds = registry.kinds()
    rules: list[Rule] = []
    for number, entry in enumerate(table.get("rule", ()), start=1):
        where = f"{path}: [[rule]] {entry.get('name', number)}"
        kind = entry.get("kind")
        if kind not in kinds:
            raise BusinessError(f"{where}: kind: one of {', '.join(sorted(kinds))} expected, got {kind!r}")
        rules.append(build(kinds[kind], entry, where))
    return rules


def _approvals(path: Path) -> Approvals:
    return build(Approvals, _toml(path), str(path)) if path.exists() else Approvals()


def _prompts(path: Path) -> Prompts:
    table = _toml(path)
    _known(path, table, {"version", "prompts"})
    texts = {
        name: (value,) if isinstance(value, str) else tuple(value) for name, value in table.get("prompts", {}).items()
    }
    empty = next((name for name, variants in texts.items() if not variants or not all(variants)), None)
    if empty is not None:
        raise BusinessError(f"{path}: [prompts] {empty}: at least one sentence expected, got none")
    return Prompts(_text(table, "version", path), texts)


def _dispositions(path: Path) -> tuple[Disposition, ...]:
    entries = _toml(path).get("disposition", ())
    return tuple(build(Disposition, entry, f"{path}: [[disposition]] {n}") for n, entry in enumerate(entries, start=1))


def _table(path: Path, table: Mapping[str, Any], shape: type[T], prefix: str = "") -> dict[str, T]:
    return {name: build(shape, entry, f"{path}: [{prefix}{name}]") for name, entry in table.items()}


def _optional(path: Path, table: Mapping[str, Any], name: str, shape: type[T]) -> T | None:
    return build(shape, table[name], f"{path}: [{name}]") if name in table else None


def build(shape: type[T], table: Any, where: str) -> T:
    """A checked `shape` from a parsed table. `where` names file and section in errors."""
    try:
        return TypeAdapter(shape).validate_python(table)
    except ValidationError as error:
        raise BusinessError("\n".join(_explain(shape, problem, where) for problem in error.errors())) from error


def _explain(shape: type, problem: Any, where: str) -> str:
    key = ".".join(str(part + 1) if isinstance(part, int) else str(part) for part in problem["loc"]) or "(section)"
    got = repr(problem["input"])
    got = got if len(got) <= 80 else got[:77] + "..."
    if problem["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        near = difflib.get_close_matches(str(problem["loc"][-1]), sorted(_keys(shape)), n=1, cutoff=0.5)
        hint = f" (did you mean {near[0]}?)" if near else ""
        return f"{where}: {key}: a known key expected{hint}, got this one with {got}"
    if problem["type"] in ("missing", "missing_argument", "missing_keyword_only_argument"):
        return f"{where}: {key}: a value expected, got none"
    expected = problem["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    return f"{where}: {key}: {expected} expected, got {got}"


def _keys(shape: type) -> set[str]:
    """All keys of a shape and of the shapes inside it."""
    if not is_dataclass(shape):
        return set()
    names = {one.name for one in fields(shape)}
    inner = [shape for one in fields(shape) for shape in getattr(one.type, "__args__", ()) if is_dataclass(shape)]
    return names.union(*(_keys(one) for one in inner if isinstance(one, type)))


def _known(path: Path, table: Mapping[str, Any], keys: set[str]) -> None:
    unknown = sorted(set(table) - keys)
    if unknown:
        raise BusinessError(f"{path}: {unknown[0]}: one of {', '.join(sorted(keys))} expected, got this key")


def _text(table: Mapping[str, Any], key: str, path: Path) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value:
        raise BusinessError(f"{path}: {key}: a text expected, got {value!r}")
    return value


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise BusinessError(f"{path}: a TOML file expected here, got {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BusinessError(f"{path}: TOML expected, got {error}") from error


def _lines(path: Path) -> tuple[str, ...]:
    if not path.exists():
        return ()
    return tuple(line.strip() for line in path.read_text("utf-8").splitlines() if line.strip())


def _files(folder: Path, pattern: str) -> list[Path]:
    found = sorted(folder.glob(pattern))
    if not found:
        raise BusinessError(f"{folder}: at least one {pattern} expected, got none")
    return found


def _version(beside: str, rules: Path, scope: Path) -> str:
    """A short fingerprint of every file a business is made of; `beside`: of all but these two."""
    digest = hashlib.sha256(beside.encode())
    for path in (rules, scope):
        digest.update(b"\0" + path.read_bytes())
    return digest.hexdigest()[:FINGERPRINT]


def _apart(name: str) -> bool:
    return name in (RULES, SCOPE) or name.startswith(f"{ACCEPTED}/")


def _beside(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_file() and path.suffix in (".toml", ".md", ".txt") and not _apart(name):
            digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:FINGERPRINT]
