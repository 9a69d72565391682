"""The demo's business with one errand more: it asks a choice and four digits by turns, then for a yes or no.

All sentences it says are known at the start, so all of them are cached; a caller who says no, and then never mind,
begins anew. Everything else (the intents' model, the rules, the prompts) is the demo's own.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

from tests.bench.context import ROOT

INTENT = "errand"
REQUEST = "i want to run an errand with my card today"  # what a caller says in the open
LEAVE = "never mind"  # who has said no is asked what is wrong: then the errand begins anew
QUESTIONS = (("branch", "choice"), ("code", "digits"), ("colour", "choice"), ("number", "digits"), ("size", "choice"))
"""Slots of the errand and the shape of their answers; then the yes or no."""

DOUBTS = ("costly", "frustrated")  # kinds of rules that would end a caller's rounds
NEVER = ("same_words", "same_task", "outside", "wrong_guesses", "no_matches")  # counts that nobody reaches here
CHOICES = {"branch": ("harbor", "market"), "colour": ("silver", "golden"), "size": ("small", "large")}
DIGITS = 4

ONE_WORD: Mapping[str, str] = {
    "greeting": "Yes?",
    "cancelled": "Fine.",
    "how_can_i_help": "What else?",
    "errand.branch": "Branch?",
    "errand.code": "Code?",
    "errand.colour": "Colour?",
    "errand.number": "Number?",
    "errand.size": "Size?",
    "errand.confirm": "Right?",
    "confirm.change": "What?",
}
"""From the cache all questions begin equally soon: the shortest give the most turns in the time there is."""

PLAIN: Mapping[str, str] = {
    "greeting": "How can I help?",
    "cancelled": "All right.",
    "how_can_i_help": "How can I help?",
    "errand.branch": "Which branch?",
    "errand.code": "Which four digits?",
    "errand.colour": "Which colour?",
    "errand.number": "The next four digits?",
    "errand.size": "Which size?",
    "errand.confirm": "Shall I do that?",
    "confirm.change": "What shall I change?",
}
"""Short questions, rendered live: a whole first clause each."""

USUAL: Mapping[str, str] = PLAIN | {
    "errand.branch": "Which branch would you like to go to, harbor or market?",
    "errand.code": "Please tell me the last four digits on your card.",
    "errand.colour": "Which colour shall the new card have, silver or golden?",
    "errand.number": "Now tell me the four digits that we sent to you today.",
    "errand.size": "Which size of envelope shall we send it in, small or large?",
    "errand.confirm": "I will order the card and send it to you. Shall I do that?",
}
"""Questions as long as those of a real line: with a pause to think, about eight seconds from one answer to the next."""


def write(folder: Path, prompts: Mapping[str, str]) -> Path:
    """A config folder below `folder`, anew; whoever opens it still sets ports and folders."""
    config = folder / "config"
    shutil.rmtree(config, ignore_errors=True)
    shutil.copytree(ROOT / "config", config)
    (config / "intents" / f"{INTENT}.toml").write_text(_intent(), encoding="utf-8")
    scope = f'\n[{INTENT}]\nmode = "automatic"\nowner = "bench"\nreview_by = 2030-01-01\nqueue = "member_services"\n'
    _append(config / "scope.toml", scope)
    _say(config / "prompts" / "en.toml", prompts)
    patient(config / "escalation.toml")
    return config


def patient(rules: Path) -> None:
    """A caller who runs the same errand over and over goes in circles by intention: no person is brought in for it."""
    head, *tables = rules.read_text(encoding="utf-8").split("[[rule]]")
    kept = [table for table in tables if not any(f'kind = "{kind}"' in table for kind in DOUBTS)]
    lines = "[[rule]]".join([head, *kept]).splitlines()
    rules.write_text("\n".join(_never(line) for line in lines) + "\n", encoding="utf-8")


def _never(line: str) -> str:
    key = line.partition(" =")[0]
    return f"{key} = 1000" if key in NEVER else line


def _intent() -> str:
    head = (
        'kind = "task"\ntitle = "an errand"\nmenu = "an errand"\nsummary = "you want an errand run"\n'
        'attempt = "an errand"\nnext_step = "Run it."\naction = "errand"\nconfirm = "errand.confirm"\ndone = "unsaid"\n'
        f'examples = ["{REQUEST}", "an errand with my card", "run an errand for me", "i want an errand run today"]\n'
    )
    return head + "".join(_slot(name, kind) for name, kind in QUESTIONS)


def _slot(name: str, kind: str) -> str:
    lines = f'\n[[slots]]\nname = "{name}"\nkind = "{kind}"\nask = "errand.{name}"\nphrase = "{{value}}"\n'
    if kind == "digits":
        return lines + f"digits = {DIGITS}\n"
    return lines + "[slots.choices]\n" + "".join(f'{value} = ["{value}"]\n' for value in CHOICES[name])


def _say(path: Path, prompts: Mapping[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    head, _, rest = text.partition("[prompts]\n")
    kept = [line for line in rest.splitlines() if line.partition(" =")[0].strip('"') not in prompts]
    said = [f'"{name}" = ["{sentence}"]' for name, sentence in prompts.items()]
    path.write_text(head + "[prompts]\n" + "\n".join([*said, *kept]) + "\n", encoding="utf-8")


def _append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
