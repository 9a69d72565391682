"""Keys and clicks to wrap up a call whose draft is right, every question answered: counted by the page in a browser."""

import asyncio
import socket
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from telephony.events import AgentMarked
from tests.bench.context import Context
from tests.bench.writer import Row
from tests.desk.chromium import CHROME, open_page, sees
from tests.desk.house import House
from tests.desk.office import DRAFT

IDS = ("wrapup_actions",)
CALLS = 3
KEYS = "grif"  # the brief was right, it needed a person, the co-pilot helped, finish
COUNT = """() => {
  window.actions = 0;
  const count = (event) => event.isTrusted && window.actions++;
  for (const kind of ["keydown", "pointerdown"]) addEventListener(kind, count, true);
}"""
MARKS = [("brief", "good"), ("trigger", "right"), ("suggestions", "good")]


def rows(context: Context) -> Sequence[Row]:
    if not Path(CHROME).exists():
        pytest.skip(f"no browser at {CHROME}: install chromium or set CHROME")
    with tempfile.TemporaryDirectory() as folder:
        counted = asyncio.run(_counted(Path(folder)))
    note = (
        "the draft's summary and ending stand; brief, trigger and suggestions are each marked by a key, then F. "
        "F alone wraps it up without marks"
    )
    of = "trusted keydown and pointerdown events from the wrap-up on the page to its end"
    return [context.samples.row(IDS[0], counted, "max", unit="", goal="<= 4", of=of, note=note)]


async def _counted(folder: Path) -> list[float]:
    listener = socket.create_server(("127.0.0.1", 0))
    house = House(listener.getsockname()[1])
    serving = asyncio.create_task(house.server.serve(sockets=[listener]))
    try:
        async with open_page(folder) as page:
            await house.signs_in(page)
            return [await _wraps_up(house, page, f"c{number}") for number in range(CALLS)]
    finally:
        await house.line.close()
        house.server.should_exit = True
        await serving


async def _wraps_up(house: House, page, call: str) -> float:
    """Raises where the call was not wrapped up as it was drafted, with every mark."""
    office = house.office
    office.offer("ana", call, on_desk=False)
    await sees(page, "#offer-name", "Maria Keller")
    await page.keyboard.press("a")
    await sees(page, "#talk-name", "Maria Keller")
    office.end(call, "caller")
    await sees(page, "#wrapup-name", "Maria Keller")
    await page.evaluate(COUNT)
    for key in KEYS:
        await page.keyboard.press(key)
    await sees(page, "#idle-title", "Ready for the next call")
    marks = [
        (record.entry.about, record.entry.mark)
        for record in office.journals[call].records
        if isinstance(record.entry, AgentMarked)
    ]
    if marks != MARKS or ("wrap_up", "ana", call, "dispute_opened", DRAFT) not in office.did:
        raise ValueError(f"call {call}: the draft and {MARKS} expected, got {marks} and {office.did[-1]}")
    actions = float(await page.evaluate("window.actions"))
    await page.reload()  # without the listeners
    await sees(page, "#idle-title", "Ready for the next call")
    return actions
