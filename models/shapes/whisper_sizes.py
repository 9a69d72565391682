"""The published dimensions of Whisper's English models, and a toy for tests."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Size = Literal["toy", "tiny.en", "base.en", "small.en"]

MELS, SOURCE_POSITIONS, TARGET_POSITIONS = 80, 1500, 448  # of every size; 1500 positions of 20 ms are 30 s
TIMESTAMPS = 1501  # 0.00 to 30.00 s

_LANGUAGES = """
en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur hr bg lt la mi ml cy sk
te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr pa si km sn yo so af oc ka be tg sd gu am yi lo uz fo
ht ps tk nn mt sa lb my bo tl mg as tt haw ln ha ba jw su
"""
SPECIAL = (
    "<|endoftext|>",
    "<|startoftranscript|>",
    *(f"<|{language}|>" for language in _LANGUAGES.split()),
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    "<|startofprev|>",
    "<|nospeech|>",
    "<|notimestamps|>",
    *(f"<|{number * 0.02:.2f}|>" for number in range(TIMESTAMPS)),
)
"""The tokens after the words, in the order of OpenAI's English models (whisper/tokenizer.py); their place counts."""


@dataclass(frozen=True, slots=True)
class Shape:
    width: int
    layers: int  # of the encoder, and as many of the decoder
    heads: int
    words: int  # byte-level BPE tokens before the special ones

    @property
    def vocabulary(self) -> int:
        return self.words + len(SPECIAL)

    @property
    def parameters(self) -> int:
        """As they are counted in print: the output projection is the embedding, keys have no bias."""
        d = self.width
        norm, attention, feed_forward = 2 * d, 4 * d * d + 3 * d, 8 * d * d + 5 * d
        convolutions = (3 * MELS * d + d) + (3 * d * d + d)
        encoder = convolutions + SOURCE_POSITIONS * d + self.layers * (attention + feed_forward + 2 * norm) + norm
        words = (self.vocabulary + TARGET_POSITIONS) * d
        return encoder + words + self.layers * (2 * attention + feed_forward + 3 * norm) + norm


SHAPES: Mapping[Size, Shape] = {
    "toy": Shape(width=64, layers=1, heads=1, words=300),
    "tiny.en": Shape(width=384, layers=4, heads=6, words=50_256),
    "base.en": Shape(width=512, layers=6, heads=8, words=50_256),
    "small.en": Shape(width=768, layers=12, heads=12, words=50_256),
}
"""From openai/whisper's model cards: 37.76, 72.59 and 241.73 million parameters."""
