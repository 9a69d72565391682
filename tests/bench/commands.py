"""Spoken orders of people through the telephone chain: intent and all slots right, without any download."""

from collections.abc import Sequence

from tests.bench.context import Context
from tests.bench.writer import Row
from tests.businesses.order import reader, sentences
from tests.quality.test_coffee import heard, same
from tests.voice.coffee import commands
from voice.stt import pocketsphinx

IDS = ("commands.telephone.right",)
CLIPS = 100


def rows(context: Context) -> Sequence[Row]:
    recogniser = pocketsphinx.open(pocketsphinx.Settings(), {"main": sentences()})
    order = reader()
    right = [float(same(order(heard(command.pcm, recogniser)), command)) for command in commands(CLIPS)]
    return [
        context.samples.row(
            IDS[0], right, "share", unit="of 100 commands", goal=">= 0.80", of="1 when intent and all slots were right",
            note="pocketsphinx; 8 kHz, 300 to 3400 Hz, mu-law",
        )
    ]  # fmt: skip
