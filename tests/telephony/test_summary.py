"""A call on one screen of a terminal: what was said is shown as it is, brackets and all."""

from io import StringIO

import pytest
from rich.console import Console

from models.brief import Brief, BriefLine, Part
from telephony.events import BriefReady, CallEnded, Heard
from telephony.journal import Record
from telephony.summary import summary
from voice.events import Escalated, Understood

SAID = "my card [card ending 4242] is gone"


def shown(text: str) -> str:
    brief = Brief(1, text, (BriefLine(Part.ISSUE, text, (1,)),), text)
    told = (
        Heard(1, "caller", text, 0.9, 0, 900, "scripted"),
        Understood(1, "lost_card", 0.9, True, {"number": text}),
        Escalated("asked", "asked 1", (text,), (1,), "cards", "now"),
        BriefReady("h1", 1, brief),
        CallEnded("ended", "caller", text, 12.0),
    )
    records = [Record("c1", number, number * 1000, 0.0, entry) for number, entry in enumerate(told, 1)]
    console = Console(width=400, record=True, file=StringIO())
    console.print(summary("call", records))
    return console.export_text()


def test_a_mask_is_shown_wherever_it_stands() -> None:
    assert shown(SAID).count("[card ending 4242]") >= 5


@pytest.mark.parametrize("text", ["[/b]", "[bold", "[red]x[/red]", "\\[", "[link=http://a.example]x[/link]"])
def test_words_that_look_like_markup_are_words(text: str) -> None:
    assert text in shown(text)
