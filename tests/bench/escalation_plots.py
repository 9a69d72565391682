"""The trade of needless against missed persons, and what each way to decide costs, from what `escalation.py` left."""

import json
from pathlib import Path
from typing import Any

from telephony import plots
from telephony.plots import Axes, Level, Line
from tests.bench.escalation import POLICIES

GOAL_RECALL = 95.0


def trade(folder: Path) -> tuple[str, str]:
    """Legend and plot."""
    table = _table(folder)
    points = [(100 * one["false_rate"], 100 * one["recall"]) for one in table["singles"]]
    ours = table["ours"]
    curves = [
        Line("one threshold for all topics, from nobody to everybody", points, 4, dots=True),
        Line("Warmline, by what is at stake", [(100 * ours["false_rate"], 100 * ours["recall"])], 1, dots=True),
    ]
    axes = Axes("% of calls that needed nobody and got a person", "% in time", 100, 100)
    title = "Share of callers brought to a person in time against the share brought there needlessly"
    return plots.legend(curves), plots.lines(curves, axes, title=title, levels=[Level("goal, 95 %", GOAL_RECALL)])


def cost(folder: Path) -> tuple[str, str]:
    table = _table(folder)
    ranked = [(float(number), one["minutes"]) for number, one in enumerate(table["singles"])]
    curves = [Line("from nobody ever, by falling thresholds, to everybody at once", ranked, 4, dots=True)]
    most = 1.1 * max(minutes for _, minutes in ranked)
    axes = Axes("policy", "minutes of agents", len(ranked) - 1, most)
    levels = [Level(f"Warmline, {table['ours']['minutes']:.0f}", table["ours"]["minutes"])]
    title = "Minutes of agents lost by each single policy, and by Warmline"
    return plots.legend(curves), plots.lines(curves, axes, title=title, levels=levels)


def _table(folder: Path) -> dict[str, Any]:
    table: dict[str, Any] = json.loads((folder / "raw" / POLICIES).read_text(encoding="utf-8"))
    return table
