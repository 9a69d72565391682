"""Speaking: how much of what callers hear was rendered before, how soon a new sentence is heard and what it costs,
beside pipecat's own Piper service on the same voice file and texts; and whether what espeak says can be understood.

The voice is Piper's medium shape with random weights (`models/shapes/piper.py`): it costs what a real one costs.
"""

import asyncio
import os
import random
import shutil
import tempfile
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pipecat.frames.frames import TTSAudioRawFrame
from pipecat.services.piper.tts import PiperTTSService

from models.shapes.piper import piper_shape
from models.slots import SlotSpec, read
from telephony.assembly.known_prompts import known_prompts
from telephony.assembly.speaking import Voices, open_voices
from telephony.demo.make_clips import CALLS
from telephony.events import Said
from telephony.replay import DAY, replay
from telephony.settings import Speaking, load
from telephony.sim.telephone import telephone
from tests.bench.context import ROOT, Context
from tests.bench.writer import Row, unmeasured
from voice.audio import FRAME_SAMPLES, RATE, Pcm
from voice.dialogue.load import load_business
from voice.dialogue.prompts import money
from voice.g711 import mulaw_decode, mulaw_encode
from voice.stt import pocketsphinx
from voice.tts import Synthesizer, espeak, flite
from voice.tts.say_text import digits, say_text
from voice.tts.voice_process import VoiceProcess

IDS = (
    "tts_cached_share", "tts_cached_share_seconds", "tts_live_first_chunk_p50_ms", "tts_live_first_chunk_cpu_ms",
    "tts_live_cpu_ms", "tts_tail_lost_ms", "tts_level_spread_db", "tts_digits_understood", "tts_amounts_understood",
)  # fmt: skip
FLOWS = ("balance", "callback", "dispute")
LIVE, LIVE_FULL = 30, 120  # sentences
SPOKEN, SPOKEN_FULL = 40, 200  # numbers read out
PIECE_MS = 100


def rows(context: Context) -> Sequence[Row]:
    return [*_cached(context), *asyncio.run(_live(context)), *asyncio.run(_espeak(context))]


# --- what was rendered before --------------------------------------------------------------------------------------


def _cached(context: Context) -> Iterator[Row]:
    said = [text for name in FLOWS for text in _said(context, name)]
    sentences, seconds = asyncio.run(_played(said))
    make = context.samples.row
    yield make(
        IDS[0], sentences, "share", unit="of sentences", goal=">= 0.8", of="1 when nothing of it had to be rendered",
        note=f"all that the system says to the caller in the {len(FLOWS)} demo calls, replayed; espeak",
    )  # fmt: skip
    yield make(
        IDS[1], seconds, "share", unit="of audio", goal="", of=f"1 for {PIECE_MS} ms that came from the cache",
        note="as tts_cached_share, by what callers hear: the clauses of a new sentence that are known count",
    )  # fmt: skip


def _said(context: Context, name: str) -> list[str]:
    replayed = replay(CALLS / f"{name}.toml", config=ROOT / "config", out=context.folder / "calls", pace="fast")
    return [record.entry.text for record in replayed.records if isinstance(record.entry, Said)]


