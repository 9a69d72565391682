"""Looks once a second whether a leg has stopped for no reason, and has it recovered if it has."""

import asyncio
from collections.abc import Callable, Mapping

from voice.hearing import Ear
from voice.pipeline.speak import Speak
from voice.pipeline.think import Think
from voice.stuck import Wait, Watch

LOOK_SECONDS = 1.0


Recover = Callable[[str, bool], None]
"""Told what was waited for in vain, and whether that is so once more: nothing was said or keyed since the last time."""


async def watch(*, think: Think, speak: Speak, ear: Ear, problem: Callable[[str, str], None], recover: Recover) -> None:
    """Until it is cancelled."""
    clock = asyncio.get_running_loop().time
    stuck, recovered_at_turn = Watch(), -1
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        in_vain = stuck.look(_waits(think, speak, ear), clock())
        if in_vain is None:
            continue
        problem("stuck", f"progress expected from {in_vain}, none came")
        turns = think.at_work.turns
        recover(in_vain, turns == recovered_at_turn)
        recovered_at_turn = turns


def _waits(think: Think, speak: Speak, ear: Ear) -> Mapping[Wait, object]:
    waits = dict(think.at_work.waits())
    if think.silent or not think.asking:
        waits[Wait.BRIDGED] = None
    if not speak.idle:
        waits[Wait.SPEAKING] = speak.progress
    if speak.plays_music:
        waits[Wait.MUSIC] = None
    if ear.speaking:
        waits[Wait.HEARING] = ear.now_ms
    if ear.awaits_answer:
        waits[Wait.ANSWER] = ear.now_ms
    return waits
