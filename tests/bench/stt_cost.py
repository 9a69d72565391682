"""What one Whisper decode costs in processor time, beside stock faster-whisper on the same weights, clips and tokens.

Random weights in base.en's exact shape, int8 (models/shapes). Every arm decodes each clip once to a fixed number of
tokens, in turns A-B-A-C; guards and the second look are measured apart, since verdicts on random text mean nothing.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import mean
from typing import Any

import numpy as np
from faster_whisper import WhisperModel

from models.shapes.whisper import max_length, whisper_shape
from tests.bench.context import ROOT, Context
from tests.bench.writer import Row
from voice.audio import RATE, Pcm
from voice.dialogue.languages import languages
from voice.dialogue.load import load_business
from voice.stt import whisper
from voice.stt.expected import plain
from voice.stt.guards import Scores, audible_ms, compression_ratio, judge
from voice.stt.log_mel import Floats, LogMel
from voice.stt.whisper_decode import Decoder, sound_of

IDS = (
    "stt_cpu_ms_per_decode",
    "stt_cpu_ms_per_decode_16",
    "stt_cpu_ms_together",
    "stt_cpu_ratio_vs_stock",
    "stt_cpu_ratio_vs_stock_tuned",
    "stt_cpu_ratio_vs_stock_tuned_16",
    "stt_guard_cpu_ms",
    "stt_second_look_cpu_ms",
)
SECONDS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0)  # of the clips; answers to a phone line's questions are 1 to 3 s
ROUNDS, ROUNDS_FULL = 3, 12
TOGETHER = 4
STATE = "main"
PEER = "faster_whisper.WhisperModel.transcribe"
DEFAULTS: dict[str, Any] = {"beam_size": 5, "condition_on_previous_text": True, "without_timestamps": False}
TUNED: dict[str, Any] = {"beam_size": 1, "condition_on_previous_text": False, "without_timestamps": True}
HOW_TUNED = "greedy, no timestamps, one thread, features without BLAS threads"
NOTE = (
    "base.en shape, int8, process CPU time, clips of 1 to 5 s, text of fixed length in place of what the weights would"
    " say"
)


class Counted:
    """CTranslate2's model, with the tokens of every text it gave."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.texts: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def generate(self, *args: Any, **how: Any) -> Any:
        told = self._model.generate(*args, **how)
        self.texts += [len(one.sequences_ids[0]) for one in told]
        return told


class Unthreaded:
    """Stock's feature extractor with our features: its own wake a BLAS thread that spins through the decode."""

    def __init__(self, extractor: Any) -> None:
        self._extractor = extractor
        self._features = LogMel(extractor)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._extractor, name)

    def __call__(self, sound: Floats, padding: int = 160, chunk_length: int | None = None) -> Floats:
        heard = self._features(sound)
        return np.concatenate([heard, heard[:, -1:]], axis=1)  # one more, which `transcribe` leaves out


@dataclass(frozen=True, slots=True)
class Stock:
    """Stock `transcribe` of one decode. Its ladder of temperatures is off: random text would climb it every time."""

    model: WhisperModel
    options: dict[str, Any]

    def __call__(self, pcm: Pcm, tokens: int) -> None:
        eot = self.model.hf_tokenizer.token_to_id("<|endoftext|>")
        prompt = 2 if self.options["without_timestamps"] else 1
        self.model.model.texts.clear()
        segments, _ = self.model.transcribe(
            sound_of(pcm), language="en", temperature=0.0, suppress_tokens=[-1, eot],
            max_new_tokens=max_length(prompt, tokens) - prompt, no_speech_threshold=None, log_prob_threshold=None,
            compression_ratio_threshold=None, **self.options,
        )  # fmt: skip
        list(segments)
        if self.model.model.texts != [tokens]:
            raise RuntimeError(f"one decode of {tokens} tokens expected, {self.model.model.texts} were made")


def rows(context: Context) -> Sequence[Row]:
    folder = whisper_shape("base.en", context.folder / "shapes")
    states = languages(load_business(ROOT / "config"))
    ours = whisper.open(whisper.Settings(folder=folder, device="cpu", window="short", workers=1), states)
    arms: dict[str, Callable[[Pcm, int], object]] = {
        "ours": lambda pcm, tokens: ours.pay(pcm, STATE, tokens=tokens),
        "defaults": _stock(folder, DEFAULTS, threads=0),
        "tuned": _stock(folder, TUNED, threads=1),
    }
    clips = [_clip(seconds, context.seed + at) for at, seconds in enumerate(SECONDS)]
    rounds = ROUNDS_FULL if context.full else ROUNDS
    seven, sixteen = (_in_turns(arms, clips, tokens, rounds) for tokens in (7, 16))
    prompt = len(ours._prompts[STATE])
    note = f"{NOTE}; prompt of {prompt} tokens, the state's hint in it; guards and second look apart"
    return [
        *_absolute(context, IDS[0], seven, "<= 120", f"{note}; 7 tokens"),
        *_absolute(context, IDS[1], sixteen, "report", f"{note}; 16 tokens"),
        _together(context, ours, note),
        _ratio(
            context, IDS[3], seven, "defaults", ">= 5", "its defaults: beam 5, timestamps, its own threads; 7 tokens"
        ),
        _ratio(context, IDS[4], seven, "tuned", "report", f"{HOW_TUNED}; 7 tokens"),
        _ratio(context, IDS[5], sixteen, "tuned", "report", f"{HOW_TUNED}; 16 tokens"),
        _guards(context, clips),
        _second_look(context, ours, clips, rounds),
    ]


