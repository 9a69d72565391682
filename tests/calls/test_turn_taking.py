"""Whole calls in which the ends of turns are guessed: what it saves, and that nobody acts on a guess."""

from pathlib import Path

import numpy as np

from telephony.events import Heard, Understood
from telephony.service import Service
from telephony.sim.script import SpeakAfterPrompt
from tests.sim.virtual import WORDS, Call, Town, play
from voice.audio import silence
from voice.turn_guess import Tally

LOUD = np.flatnonzero(np.abs(WORDS) > 800)
TWICE = np.concatenate((WORDS[: LOUD[-1]], silence(300), WORDS[LOUD[0] :]))
"""One sentence with a breath in it, too long to be missed and too short to be an end."""


def told(folder: Path, *clips: np.ndarray, lines: list[str]) -> tuple[Call, Tally]:
    tallies: list[Tally] = []

    def prepare(service: Service) -> None:
        tallies.append(service.switchboard.house.tally)

    async def story(town: Town) -> Call:
        call = town.ring(*(SpeakAfterPrompt(clip) for clip in clips), stays_ms=3000)
        await call.over()
        return call

    return play(story, folder, lines=lines, prepare=prepare), tallies[0]


def test_every_turn_is_recognised_once_where_its_pause_was_the_end(tmp_path: Path) -> None:
    call, tally = told(tmp_path, WORDS, WORDS, lines=["what is my balance", "agent"])
    assert [understood.intent for understood in call.all(Understood)] == ["balance", "talk_to_person"]
    assert (tally.turns, tally.kept) == (2, 2)
    assert tally.decodes_per_turn == tally.started / 2


def test_a_breath_in_a_sentence_makes_no_turn_and_no_act(tmp_path: Path) -> None:
    call, tally = told(tmp_path, TWICE, lines=["what is my balance"])
    assert len(call.all(Heard)) == 1
    assert [understood.intent for understood in call.all(Understood)] == ["balance"]
    assert tally.turns == 1
    assert tally.dropped >= 1
    assert tally.kept == 1
