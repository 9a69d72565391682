"""How soon a prompt stops for somebody who speaks over it, and how rarely for a cough, a kitchen or an "mm-hm".

In virtual time, over the pipeline of one leg with Twilio's transport, the carrier's playback buffer, the shipped
detector and the recogniser that needs no download; the peers' rules are asked about the same clips.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADParams, VADState

from telephony.assembly import hearing
from tests.bench.bargein_sounds import Clip, human_words, sounds
from tests.bench.context import ROOT, Context
from tests.bench.writer import Row
from tests.sim.leg import Leg, play
from voice import events
from voice.audio import FRAME_MS, FRAME_SAMPLES, Pcm, silence
from voice.dialogue.load import load_business
from voice.events import Act, Event, Expect, Played, Say
from voice.stt import Recogniser, pocketsphinx
from voice.stt.scripted import ScriptedRecogniser
from voice.vad import SileroVad

IDS = (
    "bargein_p50_ms",
    "bargein_p95_ms",
    "bargein_missed_rate",
    "bargein_false_rate",
    "bargein_p50_ms.pipecat",
    "bargein_false_rate.pipecat",
    "bargein_p50_ms.livekit",
    "bargein_missed_rate.livekit",
    "bargein_false_rate.livekit",
)

PROMPT = (
    "Here is what I can tell you about that. The branch on Main Street is open from nine in the morning until five in "
    "the afternoon. On Saturdays it closes at noon, and on Sundays it stays closed."
)
INTO_MS = 1500  # of the prompt, when the caller begins
LIVEKIT_SPEECH_MS = 500  # livekit/agents voice/turn.py: min_interruption_duration


@dataclass(frozen=True, slots=True)
class Outcome:
    """`clear_ms`: from the first speech sample to `clear`; None: the prompt was not stopped."""

    clip: Clip
    clear_ms: float | None
    ended: bool  # the prompt was played to its end
    why: str | None  # it went on


def rows(context: Context) -> Sequence[Row]:
    words = list(human_words())
    spoken = over_prompts(words, ScriptedRecogniser(["stop that please"] * 20 * len(words)))
    latencies = [o.clear_ms for o in spoken if o.clear_ms is not None and not o.ended]
    missed = [float(o.ended or o.clear_ms is None or o.clear_ms > _length_ms(o.clip)) for o in spoken]
    noises = list(sounds(context.seed))
    business = load_business(ROOT / "config")
    recogniser = pocketsphinx.open(pocketsphinx.Settings(), hearing.languages(business))
    made = over_prompts(noises, recogniser)
    false = [float(not o.ended) for o in made]
    return [*_ours(context, latencies, missed, false, spoken, made), *_peers(context, words, noises, recogniser)]


def _ours(
    context: Context,
    latencies: Sequence[float],
    missed: Sequence[float],
    false: Sequence[float],
    spoken: Sequence[Outcome],
    made: Sequence[Outcome],
) -> Iterator[Row]:
    of = "first speech sample of the clean clip to `clear`, on the audio's clock"
    by_kind = Counter(o.clip.kind for o in spoken if o.ended)
    yield context.samples.row(
        IDS[0], latencies, "p50", unit="ms", goal="<= 230", of=of,
        note="human commands and digits through the telephone chain; virtual time: what the machine adds is not in it",
    )  # fmt: skip
    yield context.samples.row(IDS[1], latencies, "p95", unit="ms", goal="<= 400", of=of, note="as above")
    yield context.samples.row(
        IDS[2], missed, "share", unit="of clips", goal="<= 0.05", of="1: the prompt was not stopped while they spoke",
        note=f"missed: {dict(by_kind) or 'none'}; a digit of less than 100 ms of voice stops nothing",
    )  # fmt: skip
    stopped = Counter(o.clip.kind for o in made if o.clear_ms is not None)
    lost = Counter(o.clip.kind for o in made if not o.ended)
    kinds = Counter(o.clip.kind for o in made)
    yield context.samples.row(
        IDS[3], false, "share", unit="of clips", goal="<= 0.03", of="1: the prompt did not go on to its end",
        note=f"clips {dict(kinds)}; stopped and gone on {dict(stopped - lost)}; lost {dict(lost)}; coughs, breaths and "
        "clicks are made, mm-hm is synthetic, hummed as sounds; pocketsphinx gives the verdict",
    )  # fmt: skip


def over_prompts(clips: Sequence[Clip], recogniser: Recogniser) -> list[Outcome]:
    """Each over a prompt of its own, one after the other on one leg."""
    outcomes: list[Outcome] = []

    def answer(event: Event) -> Sequence[Act]:
        match event:
            case events.ActionDone(key=key):
                return [Say(key, PROMPT, "bench", "1"), Expect("main", no_input_ms=600_000)]
            case _:
                return []

    async def story(leg: Leg) -> None:
        for number, clip in enumerate(clips):
            outcomes.append(await _one(leg, f"say-{number}", clip))

    play(story, answer=answer, recogniser=recogniser)
    return outcomes


async def _one(leg: Leg, say_id: str, clip: Clip) -> Outcome:
    leg.session.tell(events.ActionDone("next", say_id, ok=True))
    await asyncio.sleep(INTO_MS / 1000)
    clears, went_on = len(leg.carrier.clears), len(leg.office.went_on)
    began_ms = leg.carrier.says(clip.pcm)
    await leg.when(lambda: any(p.say_id == say_id for p in leg.mind.all(Played)))
    await leg.when(lambda: not leg.carrier.speaks)  # the rest of the clip has nothing left to stop
    await asyncio.sleep(2.0)
    stops, went = leg.carrier.clears[clears:], leg.office.went_on[went_on:]
    clear_ms = stops[0] - began_ms - clip.onset_ms if stops else None
    played = next(p for p in leg.mind.all(Played) if p.say_id == say_id)
    return Outcome(clip, clear_ms, played.fully, went[0].why if went else None)


def _length_ms(clip: Clip) -> float:
    return len(clip.pcm) / 8 - clip.onset_ms


# --- peers ------------------------------------------------------------------------------------------------------------


def _peers(context: Context, words: Sequence[Clip], noises: Sequence[Clip], recogniser: Recogniser) -> Iterator[Row]:
    of = "first speech sample of the clean clip to the rule's interruption, on the audio's clock"
    pipecat = [at for clip in words if (at := _asked(_pipecat, clip)) is not None]
    yield context.samples.row(
        IDS[4], pipecat, "p50", unit="ms", goal="report", of=of, peer="pipecat",
        note="pipecat 1.14's SileroVADAnalyzer with its own settings (0.2 s), which interrupts at once",
    )  # fmt: skip
    cut = [float(_asked(_pipecat, clip) is not None) for clip in noises]
    yield context.samples.row(
        IDS[5], cut, "share", unit="of clips", goal="report", of="1: the prompt was cut", peer="pipecat",
        note="by default nothing goes on after an interruption",
    )  # fmt: skip
    livekit = [_asked(_livekit, clip) for clip in words]
    yield context.samples.row(
        IDS[6], [at for at in livekit if at is not None], "p50", unit="ms", goal="report", of=of, peer="livekit",
        note="its rule, 0.5 s of speech, on our detector",
    )  # fmt: skip
    late = [float(at is None or at > _length_ms(clip)) for at, clip in zip(livekit, words, strict=True)]
    yield context.samples.row(
        IDS[7], late, "share", unit="of clips", goal="report", of="1: not stopped", peer="livekit"
    )
    lost = [float(_asked(_livekit, clip) is not None and bool(_text(recogniser, clip))) for clip in noises]
    yield context.samples.row(
        IDS[8], lost, "share", unit="of clips", goal="report", of="1: the prompt did not go on", peer="livekit",
        note="its rule: stopped, and not resumed because there is a transcript; recogniser as ours",
    )  # fmt: skip


def _asked(rule: Callable[[Iterator[Pcm]], int | None], clip: Clip) -> float | None:
    at_ms = rule(_frames(np.concatenate([silence(INTO_MS), clip.pcm, silence(600)])))
    return None if at_ms is None else at_ms - INTO_MS - clip.onset_ms


def _pipecat(frames: Iterator[Pcm]) -> int | None:
    analyzer = SileroVADAnalyzer(sample_rate=8000, params=VADParams())
    analyzer.set_sample_rate(8000)
    for number, frame in enumerate(frames, start=1):
        if analyzer._run_analyzer(frame.tobytes()) is VADState.SPEAKING:
            return number * FRAME_MS
    return None


def _livekit(frames: Iterator[Pcm]) -> int | None:
    vad, voiced = SileroVad(), 0
    for number, frame in enumerate(frames, start=1):
        voiced = voiced + FRAME_MS if vad.probability(frame) >= 0.5 else 0
        if voiced >= LIVEKIT_SPEECH_MS:
            return number * FRAME_MS
    return None


def _text(recogniser: Recogniser, clip: Clip) -> str:
    return recogniser.transcribe(clip.pcm, "main").text


def _frames(pcm: Pcm) -> Iterator[Pcm]:
    return (pcm[at : at + FRAME_SAMPLES] for at in range(0, len(pcm) - FRAME_SAMPLES + 1, FRAME_SAMPLES))
