"""`warmline check`: what would run with these settings on this machine, why, and what prevents serving."""

from datetime import date
from pathlib import Path

from rich.table import Table
from rich.text import Text

from telephony.check.finding import Finding
from telephony.check.folder import business, rules
from telephony.check.machine import disk, hearing, port, sizes, speaking, understanding, weights
from telephony.check.people import agents, dialling, pbx, queues, twilio
from telephony.errors import TelephonyError
from telephony.settings import FILE, load

__all__ = ["Finding", "examine", "table"]


def examine(config: Path, *, today: date | None = None) -> list[Finding]:
    """Raises nothing that settings or machine may cause: that is a finding."""
    try:
        settings = load(config)
    except TelephonyError as error:
        return [Finding("settings", line, "prevents") for line in str(error).splitlines()]
    findings = [Finding("settings", str(config / FILE))]
    machine = (hearing, sizes, speaking, understanding, weights, port)
    lines = (twilio, pbx, agents, queues, dialling)
    for part in (business(today or date.today()), rules, *machine, *lines, disk):
        findings += part(settings)
    return findings


def table(findings: list[Finding]) -> Table:
    marks = {"good": Text("✓", "green"), "note": Text("!", "yellow"), "prevents": Text("✗", "bold red")}
    grid = Table.grid(padding=(0, 1))
    grid.add_column()
    grid.add_column(style="bold")
    grid.add_column()
    for finding in findings:
        grid.add_row(marks[finding.state], finding.part, Text(finding.says))
    return grid
