"""What a desk is given that is wrong: a browser's clock, names that turn the line round, a conversation without end."""

from dataclasses import replace

from models.brief import BriefLine, Part
from telephony.desk.feed import Feed
from telephony.desk.messages import LineMessage
from telephony.desk.office import Offered, OnCall, Person, Recorded
from telephony.desk.outbox import Outbox
from telephony.events import BriefReady, Heard, Held
from telephony.journal import Record
from tests.desk.chromium import needs_chromium, sees
from tests.desk.house import House
from tests.desk.office import BRIEF, SimulatedOffice

TURNED = "\N{RIGHT-TO-LEFT OVERRIDE}gnp.<b>evE</b> שלום"
LINES = 5000  # of a call of three hours
MESSAGE_BYTES = 1000  # of one line: nothing of what was said before is in it


def record(seq: int, entry: object) -> Recorded:
    return Recorded(Record("c1", seq, 1000 * seq, 0.0, entry))  # type: ignore[arg-type]  # an entry of the journal


def heard(n: int) -> Recorded:
    return record(n, Heard(n, "caller", f"line {n}", 0.9, 0, 0, "scripted"))


async def test_of_a_long_call_only_what_is_new_is_sent() -> None:
    feed = Feed(Person("ana", "Ana"), clock=lambda: 0.0)
    feed.on_news(OnCall("c1", "Maria"))
    for n in range(1, LINES):
        feed.on_news(heard(n))
    page = Outbox()
    feed.attach(page)
    all_of_it = await page.get()
    assert len(all_of_it.lines) == LINES - 1  # type: ignore[union-attr]  # the first is the snapshot
    feed.on_news(heard(LINES))
    feed.on_news(record(LINES + 1, Held("h1", "ana", True)))
    sent = [await page.get() for _ in range(3)]
    assert not len(page)
    assert sum(isinstance(message, LineMessage) for message in sent) == 2
    assert all(len(message.model_dump_json()) < MESSAGE_BYTES for message in sent)


async def test_a_page_that_comes_back_to_a_long_call_gets_only_what_it_missed() -> None:
    feed = Feed(Person("ana", "Ana"), clock=lambda: 0.0)
    feed.on_news(OnCall("c1", "Maria"))
    for n in range(1, LINES):
        feed.on_news(heard(n))
    since = feed.snapshot().seq
    feed.on_news(heard(LINES))
    page = Outbox()
    feed.attach(page, epoch=feed.epoch, since=since)
    missed = await page.get()
    assert isinstance(missed, LineMessage) and missed.line.text == f"line {LINES}"
    assert not len(page)


def test_how_long_somebody_waits_is_the_service_s_to_say() -> None:
    now = 1000.0
    feed = Feed(Person("ana", "Ana"), clock=lambda: now)
    feed.on_news(Offered(SimulatedOffice().offer("ana")))
    now += 5
    shown = feed.snapshot().offer
    assert shown and (shown.waited_seconds, shown.ring_seconds) == (47.0, 15.0)


@needs_chromium
async def test_a_browser_whose_clock_is_wrong_and_a_name_that_turns_round_are_shown_as_they_are(
    house: House, page
) -> None:
    await page.add_init_script("Date.now = () => 0; Date = class extends Date { constructor() { super(0); } };")
    await house.signs_in(page)
    brief = replace(BRIEF, version=2, lines=(BriefLine(Part.WHO, TURNED, (2,)), *BRIEF.lines[1:]))
    house.office.offer("ana", caller=TURNED, on_desk=False)
    house.office.tell("c1", 70_000, BriefReady("h1", 2, brief))
    await sees(page, "#offer-wait", "42 s")
    await sees(page, "#offer-name", TURNED)
    await sees(page, "dd.who", TURNED)
    assert await page.locator("#offer-name b, dd.who b").count() == 0
    turned = "e => [getComputedStyle(e).unicodeBidi, e.closest('dd') ? e.nextElementSibling.textContent : '']"
    assert await page.locator("dd.who span").first.evaluate(turned) == ["isolate", "↗ 2"]
    assert (await page.locator("#offer-timer").text_content() or "").endswith("s left")
