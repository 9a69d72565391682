"""The demo's page: everything of a call, nothing from elsewhere."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rich.console import Console

from telephony.demo.report import PlayedCall, render, write
from telephony.demo.show import Show
from telephony.demo.waveform import WIDTH, peaks, waveform
from telephony.events import AgentOffered, AttemptEnded
from telephony.sim.errors import AudioUnreadable
from telephony.story import story
from telephony.summary import newest, summary
from tests.demo.journals import BRIEF, angry_call, recording
from voice.audio import silence

LINE = "A stand-in: <nothing> is real."


@pytest.fixture
def played(tmp_path: Path) -> PlayedCall:
    return PlayedCall("dispute", "A charge that is <not> hers", angry_call(), recording(tmp_path / "in.wav"))


def test_the_page_and_what_it_plays_lie_side_by_side(played: PlayedCall, tmp_path: Path) -> None:
    page = write([played], tmp_path / "out", line=LINE)
    assert page == tmp_path / "out" / "index.html"
    assert sorted(p.name for p in page.parent.iterdir()) == ["dispute.jsonl", "dispute.wav", "index.html"]
    assert len((page.parent / "dispute.jsonl").read_text().splitlines()) == len(played.records)


def test_the_page_asks_nothing_of_other_hosts(played: PlayedCall) -> None:
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", render([played], line=LINE))


def test_the_page_is_well_formed_and_escapes_what_was_said(played: PlayedCall) -> None:
    class Balance(HTMLParser):
        open_tags: list[str] = []  # noqa: RUF012 - one parser, one test

        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag not in ("meta", "br", "line", "path"):
                self.open_tags.append(tag)

        def handle_endtag(self, tag: str) -> None:
            if tag not in ("line", "path"):
                assert self.open_tags.pop() == tag

    parser, page = Balance(), render([played], line=LINE)
    parser.feed(page)
    assert parser.open_tags == []
    assert "A charge that is &lt;not&gt; hers" in page


def test_a_call_shows_transcript_trigger_brief_stages_and_outcome(played: PlayedCall) -> None:
    page = render([played], line=LINE)
    for shown in (
        "this is outrageous you people took my money", "not understood", "trigger: frustrated", "frustrated 1",
        "Maria Santos, verified by PIN", BRIEF.spoken, "8.4 s", "first human word", "no such charge",
        "Dispute opened by hand.", "transferred",
    ):  # fmt: skip
        assert shown in page, shown


def test_every_agent_asked_has_a_column_with_stages_and_a_typed_outcome(played: PlayedCall) -> None:
    records = list(played.records)
    place = next(i for i, record in enumerate(records) if isinstance(record.entry, AgentOffered))
    clock = {"trigger": 27_020, "ring": 27_150, "over": 47_150}
    asked, silent = (
        AgentOffered("h1", "ben", 2, 20.0),
        AttemptEnded("h1", "h1-1", "ben", "no_answer", None, None, clock),
    )
    records[place:place] = [replace(records[place], entry=entry) for entry in (asked, silent)]
    page = render([replace(played, records=tuple(records))], line=LINE)
    table = page[page.index('<table class="attempts">') : page.index("</table>")]
    assert re.findall(r'<th scope="col">(\w+)', table) == ["ben", "ana"]
    assert "no answer" in table and "bridged" in table
    assert "+14.0 s" in table, "the first human word, after the trigger"


def test_the_trigger_stands_between_the_sentences_it_came_between(played: PlayedCall) -> None:
    page = render([played], line=LINE)
    before, trigger, after = (
        page.index(s) for s in ("nobody ever called me back</span>", "a person is sought", "getting someone")
    )
    assert before < trigger < after


def test_a_call_without_trigger_has_no_brief_section(tmp_path: Path) -> None:
    quiet = tuple(r for r in angry_call() if r.type in ("CallOffered", "CallAnswered", "Said", "CallEnded"))
    page = render([PlayedCall("quiet", "Quiet", quiet, recording(tmp_path / "q.wav", 5))], line=LINE)
    assert "Brief, version" not in page
    assert "From the trigger" not in page


def test_times_are_since_the_answer_like_the_recording() -> None:
    told = story(angry_call())
    assert told.triggers[0].at_ms == 27_020 - 500
    assert [stage.name for stage in told.stages] == [
        "trigger", "ring", "answer", "told", "briefed", "accept", "bridge", "first human word",
    ]  # fmt: skip
    assert {stage.name: stage.took_ms for stage in told.stages}["accept"] == 1000
    assert sum(stage.took_ms for stage in told.stages) == told.stages[-1].at_ms - told.stages[0].at_ms


def test_of_several_agents_the_stages_are_the_last_ones() -> None:
    records = list(angry_call())
    offered = next(i for i, r in enumerate(records) if r.type == "AgentAnswered")
    earlier, later = records[:offered], records[offered:]
    declined = [r for r in records if r.type in ("AgentOffered", "AgentAnswered")]
    told = story([*earlier, *declined, *later])
    assert told.agents == ("ana", "ana")
    assert [s.name for s in told.stages].count("answer") == 1


def test_any_beginning_of_a_journal_has_a_story_a_summary_and_a_live_view() -> None:
    records = angry_call()
    console = Console(width=110, record=True, force_terminal=True)
    with Show(console, titles={"c1": "dispute"}) as show:
        for number, record in enumerate(records):
            show.on(record)
            console.print(summary("dispute", records[:number]))
            assert newest(record)
    text = console.export_text()
    assert "transferred" in text
    assert "brief 2: Angry about a charge taken twice" in text
    assert "ana wraps up: follow_up" in text


def test_the_picture_is_as_wide_as_the_call_and_silence_is_not_drawn(tmp_path: Path) -> None:
    assert peaks(silence(1000)) == [0.0] * WIDTH
    shapes = waveform(recording(tmp_path / "a.wav"), story(angry_call()).spoken)
    assert shapes.length_ms == 50_000
    agent = [int(x) for x in re.findall(r"M(\d+) ", shapes.paths["agent"])]
    assert min(agent) >= 41_000 * WIDTH // 50_000
    assert max(agent) <= 45_500 * WIDTH // 50_000


def test_a_missing_recording_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(AudioUnreadable, match=r"no\.wav: the recording of a call expected"):
        waveform(tmp_path / "no.wav", ())
