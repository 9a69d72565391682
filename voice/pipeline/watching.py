"""Looks once a second whether a caller's leg has stopped for no reason, and makes its mind go on if it has."""

import asyncio
from collections.abc import Callable, Mapping

from voice.hearing import Ear
from voice.pipeline.speak import Speak
from voice.pipeline.think import Think
from voice.stuck import NOTHING_SECONDS, Wait, Watch

LOOK_SECONDS = 1.0


async def watch(*, think: Think, speak: Speak, ear: Ear, problem: Callable[[str, str], None]) -> None:
    """Until it is cancelled."""
    clock = asyncio.get_running_loop().time
    stuck, revived_at_turn = Watch(), -1
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        in_vain = stuck.look(_waits(think, speak, ear), clock())
        if in_vain is None:
            continue
        problem("stuck", f"progress expected from {in_vain}, none came; the conversation is made to go on")
        turns = think.at_work.turns
        think.revive(round(1000 * NOTHING_SECONDS), again=turns == revived_at_turn)
        revived_at_turn = turns


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
