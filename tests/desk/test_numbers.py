"""The numbers page: for supervisors, with bounds and definitions, in the browser and as a file."""

import csv
import io
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import UTC
from pathlib import Path

import pytest

from telephony.access.directory import Credentials
from telephony.assembly.keeping import open_counts, open_record
from telephony.assembly.world import World
from telephony.settings import load
from tests.desk.axe import violations
from tests.desk.chromium import needs_chromium, open_browser, sees, shot
from tests.desk.conftest import Room, make_room
from tests.desk.house import DEMO, House
from tests.sim.house import CONFIG, changed, records_in

NUMBERS = "/desk/api/numbers"


@pytest.fixture
def room() -> Iterator[Room]:
    yield from make_room(Credentials(one_click=True), demo=DEMO)


def test_numbers_are_for_supervisors(room: Room) -> None:
    assert room.client.get(NUMBERS).status_code == 401
    room.sign_in("ana")
    assert room.client.get(NUMBERS).status_code == 403
    room.sign_in("sam")
    assert room.client.get(NUMBERS).status_code == 200


def test_each_number_comes_with_its_cases_and_what_it_counts(room: Room) -> None:
    room.sign_in("sam")
    found = room.client.get(f"{NUMBERS}?days=28").json()
    level = next(one for one in found["figures"] if one["id"] == "service_level")
    assert (level["n"], level["value"]) == (13, 5 / 13)
    assert level["low"] < level["value"] < level["high"]
    assert all(one["how"] for one in found["figures"])
    assert [plot["svg"].startswith("<svg") for plot in found["plots"]] == [True, True]


def test_a_period_without_calls_has_no_numbers_and_no_plots(room: Room) -> None:
    room.sign_in("sam")
    found = room.client.get(f"{NUMBERS}?days=1").json()
    assert (found["calls"], found["plots"]) == (0, [])
    assert all(one["value"] is None for one in found["figures"])


def test_a_period_of_no_or_a_thousand_days_is_refused_in_words(room: Room) -> None:
    room.sign_in("sam")
    for days in ("0", "1000", "many"):
        answer = room.client.get(f"{NUMBERS}?days={days}")
        assert answer.status_code == 422
        assert "days" in answer.json()["detail"]


def test_the_file_is_a_table_for_spreadsheets(room: Room) -> None:
    room.sign_in("sam")
    answer = room.client.get(f"{NUMBERS}.csv?days=28")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "numbers-28-days.csv" in answer.headers["content-disposition"]
    assert {row["figure"] for row in csv.DictReader(io.StringIO(answer.text))} >= {"service_level", "contained_net"}


async def test_what_the_settings_promise_callers_is_what_the_numbers_count_by(tmp_path: Path) -> None:
    promised = {"supervision": {"service_level_share": 0.9, "service_level_seconds": 45}}
    settings = changed(load(CONFIG), records_in(tmp_path), promised)
    async with AsyncExitStack() as stack:
        open_record(settings, World(), stack)
        counts = open_counts(settings, World(), UTC, stack)
        assert counts is not None
        level = next(one for one in (await counts.report(28)).figures if one.id == "service_level")
    assert (level.title, level.goal) == ("Service level, 45 s", ">= 90%")


@needs_chromium
async def test_a_supervisor_reads_the_numbers_by_keyboard(house: House, tmp_path: Path) -> None:
    async with open_browser(tmp_path) as new_page:
        page = await new_page()
        await page.goto(f"{house.url}/numbers")
        await page.get_by_label("Sam Reyes").check()
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"{house.url}/numbers")
        await sees(page, "#figures", "Service level, 20 s")
        await sees(page, "#nav", "Numbers")
        await sees(page, "#tables", "<b>web</b>")
        assert await page.locator("#plots svg path.l").count() == 4
        assert await violations(page) == []
        await shot(page, "numbers")
        await page.keyboard.press("1")
        await sees(page, "#counted", "No calls in this time.")
        async with page.expect_download() as download:
            await page.keyboard.press("e")
        assert (await download.value).suggested_filename == "numbers-1-days.csv"