async def _played(texts: Sequence[str]) -> tuple[list[float], list[float]]:
    """Each sentence from a service that has just rendered its prompts: 1 when it was all in the cache."""
    settings = load(ROOT / "config")
    with tempfile.TemporaryDirectory() as folder:
        voices = await open_voices(Speaking(engine="espeak"), models_folder=Path(folder), cache_folder=Path(folder))
        await voices.cached.prerender(known_prompts(load_business(ROOT / "config"), settings))
        counts, sentences = voices.cached.counts, []
        for text in texts:
            before = counts.from_memory + counts.from_disk, counts.rendered
            async for _ in voices.voice.stream(text):
                pass
            cached, rendered = counts.from_memory + counts.from_disk - before[0], counts.rendered - before[1]
            sentences += [1.0] * cached + [0.0] * rendered
        await voices.close()
    return sentences, [1.0] * (counts.cached_ms // PIECE_MS) + [0.0] * (counts.rendered_ms // PIECE_MS)


# --- a new sentence --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spoken:
    first_ms: float  # from the request to the first 20 ms at 8 kHz
    first_cpu_ms: float  # of both processes, by then
    cpu_ms: float  # for the whole text
    samples: int


async def _live(context: Context) -> list[Row]:
    model = piper_shape("medium", ROOT / "build" / "shapes")
    with tempfile.TemporaryDirectory() as folder:
        speaking = Speaking.model_validate({"engine": "piper", "piper": {"model": str(model)}})
        voices = await open_voices(speaking, models_folder=Path(folder), cache_folder=Path(folder))
        stock = await asyncio.to_thread(_stock, model)
        pairs = []
        for text in _sentences(LIVE_FULL if context.full else LIVE, context.seed):
            pairs.append((await _ours(voices, text), await _theirs(stock, text)))  # in turn: the machine is the same
        tails = [await _tail_lost_ms(voices, stock, text) for text in ("Thank you.", "One moment.", "Goodbye.")]
        await voices.close()
    ours, theirs = [one for one, _ in pairs], [one for _, one in pairs]
    make, peer = context.samples.row, "pipecat 1.14 PiperTTSService, same voice file and texts, in turn"
    note = (
        f"new sentences of 6 to 12 s, read out while nothing else is said; load {os.getloadavg()[0]:.1f} on "
        f"{os.cpu_count()} cores; random weights of Piper medium's shape"
    )
    return [
        make(IDS[2], [one.first_ms for one in ours], "p50", unit="ms", goal="<= 150",
             of="a sentence that is not in the cache, from the request to its first 20 ms at 8 kHz",
             peer=peer, peer_value=_p50([one.first_ms for one in theirs]), note=note),
        make(IDS[3], [one.first_cpu_ms for one in ours], "p50", unit="ms of CPU", goal="",
             of="until the first 20 ms of such a sentence, service and voice process together",
             peer=peer, peer_value=_p50([one.first_cpu_ms for one in theirs]),
             note="what tts_live_first_chunk_p50_ms is on an idle core; ours on one thread, theirs on all"),
        make(IDS[4], [one.cpu_ms for one in ours], "p50", unit="ms of CPU", goal="",
             of="rendering such a sentence to its end, service and voice process together",
             peer=peer, peer_value=_p50([one.cpu_ms for one in theirs]), note="ours on one thread, theirs on all"),
        make(IDS[5], [max(0.0, ours) for ours, _ in tails], "max", unit="ms", goal="0",
             of="sound of a short sentence that the voice made and the listener does not get",
             peer=peer, peer_value=_p50([theirs for _, theirs in tails]), note="their resampler is not flushed"),
    ]  # fmt: skip


def _stock(model: Path) -> PiperTTSService:
    settings = PiperTTSService.Settings(model=None, voice=model.stem, language=None)
    service = PiperTTSService(download_dir=model.parent, settings=settings)
    service._sample_rate = RATE  # as its StartFrame would set it on a telephone's pipeline
    return service


async def _ours(voices: Voices, text: str) -> Spoken:
    return await _timed(voices.voice.stream(text), len, voices.process.pid)


async def _theirs(stock: PiperTTSService, text: str) -> Spoken:
    frames = stock.run_tts(text, "bench")
    return await _timed(frames, lambda one: len(one.audio) // 2 if isinstance(one, TTSAudioRawFrame) else 0, None)


async def _timed(pieces: AsyncGenerator[Any, None], samples_of: Callable[[Any], int], pid: int | None) -> Spoken:
    began, cpu_before = time.perf_counter(), _cpu_ms(pid)
    first_ms = first_cpu_ms = 0.0
    samples = 0
    async with aclosing(pieces) as stream:
        async for piece in stream:
            samples += samples_of(piece)
            if not first_ms and samples >= FRAME_SAMPLES:
                first_ms, first_cpu_ms = (time.perf_counter() - began) * 1000, _cpu_ms(pid) - cpu_before
    return Spoken(first_ms, first_cpu_ms, _cpu_ms(pid) - cpu_before, samples)


def _cpu_ms(pid: int | None) -> float:
    """Of this process and of `pid`: its threads' run time, which Linux counts in nanoseconds."""
    threads = [] if pid is None else list(Path(f"/proc/{pid}/task").glob("*/schedstat"))
    return time.process_time() * 1000 + sum(int(one.read_text().split()[0]) for one in threads) / 1e6


async def _tail_lost_ms(voices: Voices, stock: PiperTTSService, text: str) -> tuple[float, float]:
    """Milliseconds by which ours and theirs are shorter than what the voice itself makes of the text."""
    made = await asyncio.to_thread(lambda: [len(chunk.audio_int16_array) for chunk in stock._voice.synthesize(text)])
    whole_ms = sum(made) * 1000 / stock._voice.config.sample_rate
    ours, theirs = await _ours(voices, text), await _theirs(stock, text)
    return whole_ms - ours.samples * 1000 / RATE, whole_ms - theirs.samples * 1000 / RATE


def _p50(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]


def _sentences(count: int, seed: int) -> list[str]:
    """Sentences of the demo's prompts with amounts and names that were never said before."""
    random_ = random.Random(seed)

    def amount() -> str:
        return money(f"{random_.randint(100, 999_999) / 100:.2f}")

    forms: list[Callable[[], str]] = [
        lambda: f"Your checking account holds {amount()}, and your savings account {amount()}.",
        lambda: f"I moved {amount()} from checking to savings. Your checking account now holds {amount()}.",
        lambda: f"I opened a dispute for {amount()} at Corner Market. You will hear from us within ten working days.",
        lambda: f"I can't find a charge of {amount()} on your accounts in the last 90 days.",
    ]
    return [forms[number % len(forms)]() for number in range(count)]


# --- whether espeak can be understood, and how loud the voices are ----------------------------------------------------


async def _espeak(context: Context) -> list[Row]:
    process = VoiceProcess()
    voice = espeak.open(espeak.Settings(), process=process)
    count = SPOKEN_FULL if context.full else SPOKEN
    numbers, amounts = _numbers(count, context.seed)
    loudness = await _levels(voice)
    hears = pocketsphinx.open(pocketsphinx.Settings(), _languages(context.seed))

    async def back(text: str, language: str) -> str:
        return hears.transcribe(await _line(voice, text), language).text

    understood = [float(_digits_of(await back(number, "digits"), len(number)) == number) for number in numbers]
    heard = [float(_cents_of(await back(money(amount), "amounts")) == amount) for amount in amounts]
    await process.close()
    make = context.samples.row
    note = "espeak through the telephone chain into our own no-download recogniser: what it gets, a person gets"
    levels = [abs(one - other) for one in loudness.values() for other in loudness.values()]
    spread = (
        make(IDS[6], levels, "max", unit="dB", goal="<= 3", of="difference of two voices' level while they speak",
             note=", ".join(f"{name} {level:.1f} dBFS" for name, level in loudness.items()))
        if len(loudness) > 1
        else unmeasured(IDS[6], unit="dB", goal="<= 3", why="flite is not installed: one voice alone")
    )  # fmt: skip
    return [
        spread,
        make(IDS[7], understood, "share", unit="exact", goal="", of="1 when a number of four digits is heard back",
             note=note),
        make(IDS[8], heard, "share", unit="exact", goal="", of="1 when an amount is heard back to the cent",
             note=f"{note}; \"cents\" ends in a sound above the telephone's band"),
    ]  # fmt: skip


async def _levels(voice: Synthesizer) -> dict[str, float]:
    texts = ("Is there anything else I can do for you?", "I'm getting someone in member services.", "Please hold on.")
    voices: dict[str, Synthesizer] = {"espeak": voice}
    if shutil.which("flite"):
        voices |= {name: flite.open(flite.Settings(voice=name)) for name in ("slt", "rms", "kal16")}
    return {
        name: float(np.mean([_level_dbfs(await _sound(one, text)) for text in texts])) for name, one in voices.items()
    }


def _level_dbfs(pcm: Pcm) -> float:
    """Of the 20 ms frames within 25 dB of the loudest."""
    frames = pcm[: len(pcm) // FRAME_SAMPLES * FRAME_SAMPLES].astype(float).reshape(-1, FRAME_SAMPLES)
    powers = (frames**2).mean(axis=1)
    return float(10 * np.log10(powers[powers > powers.max() * 10**-2.5].mean() / 32768**2))


async def _sound(voice: Synthesizer, text: str) -> Pcm:
    return np.concatenate([piece async for piece in voice.stream(text)])


async def _line(voice: Synthesizer, text: str) -> Pcm:
    spoken = digits(text) if text.isdecimal() else text
    pcm = telephone(mulaw_decode(mulaw_encode(await _sound(voice, spoken))), RATE)
    edge = np.zeros(RATE // 5, dtype=np.int16)
    return np.concatenate([edge, pcm, edge])


def _numbers(count: int, seed: int) -> tuple[list[str], list[str]]:
    random_ = random.Random(seed + 1)
    return (
        [f"{random_.randrange(10_000):04}" for _ in range(count)],
        [f"{random_.randint(100, 99_999) / 100:.2f}" for _ in range(count)],
    )


def _languages(seed: int) -> dict[str, tuple[str, ...]]:
    """Other numbers than those that are read out."""
    numbers, amounts = _numbers(600, seed + 100)
    spoken = [say_text(f"${amount}").replace("-", " ") for amount in amounts]
    return {"digits": tuple(digits(number).replace(",", "") for number in numbers), "amounts": tuple(spoken)}


def _digits_of(text: str, length: int) -> str | None:
    found = read(text, [SlotSpec("number", "digits", length=length)], DAY)
    return found[0].value if found else None


def _cents_of(text: str) -> str | None:
    found = read(text, [SlotSpec("amount", "amount")], DAY)
    return f"{float(found[0].value):.2f}" if found else None
