"""What this machine would hear, speak and understand with, and whether it has room and a port for it."""

import math
import os
import shutil
from collections.abc import Iterator

from models.errors import WeightsMissing, WrongContent
from models.files import FileState, read_manifest, require, status
from telephony import measuring, ports
from telephony.assembly import engines
from telephony.assembly.known_prompts import known_prompts
from telephony.assembly.speaking import cache_of
from telephony.check.finding import Finding
from telephony.errors import TelephonyError
from telephony.settings import Settings
from telephony.sizing import LIMIT_MS, Load, proposal
from voice.dialogue.load import load_business
from voice.errors import VoiceError
from voice.stt.whisper import Settings as Whisper
from voice.stt.whisper_window import safe_windows

FREE_BYTES = 1_000_000_000  # a day of 16 busy lines records 0.9 GB: two channels of 16 bit at 8 kHz are 32 kB/s a call


def hearing(settings: Settings) -> Iterator[Finding]:
    try:
        folder = settings.service.models_folder
        chosen = engines.recogniser(settings.hearing, folder, gates=settings.service.records_folder)
    except VoiceError as error:
        yield Finding("hears with", str(error), "prevents")
        return
    yield Finding("hears with", f"{chosen.name}: {chosen.why}")
    if chosen.whisper is not None:
        yield _windows(chosen.whisper)


def _windows(engine: Whisper) -> Finding:
    safe = sorted(safe_windows(engine.window, engine.folder, engine.windows, records=engine.gate_folder))
    if safe:
        proof = "" if engine.window == "gated" else ", without a proof: [hearing.whisper] window = 'short'"
        which = ", ".join(f"{seconds:g}" for seconds in safe)
        return Finding("windows", f"{which} and 30 s{proof}", "note" if proof else "good")
    if engine.window == "full":
        return Finding("windows", "30 s alone, as the settings say")
    why = "no shorter one is proven for these weights; `warmline calibrate stt RECORDINGS` may, at a seventh of the CPU"
    return Finding("windows", f"30 s alone: {why}", "note")


def sizes(settings: Settings) -> Iterator[Finding]:
    """What was measured here with `--measure`, and what follows from it."""
    measured = measuring.kept(settings)
    if not measured:
        yield Finding("sizes", "not measured on this machine; `warmline check --measure` does, in a minute or two")
        return
    load = Load(calls=settings.service.max_calls, workers=settings.hearing.cores)
    assumed = (
        f"{load.calls} calls, {load.workers} workers, a turn every {load.turn_seconds:g} s, {load.decodes_per_turn:g}"
        f" decodes a turn, {load.share_of_core:.0%} of a core a call"
    )
    for window, costs in (
        ("short windows", [(one.size, one.short) for one in measured]),
        ("the 30 s window", [(one.size, one.full) for one in measured]),
    ):
        found = proposal(costs, load)
        each = ", ".join(f"{name} {_in_ms(ms)}" for name, ms in found.p95_ms.items())
        advice = f"{found.name} is the largest size" if found.name else "no size is quick enough"
        says = f"in {window} {advice} with 95 % of texts within {LIMIT_MS:.0f} ms ({each}; {assumed})"
        yield Finding("sizes", says)
    if any(one.busy for one in measured):
        yield Finding("sizes", "measured while this machine had other work: the times are too long", "note")


def _in_ms(ms: float) -> str:
    return "too slow" if math.isinf(ms) else f"{ms:.0f} ms"


def speaking(settings: Settings) -> Iterator[Finding]:
    try:
        chosen = engines.voice(settings)
    except VoiceError as error:
        yield Finding("speaks with", str(error), "prevents")
        return
    then = f"; then {', '.join(chosen.then)}" if chosen.then else ""
    yield Finding("speaks with", f"{chosen.name}: {chosen.why}{then}")
    try:
        prompts = known_prompts(load_business(settings.business.folder), settings)
        folder = settings.service.records_folder / "prompts"
        cache = cache_of(
            settings.speaking, chosen.name, models_folder=settings.service.models_folder, cache_folder=folder
        )
    except VoiceError:
        return  # said of the business, or of the voice
    if cache is not None and settings.speaking.prerender:
        ready, known = cache.ready(prompts)
        later = "" if ready == known else "; the others are rendered when the service starts"
        yield Finding("prompts", f"{ready} of {known} known sentences lie rendered in {folder}{later}")


def understanding(settings: Settings) -> Iterator[Finding]:
    """Which of the two ways tells intents apart: both are meant to be used."""
    folder, model = settings.service.models_folder, read_manifest().model(engines.SENTENCES)
    try:
        require(folder, model)
        yield Finding("understands by", f"n-grams and the sentence encoder in {folder / model.folder}")
    except WeightsMissing:
        fetch = f"`warmline models fetch {model.name}` brings the sentence encoder, which knows more wordings"
        yield Finding("understands by", f"n-grams alone; {fetch}")
    except WrongContent as error:
        yield Finding("understands by", f"n-grams alone: {error}", "note")


def weights(settings: Settings) -> Iterator[Finding]:
    for found in status(settings.service.models_folder, read_manifest()):
        wrong = [name for name, state in found.files.items() if state is FileState.WRONG]
        if wrong:
            fetch = f"`warmline models fetch {found.model.name}` brings it anew"
            yield Finding("weights", f"{found.model.name}: {', '.join(wrong)} has other content; {fetch}", "note")


def port(settings: Settings) -> Iterator[Finding]:
    where = f"{settings.service.host}:{settings.service.port}"
    try:
        is_free = ports.free(settings.service.host, settings.service.port)
    except TelephonyError as error:
        yield Finding("listens on", str(error), "prevents")
        return
    yield Finding("listens on", where if is_free else f"{where}, which is in use", "good" if is_free else "prevents")


def disk(settings: Settings) -> Iterator[Finding]:
    folder = settings.service.records_folder
    there = next(part for part in (folder, *folder.absolute().parents) if part.exists())
    free = shutil.disk_usage(there).free
    if not os.access(there, os.W_OK):
        yield Finding("records", f"{folder}: a folder that may be written expected", "prevents")
    elif free < FREE_BYTES:
        yield Finding("records", f"{folder}: {free / 1e9:.1f} GB free, recordings need about 1 GB a busy day", "note")
    else:
        yield Finding("records", f"{folder}, {free / 1e9:.0f} GB free")
