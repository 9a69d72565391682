"""Who is cut off, and how soon the others' turns are closed, with the settings that ship; both from the same run.

The ear runs on the audio's own clock. Words for the pauses come from pocketsphinx, which needs no download, and reach
the ear `WORDS_MS` after the pause was told, whatever they really took here. A turn is cut when it was closed with at
least 100 ms of its voice still to come. Windows of digits were set on another speaker than the two
scored here. For free speech the lengths of pauses in all calls and orders had been looked at, so its rate is that of
the material the window was chosen on.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from telephony.assembly.hearing import languages
from telephony.settings import load
from tests.bench.context import ROOT, Context
from tests.bench.turn_clips import FOUR, Clip, Utterance, calls, numbers, orders
from tests.bench.turn_peers import Peers
from tests.bench.writer import Row
from tests.voice.coffee import sentences
from voice.audio import FRAME_SAMPLES, Pcm
from voice.dialogue.load import load_business
from voice.ear_events import Segment, SpeechEnded, SpeechPaused, SpeechResumed
from voice.events import Expect
from voice.hearing import Ear, Settings
from voice.stt import Recogniser, Recognition, pocketsphinx
from voice.turn_end import how_complete

IDS = (
    "false_cutoff_rate_expected", "false_cutoff_rate_free", "slow_speaker_cutoff_rate", "turn_end_expected_p50_ms",
    "turn_end_expected_p95_ms", "turn_end_free_p50_ms", "turn_end_free_p95_ms", "turn_end_right_words_p50_ms",
    "turn_end_right_words_p95_ms", "slow_speaker_right_words_cutoff_rate", "speculation_kept", "stt_decodes_per_turn",
)  # fmt: skip
WORDS_MS = 110
"""A short utterance by a Whisper of base.en's size on an idle core: 105 to 108 ms [measured, 2 cores]."""

QUESTION_MS = 600
OTHERS = "all else in calls, and orders; their pauses were known when the window was chosen"
SLOW = "four digits, 500 to 900 ms apart; bound by a digit taken for no voice, and by others recognised twice"
PEER = "pipecat 1.14: Silero and Smart Turn v3, its default"

Chosen = Callable[[Utterance], bool]
Words = Callable[[Clip, Utterance, Segment, Expect], Recognition]


@dataclass(slots=True)
class Turned:
    """What one clip came to."""

    closed_ms: list[int] = field(default_factory=list)
    kept: list[bool] = field(default_factory=list)  # for each guess, whether the turn ended there
    decodes: list[int] = field(default_factory=list)  # of each turn


class Told:
    """A detector that has heard the clip before."""

    def __init__(self, voice: Sequence[float]) -> None:
        self._voice = iter(voice)

    def probability(self, frame: Pcm) -> float:
        return next(self._voice)


