"""The co-pilot's questions and the demo's articles, as tests and measurements read them."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from telephony.copilot.articles import Page, of_agents, of_callers
from voice.dialogue.load import load_business

ROOT = Path(__file__).parents[3]
OWN = Path(__file__).parent / "own.toml"  # fitted on
BLIND = Path(__file__).parent / "questions.toml"  # written without sight of the articles; scored on, and nothing else


@dataclass(frozen=True, slots=True)
class Question:
    id: str
    text: str
    article: str  # the article that answers it; "": none does
    note: str = ""


def read(path: Path) -> list[Question]:
    return [Question(**entry) for entry in tomllib.loads(path.read_text("utf-8"))["question"]]


def pages() -> Sequence[Page]:
    """All articles of the demo business. Raises `ValueError` when one cannot be read."""
    for_agents, mistakes = of_agents(ROOT / "config")
    if mistakes:
        raise ValueError("\n".join(mistakes))
    return (*of_callers(load_business(ROOT / "config").articles.values()), *for_agents)
