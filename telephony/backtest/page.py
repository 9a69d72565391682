"""The back-test as one HTML page that fetches nothing: verdict, plots, the calls that changed, what is not known."""

from collections.abc import Iterator
from html import escape
from pathlib import Path

from telephony.backtest import plots, told
from telephony.backtest.compare import Comparison, Verdict
from telephony.backtest.plots import Group
from telephony.published import RuleSet

STYLE = Path(__file__).with_name("style.css")
LOOKS = {Verdict.NOT_WORSE: "good", Verdict.WORSE: "bad", Verdict.UNDECIDED: ""}


def write(path: Path, comparison: Comparison, *, old: RuleSet, new: RuleSet) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    parts = [_head(comparison, old, new), *_plots(comparison), _figures(comparison), _changed(comparison)]
    limits = told.limits(comparison)
    if limits:
        items = "".join(f"<li>{escape(one)}</li>" for one in limits)
        parts.append(_section("What is not known", "", f"<ul>{items}</ul>", wide=True))
    path.write_text(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Warmline back-test</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE.read_text(encoding='utf-8')}</style></head><body><main>{''.join(parts)}</main></body></html>\n",
        encoding="utf-8",
    )
    return path


def _head(comparison: Comparison, old: RuleSet, new: RuleSet) -> str:
    return (
        f"<header><h1>Back-test of escalation rules</h1>"
        f'<p class="verdict {LOOKS[comparison.verdict]}">{escape(told.verdict(comparison))}</p>'
        f'<p class="about"><span class="key"><i class="s1"></i>old: {escape(str(old.rules))} ({old.hash})</span>'
        f'<span class="key"><i class="s2"></i>new: {escape(str(new.rules))} ({new.hash})</span></p></header>'
    )


def _plots(comparison: Comparison) -> Iterator[str]:
    if not comparison.scored:
        return
    old, new = comparison.old, comparison.new
    rates = [Group("recall, in time", (old.recall, new.recall)), Group("false", (old.false_rate, new.false_rate))]
    caption = "Recall: of those who need a person. False: of those who need nobody."
    yield _section("Who is brought to a person", caption, plots.bars(rates, title="Recall and false rate", most=1.1))
    minutes = [
        Group("for those called", (old.minutes, new.minutes)),
        Group("expected cost", (old.cost_new_prices, new.cost_new_prices)),
    ]
    caption = "Agent minutes over all compared calls, by the new prices. Cost: needless minutes, and lost callers."
    yield _section("What it takes and costs", caption, plots.bars(minutes, title="Agent minutes and expected cost"))
    for title, unit, before, after in (
        ("When a person is called: turns", "turns of the caller before (-) or after a person was due",
         old.turns_after_due, new.turns_after_due),
        ("When a person is called: seconds late", "seconds after a person was due", old.late_seconds, new.late_seconds),
    ):  # fmt: skip
        drawn = plots.due(before, after, comparison.need_person, title=title, x_name=unit)
        yield _section(title, "% of those who need a person and have one by then. Higher is better.", drawn)


def _figures(comparison: Comparison) -> str:
    rows = told.rows(comparison)
    if not rows:
        return ""
    body = "".join(f"<tr><td>{escape(one.name)}<td>{one.old}<td>{one.new}</tr>" for one in rows)
    return _section("Figures", "", f"<table><thead><tr><th><th>old<th>new</tr></thead>{body}</table>", wide=True)


def _changed(comparison: Comparison) -> str:
    changed = comparison.changed
    rows = "".join(
        f"<tr><td>{escape(pair.tape.name)}<td>{escape(told.change(pair))}<td>{escape(told.reason(pair.old))}"
        f"<td>{escape(told.reason(pair.new))}</tr>"
        for pair in changed
    )
    table = f"<table><thead><tr><th>call<th>truth<th>old<th>new</tr></thead>{rows}</table>" if changed else ""
    caption = f"{len(changed)} of {len(comparison.pairs)}"
    return _section("Calls that changed", caption, f'<div class="scroll">{table}</div>', wide=True)


def _section(title: str, caption: str, inner: str, *, wide: bool = False) -> str:
    kind = ' class="wide"' if wide else ""
    said = f'<p class="caption">{escape(caption)}</p>' if caption else ""
    return f"<section{kind}><h2>{escape(title)}</h2>{said}{inner}</section>"
