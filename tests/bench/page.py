"""The bench as one HTML page beside bench.json: verdicts first, then plots of the raw samples, then the rest.

Made from the written files alone, so it can be made again at any time: `python -m tests.bench.page build/bench.json`.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from telephony import plots
from telephony.plots import Axes, Level, Line
from tests.bench import escalation_plots, intent_plots
from tests.bench.page_style import STYLE
from tests.bench.writer import Row

GOAL = re.compile(r"^\s*(<=|>=|<|>|=)?\s*(-?\d+(?:\.\d+)?)")
CAPACITY, CAPACITY_ROW = "capacity_arms.json", "calls_at_p95_500ms"  # the file is of the run that has the row
POLICY_ROW = "expected_cost_vs_best_fixed"
EDGE_ARMS = {  # row whose samples are drawn → its name on the page, and its colour
    "edge_gap_expected_p50_ms": ("Warmline, expected answer", 1),
    "edge_gap_live_p50_ms": ("Warmline, expected, live voice", 2),
    "edge_gap_free_p50_ms": ("Warmline, free speech", 3),
    "edge_gap_pipecat_tuned_p50_ms": ("pipecat 1.14, best tuned", 4),
    "edge_gap_pipecat_stock_p50_ms": ("pipecat 1.14, stock", 5),
}
EDGE_MS_MAX = 3000.0  # what is later is off the plot; its share shows as a curve that ends below 100 %
CAPACITY_MS_MAX = 2000.0
CAPACITY_SERIES = {"Warmline": 1, "pipecat 1.14, best tuned": 4}
GOAL_MS = 500.0


@dataclass(frozen=True, slots=True)
class Verdict:
    word: str  # met | missed | reported | not measured
    margin: str = ""


def verdict(row: Row) -> Verdict:
    """By the goal as the row itself words it: "<= 300", ">= 0.85 ...", "0"; "report" has none."""
    if row.value is None:
        return Verdict("not measured")
    found = GOAL.match(row.goal)
    if found is None:
        return Verdict("reported")
    sign, goal = found[1] or "=", float(found[2])
    met = {
        "<=": row.value <= goal, ">=": row.value >= goal, "<": row.value < goal, ">": row.value > goal,
        "=": row.value == goal,
    }[sign]  # fmt: skip
    return Verdict("met" if met else "missed")


def write(bench: Path) -> Path:
    """The page beside `bench`, from it and the samples it names."""
    table = json.loads(bench.read_text(encoding="utf-8"))
    rows = [Row(**fields) for fields in table["rows"]]
    page = bench.with_suffix(".html")
    page.write_text(_page(table["header"], rows, bench.parent), encoding="utf-8")
    return page


def _page(header: Mapping[str, Any], rows: Sequence[Row], folder: Path) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Warmline bench</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body><main>"
        f"{_head(header, rows)}{''.join(_plots(rows, folder))}{_tables(rows)}"
        "</main></body></html>\n"
    )


def _head(header: Mapping[str, Any], rows: Sequence[Row]) -> str:
    words = [verdict(row).word for row in rows]
    tiles = "".join(
        f'<div class="tile {word.replace(" ", "-")}"><b>{words.count(word)}</b>{word}</div>'
        for word in ("met", "missed", "reported", "not measured")
    )
    about = " · ".join(
        escape(str(one))
        for one in (
            f"commit {header['commit']}",
            header["machine"],
            f"seed {header['seed']}",
            f"config {header['config']}",
        )
    )
    return f'<header><h1>Warmline bench</h1><p class="about">{about}</p><div class="tiles">{tiles}</div></header>'


# --- plots ----------------------------------------------------------------------------------------------------------


def _plots(rows: Sequence[Row], folder: Path) -> Iterator[str]:
    edge = [
        Line(name, plots.ecdf(samples), series)
        for row_id, (name, series) in EDGE_ARMS.items()
        if (samples := _samples(rows, row_id, folder))
    ]
    if edge:
        axes = Axes(
            "ms from the caller's last voiced frame to the first frame of the answer", "% of turns", EDGE_MS_MAX, 100,
            plots.WIDE,
        )  # fmt: skip
        title = "Distribution of the answer's delay for each arm"
        drawn = plots.lines(edge, axes, title=title, levels=[Level("p95", 95), Level("p50", 50)])
        yield _figure("How soon callers are answered", "Further left is better.", plots.legend(edge) + drawn, wide=True)
    if any(row.id == CAPACITY_ROW and row.value is not None for row in rows):
        yield from _capacity(folder)
    if any(row.id == POLICY_ROW and row.value is not None for row in rows):
        caption = "Scoring calls as text, every word heard. Up and left is better."
        yield _figure("Needless against missed", caption, "".join(escalation_plots.trade(folder)))
        caption = "A caller lost and a needless transfer as escalation.toml prices them. Lower is better."
        yield _figure("What decisions cost", caption, "".join(escalation_plots.cost(folder)))
    if any(row.id == intent_plots.RELIABILITY_ROW and row.value is not None for row in rows):
        caption = "BANKING77, questions the model had not seen. On the diagonal a confidence means its number."
        yield _figure("What confidence is worth", caption, intent_plots.reliability(folder))
    if any(row.id == intent_plots.SCOPE_ROW and row.value is not None for row in rows):
        caption = "CLINC, validation part against texts of none of its intents. Further up and left is better."
        yield _figure("Other people's business", caption, intent_plots.scope(folder))


def _capacity(folder: Path) -> Iterator[str]:
    text = (folder / "raw" / CAPACITY).read_text(encoding="utf-8")
    arms: dict[str, list[dict[str, float]]] = json.loads(text)["arms"]
    most = max(step["calls"] for steps in arms.values() for step in steps)
    late = _over_calls(arms, "p95_ms")
    axes = Axes("calls at once", "p95, ms", most, CAPACITY_MS_MAX)
    title = "Calls at once against the 95th percentile of the answer's delay"
    drawn = plots.lines(late, axes, title=title, levels=[Level("goal, 500 ms", GOAL_MS)])
    caption = f"Callers' side on the same machine. A point at {CAPACITY_MS_MAX:.0f} ms lies there or above."
    yield _figure("Calls against p95", caption, plots.legend(late) + drawn)
    cpu = _over_calls(arms, "core_pct_per_call")
    axes = Axes("calls at once", "% of a core a call", most, 1.1 * max(y for curve in cpu for _, y in curve.points))
    drawn = plots.lines(cpu, axes, title="Processor time of a call, in percent of a core")
    yield _figure("Processor time a call", "All processes of the arm, models included.", plots.legend(cpu) + drawn)


def _over_calls(arms: Mapping[str, list[dict[str, float]]], what: str) -> list[Line]:
    return [
        Line(name, [(step["calls"], step[what]) for step in steps], CAPACITY_SERIES.get(name, 6), dots=True)
        for name, steps in arms.items()
    ]


def _figure(title: str, caption: str, inner: str, *, wide: bool = False) -> str:
    kind = "figure wide" if wide else "figure"
    return f'<section class="{kind}"><h2>{escape(title)}</h2><p class="caption">{escape(caption)}</p>{inner}</section>'


def _samples(rows: Sequence[Row], row_id: str, folder: Path) -> list[float]:
    row = next((row for row in rows if row.id == row_id), None)
    if row is None or row.raw is None:
        return []
    samples: list[float] = json.loads((folder / row.raw).read_text(encoding="utf-8"))["samples"]
    return samples


# --- tables ---------------------------------------------------------------------------------------------------------


def _tables(rows: Sequence[Row]) -> str:
    """What was missed comes first: it is what a reader acts on."""
    order = ("missed", "met", "reported", "not measured")
    sections = []
    for word in order:
        chosen = [row for row in rows if verdict(row).word == word]
        if chosen:
            body = "".join(map(_row, chosen))
            sections.append(
                f'<section class="wide rows"><h2>{word.capitalize()} <small>{len(chosen)}</small></h2>'
                '<div class="scroll"><table><thead><tr><th>row<th class="n">value<th>goal<th>verdict<th>peer'
                f'<th class="n">ratio<th class="n">n<th>note</tr></thead><tbody>{body}</tbody></table></div></section>'
            )
    return "".join(sections)


def _row(row: Row) -> str:
    word = verdict(row).word
    value = "–" if row.value is None else f"{number(row.value)} <small>{escape(row.unit)}</small>"
    peer = "" if row.peer_value is None else f"{escape(row.peer or 'peer')}: {number(row.peer_value)}"
    cells = (
        f"<td><code>{escape(row.id)}</code>",
        f'<td class="n value">{value}',
        f'<td class="goal">{escape(row.goal)}',
        f'<td><span class="verdict {word.replace(" ", "-")}">{word}</span>',
        f"<td>{peer}",
        f'<td class="n">{"" if row.ratio is None else number(row.ratio)}',
        f'<td class="n">{row.n or ""}',
        f'<td class="note">{escape(row.note)}',
    )
    return f"<tr>{''.join(cells)}</tr>"


def number(value: float) -> str:
    """Three figures, and no more than are known: 1,234 · 87.3 · 0.0123."""
    if value == int(value) and abs(value) < 1e6:
        return f"{int(value):,}"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


if __name__ == "__main__":
    print(write(Path(sys.argv[1] if len(sys.argv) > 1 else "build/bench.json")))