def drive(clip: Clip, settings: Settings, words: Words) -> Turned:
    ear, turned = Ear(vad=Told(clip.voice), settings=settings), Turned()
    due: tuple[int, Segment, Expect] | None = None
    guessed: list[Segment] = []  # in the turn that goes on
    questions = list(clip.utterances)
    asked = questions[0]
    for at in range(0, len(clip.pcm) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        if questions and ear.now_ms >= questions[0].start_ms - QUESTION_MS:
            asked = questions.pop(0)
            ear.expect(asked.expect)
        for event in ear.feed(clip.pcm[at : at + FRAME_SAMPLES]):
            match event:
                case SpeechPaused(segment=segment):
                    due = ear.now_ms + WORDS_MS, segment, ear.expected
                    guessed.append(segment)
                case SpeechResumed():
                    due = None
                case SpeechEnded(segment=segment):
                    due = None
                    turned.closed_ms.append(ear.now_ms)
                    kept = [_same(guess, segment) for guess in guessed]
                    turned.kept += kept
                    turned.decodes.append(len(guessed) + (not any(kept)))
                    guessed.clear()
                case _:
                    pass
        if due is not None and ear.now_ms >= due[0]:
            _, segment, expected = due
            heard = words(clip, asked, segment, expected)
            sure = [word.confidence for word in heard.words]
            found = how_complete(heard.text, expected, confidence=heard.confidence, sure=sure)
            ear.consider(segment.start_ms, segment.end_ms, found)
            due = None
    return turned


def _same(guess: Segment, final: Segment) -> bool:
    return (guess.start_ms, guess.end_ms, len(guess.pcm)) == (final.start_ms, final.end_ms, len(final.pcm))


def recognised(recogniser: Recogniser) -> Words:
    return lambda clip, asked, segment, expected: recogniser.transcribe(segment.pcm, expected.language)


def right(clip: Clip, asked: Utterance, segment: Segment, expected: Expect) -> Recognition:
    """What a recogniser that makes no mistakes would say: all of the answer, or so many of its digits as were said."""
    if expected.shape == "digits":
        said = sum(onset_ms < segment.end_ms for onset_ms in asked.onsets_ms)
        return Recognition(" ".join(["four"] * said), 1.0, "right")
    whole = segment.end_ms >= asked.safe_ms
    return Recognition("yes" if whole and expected.shape == "yes_no" else "", 1.0, "right")


def is_cut(utterance: Utterance, closed_ms: Iterable[int]) -> bool:
    return any(utterance.start_ms < at < utterance.safe_ms for at in closed_ms)


def waits_ms(utterance: Utterance, closed_ms: Iterable[int]) -> list[float]:
    """From the last voice to the closing, where it was not cut; nothing where no turn was closed at all."""
    later = [at for at in closed_ms if at >= utterance.safe_ms and at - utterance.end_ms <= 4000]
    return [float(later[0] - utterance.end_ms)] if later and not is_cut(utterance, closed_ms) else []


@dataclass(slots=True)
class Score:
    """Over one set of clips: ours, and pipecat's without and with its network."""

    cuts: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    smart: list[float] = field(default_factory=list)
    smart_waits: list[float] = field(default_factory=list)

    def add(self, clip: Clip, turned: Turned, peers: tuple[list[int], list[int]], chosen: Chosen) -> None:
        for utterance in filter(chosen, clip.utterances):
            self.cuts.append(is_cut(utterance, turned.closed_ms))
            self.waits += waits_ms(utterance, turned.closed_ms)
            self.alone.append(is_cut(utterance, peers[0]))
            self.smart.append(is_cut(utterance, peers[1]))
            self.smart_waits += waits_ms(utterance, peers[1])


@dataclass(slots=True)
class Scores:
    expected: Score = field(default_factory=Score)
    free: Score = field(default_factory=Score)
    slow: Score = field(default_factory=Score)
    right: Score = field(default_factory=Score)
    slow_right: Score = field(default_factory=Score)
    turned: list[Turned] = field(default_factory=list)  # calls and orders: pauses that people made


async def measure(*, scored: bool, seed: int, full: bool) -> Scores:
    config = load(ROOT / "config")
    settings, business = config.hearing.ear, languages(load_business(config.business.folder))
    spoken = {name: business[name] for name in ("yes_no", FOUR.language, "main")} | {"order": sentences()}
    words = recognised(pocketsphinx.open(pocketsphinx.Settings(), spoken))
    scores, peers, some = Scores(), Peers(), 20 if full else 8
    for clip in [*calls(scored=scored), *orders(scored=scored)]:
        turned, others = drive(clip, settings, words), await peers.closings(clip.pcm)
        scores.turned.append(turned)
        scores.free.add(clip, turned, others, lambda one: one.expect.shape == "free")
        scores.expected.add(clip, turned, others, lambda one: one.expect.shape != "free")
        if any(one.expect.shape != "free" for one in clip.utterances):
            scores.right.add(clip, drive(clip, settings, right), others, lambda one: one.expect.shape != "free")
    for pace, score, certain in (
        ("steady", scores.expected, scores.right),
        ("slow", scores.slow, scores.slow_right),
    ):
        for clip in numbers(pace, some, scored=scored, seed=seed):
            turned, others = drive(clip, settings, words), await peers.closings(clip.pcm)
            score.add(clip, turned, others, lambda one: True)
            certain.add(clip, drive(clip, settings, right), others, lambda one: True)
    return scores


def rows(context: Context) -> Sequence[Row]:
    scores = asyncio.run(measure(scored=True, seed=context.seed, full=context.full))
    return [
        _cuts(context, IDS[0], scores.expected, "<= 0.02", "yes and no in calls; four digits, 60 to 350 ms apart"),
        _cuts(context, IDS[1], scores.free, "<= 0.10", OTHERS),
        _cuts(context, IDS[2], scores.slow, "<= 0.02", SLOW),
        *_waits(context, IDS[3:5], scores.expected, "report"),
        *_waits(context, IDS[5:7], scores.free, "report"),
        *_waits(context, IDS[7:9], scores.right, "report; with the words of a faultless recogniser"),
        _cuts(context, IDS[9], scores.slow_right, "report", "the same with the words of a faultless recogniser"),
        *_guesses(context, scores.turned),
    ]  # fmt: skip


def _cuts(context: Context, id: str, score: Score, goal: str, what: str) -> Row:
    alone, smart = (sum(peer) / len(peer) for peer in (score.alone, score.smart))
    return context.samples.row(
        id, score.cuts, "share", unit="of utterances", goal=goal, of="1 where a turn was closed too early",
        peer=PEER, peer_value=round(smart, 4), note=f"{what}; pipecat's 200 ms of silence alone: {alone:.3f}",
    )  # fmt: skip


def _waits(context: Context, ids: Sequence[str], score: Score, goal: str) -> list[Row]:
    peer = sorted(score.smart_waits)
    return [
        context.samples.row(
            id, score.waits, statistic, unit="ms of audio", goal=goal, of="from last voice to turn closed, not cut",
            peer=PEER, peer_value=peer[min(len(peer) - 1, int(len(peer) * share))],
            note=f"words {WORDS_MS} ms after a pause of 100 ms; the detector's own overhang is in it",
        )
        for id, statistic, share in zip(ids, ("p50", "p95"), (0.5, 0.95), strict=True)
    ]  # fmt: skip


def _guesses(context: Context, turned: Sequence[Turned]) -> list[Row]:
    return [
        context.samples.row(
            IDS[10], [float(kept) for one in turned for kept in one.kept], "share", unit="of guesses", goal=">= 0.85",
            of="1 where the pause was the end", note="calls and orders; a guess at each pause of 100 ms",
        ),
        context.samples.row(
            IDS[11], [float(count) for one in turned for count in one.decodes], "mean", unit="", goal="<= 1.4",
            of="decodes of one turn, dropped guesses with them", note="none is let go before it began",
        ),
    ]  # fmt: skip
