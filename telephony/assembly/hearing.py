"""Hearing as the service opens it: what each state expects, the pool's engines, and the pool they run in."""

import sys
from collections.abc import Callable, Mapping, Sequence

from models.engines import EngineFactory
from models.inference import InferencePool, Limits, Pool, ProcessPool
from telephony.agents.briefing import LANGUAGE, SENTENCES
from telephony.assembly import recognisers
from telephony.assembly.engines import Recogniser
from telephony.settings import Hearing
from voice.dialogue.business import Business
from voice.dialogue.languages import languages as languages_of
from voice.pipeline import smart_turn
from voice.pipeline.guess import TURN_ENGINE
from voice.pipeline.recognise import ENGINE
from voice.pipeline.session import LISTENING

COMMAND = (sys.executable, "-m", "telephony.assembly.pool_process")


def languages(business: Business) -> dict[str, tuple[str, ...]]:
    """What each state of a caller's and of an agent's leg expects to hear."""
    states = languages_of(business)
    everything = states["main"]
    return {**states, LISTENING: everything, "person": everything, LANGUAGE: SENTENCES}


def factories(
    chosen: Recogniser, languages: Mapping[str, Sequence[str]], wanted: Hearing | None = None
) -> dict[str, EngineFactory]:
    """The pool's engines."""
    wanted = wanted or Hearing()
    most, wait_ms = wanted.pool.most_together, wanted.pool.gather_ms
    hears = {ENGINE: recognisers.factory(chosen.whisper, languages, most_together=most, gather_ms=wait_ms)}
    return hears | ({TURN_ENGINE: smart_turn.factory()} if wanted.guess.smart_turn else {})


def open_pool(
    factories: Mapping[str, EngineFactory],
    hearing: Hearing,
    *,
    command: Sequence[str] = COMMAND,
    problem: Callable[[str], None] = lambda what: None,
) -> Pool:
    """In a process of its own, so that no engine keeps the calls' loop waiting; on threads where the settings say so.

    `command` starts a process that can open the factories' recipes. `problem` hears of each that had to be replaced.
    """
    if not hearing.pool.process:
        return InferencePool(factories, workers=hearing.cores, queue_limit=hearing.queue_limit)
    limits = Limits(
        start_s=hearing.pool.start_seconds,
        silent_s=hearing.pool.silent_seconds,
        overdue_s=hearing.pool.late_seconds,
        slow_s=hearing.deadline_seconds,
        busy_s=hearing.deadline_seconds + hearing.pool.late_seconds,
    )
    yielding = (*command, "--niceness", str(hearing.pool.niceness))
    return ProcessPool(
        factories, command=yielding, workers=hearing.cores, queue_limit=hearing.queue_limit, limits=limits,
        problem=problem,
    )  # fmt: skip
