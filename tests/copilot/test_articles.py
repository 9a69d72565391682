"""The library's articles: kept as text, and named when they are broken."""

from pathlib import Path

import pytest

from telephony.copilot.articles import of_agents
from telephony.copilot.next_actions import load
from tests.quality.copilot.questions import ROOT, pages
from voice.dialogue.load import load_business

FRONT = 'title = "Keys"\nupdated = 2026-01-01\nreview_by = 2027-01-01\n'


def read(folder: Path, text: str):
    agents = folder / "knowledge" / "agents"
    agents.mkdir(parents=True, exist_ok=True)
    (agents / "keys.md").write_text(text, "utf-8")
    return of_agents(folder)


def test_the_demo_has_at_least_forty_articles_and_callers_are_told_ten_of_them() -> None:
    business = load_business(ROOT / "config")
    assert len(pages()) >= 40
    assert len(business.articles) == 10
    assert {page.name for page in pages()} >= set(business.articles)


def test_sections_sentences_and_steps_are_told_apart(tmp_path: Path) -> None:
    found, _ = read(tmp_path, f"+++\n{FRONT}+++\nFirst one. It costs 2.50 dollars.\n\n## Steps\n1. Ask.\n2. Wait.\n")
    top, steps = found[0].sections
    assert top.sentences == ("First one.", "It costs 2.50 dollars.")
    assert (steps.heading, steps.sentences) == ("Steps", ("1) Ask.", "2) Wait."))


def test_html_is_text_and_nothing_else(tmp_path: Path) -> None:
    found, _ = read(tmp_path, f"+++\n{FRONT}+++\n<script>alert(1)</script> is what was **written**.\n")
    assert found[0].sections[0].sentences == ("<script>alert(1)</script> is what was written.",)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("no front matter at all", "front matter between two"),
        (f"+++\n{FRONT}", "front matter between two"),
        ('+++\ntitle = "Keys"\nreview_by = 2027-01-01\n+++\nText.', "updated: a value expected, got none"),
        (f'+++\n{FRONT}ownr = "me"\n+++\nText.', "did you mean owner"),
        (f"+++\n{FRONT}+++\n", "a text below the front matter expected"),
        (f"+++\n{FRONT}+++\n```\nnever closed", "a closing ``` expected"),
        (f"+++\n{FRONT}+++\nText.\n\n##\nmore", "text line 3: words after ## expected"),
        (f"+++\n{FRONT}+++\nSee [this](http://exa", "a closing ) of the link expected"),
        ('+++\ntitle = "K"\nupdated = 2027-01-01\nreview_by = 2026-01-01\n+++\nText.', "a day after 2027-01-01"),
    ],
)
def test_a_broken_article_is_left_out_and_named(tmp_path: Path, text: str, named: str) -> None:
    found, wrong = read(tmp_path, text)
    assert found == ()
    assert len(wrong) == 1
    assert "keys.md" in wrong[0]
    assert named in wrong[0]


def test_an_article_that_is_no_text_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "knowledge" / "agents"
    folder.mkdir(parents=True)
    (folder / "keys.md").write_bytes(b"\xff\xfe\x00")
    assert "a text expected" in of_agents(tmp_path)[1][0]


def test_the_demo_rules_of_what_to_do_next_are_right_and_wrong_ones_are_named(tmp_path: Path) -> None:
    known = {page.name: page for page in pages()}
    actions, wrong = load(ROOT / "config", known, [d.code for d in load_business(ROOT / "config").dispositions])
    assert (len(actions.rules) > 10, wrong) == (True, ())
    (tmp_path / "next_actions.toml").write_text(
        '[[action]]\nname = "a"\ntext = "t"\nwhen = ["sunny"]\narticle = "fees"\n'
        '[[action]]\nname = "b"\ntext = "t"\nwhen = []\narticle = "none"\n'
        '[[ending]]\ncode = "moon"\nwhen = ["upset"]\n',
        "utf-8",
    )
    actions, wrong = load(tmp_path, known, ["solved"])
    assert actions.rules == ()
    assert ["sunny" in wrong[0], "'none'" in wrong[1], "'moon'" in wrong[2]] == [True, True, True]