def _stock(folder: Any, options: dict[str, Any], *, threads: int) -> Stock:
    model = WhisperModel(str(folder), device="cpu", cpu_threads=threads, local_files_only=True)
    model.model = Counted(model.model)
    if options is TUNED:
        model.feature_extractor = Unthreaded(model.feature_extractor)
    return Stock(model, options)


def _clip(seconds: float, seed: int) -> Pcm:
    return (2000 * np.random.default_rng(seed).standard_normal(int(RATE * seconds))).astype(np.int16)


def _cpu_ms(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def _in_turns(
    arms: dict[str, Callable[[Pcm, int], object]], clips: Sequence[Pcm], tokens: int, rounds: int
) -> dict[str, list[float]]:
    """ms of each arm for each clip of each round; the clips' order is the same in all, ours runs before each stock."""
    for work in arms.values():
        work(clips[0], tokens)  # first decodes allocate
    spent: dict[str, list[float]] = {name: [] for name in arms}
    for _ in range(rounds):
        for clip in clips:
            twice = []
            for stock in ("defaults", "tuned"):
                twice.append(_cpu_ms(partial(arms["ours"], clip, tokens)))
                spent[stock].append(_cpu_ms(partial(arms[stock], clip, tokens)))
            spent["ours"].append(mean(twice))
    return spent


def _absolute(context: Context, id: str, spent: dict[str, list[float]], goal: str, note: str) -> list[Row]:
    return [
        context.samples.row(
            id, spent["ours"], "mean", unit="ms of CPU", goal=goal, of="CPU of one decode", peer=f"{PEER}, tuned",
            peer_value=round(mean(spent["tuned"]), 3),
            note=f"{note}; {PEER}: {mean(spent['tuned']):.0f} ms tuned, {mean(spent['defaults']):.0f} ms by default",
        )
    ]  # fmt: skip


def _ratio(context: Context, id: str, spent: dict[str, list[float]], stock: str, goal: str, how: str) -> Row:
    ratios = [theirs / own for theirs, own in zip(spent[stock], spent["ours"], strict=True)]
    overall = sum(spent[stock]) / sum(spent["ours"])
    return context.samples.row(
        id, ratios, "p50", unit="times our CPU", goal=goal, of="stock's CPU to ours, same clip, one after the other",
        note=f"{NOTE}; {PEER}: {how}; temperature ladder off in both; of the sums {overall:.2f}",
    )  # fmt: skip


def _together(context: Context, ours: whisper.WhisperRecogniser, note: str) -> Row:
    """Four short answers at once against four one by one: the decoder's weights are read once."""
    decoder: Decoder = ours._decoder
    looks = [ours._look(one) for seed in range(TOGETHER) if (one := ours._ready(_clip(2.0, seed), STATE))]
    alone = lambda: [decoder.decode([look], exactly=7) for look in looks]  # noqa: E731
    together = lambda: decoder.decode(looks, exactly=7)  # noqa: E731
    alone(), together()
    pairs = [(_cpu_ms(together) / TOGETHER, _cpu_ms(alone) / TOGETHER) for _ in range(8 if context.full else 4)]
    return context.samples.row(
        IDS[2], [one for one, _ in pairs], "mean", unit="ms of CPU", goal="report", of="CPU of one decode of four",
        peer="one by one", peer_value=round(mean(one for _, one in pairs), 3),
        note=f"{note}; 7 tokens, {TOGETHER} clips of 2 s in one decode",
    )  # fmt: skip


def _guards(context: Context, clips: Sequence[Pcm]) -> Row:
    text = "I would like to know the balance of my account, please."

    def guard(pcm: Pcm) -> None:
        scores = Scores(-0.3, 0.01, compression_ratio(text), 13, 42, 3000, audible_ms(pcm))
        judge(plain(text), scores)

    spent = [_cpu_ms(lambda clip=clip: [guard(clip) for _ in range(50)]) / 50 for clip in clips]  # type: ignore[misc]
    return context.samples.row(
        IDS[6], spent, "mean", unit="ms of CPU", goal="report", of="CPU of all guards on one utterance",
        note="clips of 1 to 5 s; in every decode of the service, not in stt_cpu_ms_per_decode but for its audible_ms",
    )  # fmt: skip


def _second_look(context: Context, ours: whisper.WhisperRecogniser, clips: Sequence[Pcm], rounds: int) -> Row:
    decoder: Decoder = ours._decoder
    prompt = ours._prompts[STATE]

    def look(pcm: Pcm) -> None:
        decoder.decode([decoder.look(sound_of(pcm), 30.0, prompt=prompt, cap=16)], exactly=16)

    spent = [_cpu_ms(partial(look, clip)) for clip in clips for _ in range(max(1, rounds // 3))]
    return context.samples.row(
        IDS[7], spent, "mean", unit="ms of CPU", goal="report", of="CPU of a second look in the full window",
        note="base.en shape, int8, 16 tokens; paid only for a suspicious text: a loop, a low score, the token cap",
    )  # fmt: skip
