"""`warmline bench`: runs the measurements and writes build/bench.json with the samples beside it."""
# ruff: noqa: E402 - logs are set up before pipecat is imported, which greets

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from telephony import logs

logs.set_up("ERROR")

from tests.bench import (
    accept,
    admitted,
    approvals,
    axe,
    bargein,
    bridge,
    brief,
    call_backs,
    capacity,
    commands,
    copilot,
    demo_calls,
    edge_gap,
    escalation,
    feelings,
    idle_call,
    idle_ear,
    injections,
    intents,
    learning,
    matrix,
    memory,
    nonspeech,
    outside,
    page,
    person_requests,
    pool,
    slots,
    soak,
    speaking,
    spoken_digits,
    standin,
    staying,
    stt_cost,
    turns,
    waits,
    wall,
    wrapup,
)  # fmt: skip
from tests.bench.context import ROOT, SEED, Context, Measurement
from tests.bench.writer import Header, Row, Samples, unmeasured, write
from voice.dialogue.load import load_business

MEASUREMENTS: dict[str, Measurement] = {
    "idle_ear": idle_ear,
    "idle_call": idle_call,
    "memory": memory,
    "admitted": admitted,
    "intents": intents,
    "commands": commands,
    "outside": outside,
    "spoken_digits": spoken_digits,
    "slots": slots,
    "copilot": copilot,
    "feelings": feelings,
    "nonspeech": nonspeech,
    "demo_calls": demo_calls,
    "bridge": bridge,
    "waits": waits,
    "accept": accept,
    "call_backs": call_backs,
    "brief": brief,
    "staying": staying,
    "matrix": matrix,
    "standin": standin,
    "stt_cost": stt_cost,
    "edge": edge_gap,
    "capacity": capacity,
    "soak": soak,
    "speaking": speaking,
    "turns": turns,
    "bargein": bargein,
    "pool": pool,
    "person_requests": person_requests,
    "injections": injections,
    "approvals": approvals,
    "axe": axe,
    "escalation": escalation,
    "learning": learning,
    "wall": wall,
    "wrapup": wrapup,
}
OUT = Path("build/bench.json")
TOOK = "bench_seconds.json"  # what each measurement took: all of them have 25 minutes


def main() -> int:
    parser = argparse.ArgumentParser(prog="warmline bench")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--only", action="append", choices=sorted(MEASUREMENTS))
    asked = parser.parse_args()
    console = Console()
    OUT.parent.mkdir(parents=True, exist_ok=True)
    context = Context(Samples(OUT.parent), OUT.parent, asked.full)
    rows: list[Row] = []
    took: dict[str, float] = {}
    with console.status("measuring") as status:
        for name, measurement in MEASUREMENTS.items():
            status.update(f"measuring {name}")
            began = time.monotonic()
            rows += _rows(name, measurement, context, asked.only)
            took[name] = round(time.monotonic() - began, 1)
    (OUT.parent / "raw" / TOOK).write_text(json.dumps(took, indent=1), encoding="utf-8")
    write(OUT, header(), rows)
    shown = page.write(OUT)
    console.print(_table(rows))
    console.print(f"{OUT}: {len(rows)} rows, to be looked at in {shown}", soft_wrap=True)
    return 0


def _rows(name: str, measurement: Measurement, context: Context, only: list[str] | None) -> list[Row]:
    """A measurement whose data are not here still has its rows, with the reason."""
    ids: tuple[str, ...] = measurement.IDS  # type: ignore[attr-defined]  # of a module
    if only and name not in only:
        return [unmeasured(id, unit="", goal="", why="not asked for (--only)") for id in ids]
    try:
        return list(measurement.rows(context))
    except pytest.skip.Exception as missing:
        return [unmeasured(id, unit="", goal="", why=str(missing)) for id in ids]


def header() -> Header:
    describe = ["git", "describe", "--always", "--dirty"]
    shown = subprocess.run(describe, capture_output=True, text=True, check=False, cwd=ROOT)
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return Header(shown.stdout.strip() or "unknown", machine, SEED, load_business(ROOT / "config").version)


def _table(rows: list[Row]) -> Table:
    table = Table(show_edge=False)
    for column in ("row", "value", "unit", "goal", "n", "note"):
        table.add_column(column)
    for row in rows:
        value = "not measured" if row.value is None else f"{row.value:.3g}"
        table.add_row(row.id, value, row.unit, row.goal, str(row.n or ""), row.note)
    return table


if __name__ == "__main__":
    sys.exit(main())
