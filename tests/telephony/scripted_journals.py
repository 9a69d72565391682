"""The tuning scripts as journals with truth, for the back-test: `python -m tests.telephony.scripted_journals FOLDER`.

Each call is played in words, without any rule, by a caller who listens (tests/quality/calls); the scoring scripts are
never played here.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from models.intent import IntentModel
from telephony.assembly.understanding import intents_of, sentence_encoder
from telephony.backends.demo_bank import DemoBank
from telephony.journal import Record
from telephony.records.export import write_records
from telephony.settings import load
from tests.quality.calls.script import Script, scripts
from tests.quality.calls.telling import Telling
from tests.sim.journaled import Journaled
from tests.sim.story import CONFIG, TODAY, Story, business


def play(script: Script) -> tuple[Sequence[Record], int | None]:
    """The journal, and the caller's turn by which a person is needed: the last one at the line that the truth names."""
    known = replace(business(), rules=())
    story = Story(deed=DemoBank(today=TODAY).perform_now, answered=False, known=known, intents=_intents())
    journaled = Journaled(story, script.id)
    told = Telling(script, story)
    due, turns = script.truth.by_line, 0
    by_turn = None
    while not story.ended:
        move = told.next()
        if move.over:
            break
        turns += 1
        if due is not None and told.plan.line <= due:
            by_turn = turns
        told.carry_out(move)
    return journaled.ended(), by_turn


@cache
def _intents() -> IntentModel:
    """As the back-test itself understands: with the sentence encoder where its weights are."""
    return intents_of(business(), encoder=sentence_encoder(load(CONFIG).service.models_folder))


def write(folder: Path, chosen: Sequence[Script]) -> Path:
    """A journal a script; returns the labels that go with them."""
    folder.mkdir(parents=True, exist_ok=True)
    labels = ["call,needs_person,by_turn"]
    for script in chosen:
        records, by_turn = play(script)
        write_records(records, folder / f"{script.id}.jsonl")
        labels.append(f"{script.id},{str(script.truth.needs_person).lower()},{by_turn or ''}")
    path = folder / "labels.csv"
    path.write_text("\n".join(labels) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    print(write(Path(sys.argv[1]), scripts("tuning")))
