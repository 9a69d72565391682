"""What listening costs while nobody speaks: one core's share that each call takes, most of the time."""

import time
from collections.abc import Sequence

import numpy as np

from tests.bench.context import Context
from tests.bench.writer import Row
from voice.audio import FRAME_MS, FRAME_SAMPLES, RATE
from voice.events import Expect
from voice.hearing import Ear
from voice.vad import open_vad

IDS = ("ear.idle.cpu",)
SECONDS = 60


def rows(context: Context) -> Sequence[Row]:
    ear = Ear(vad=open_vad())
    ear.expect(Expect(language="main"))
    hiss = (np.random.default_rng(context.seed).standard_normal(RATE) * 20).astype(np.int16)  # -64 dBFS: a quiet line
    frames = [hiss[at : at + FRAME_SAMPLES] for at in range(0, len(hiss), FRAME_SAMPLES)]
    costs = []
    for _ in range(SECONDS):
        began = time.process_time()
        for frame in frames:
            ear.feed(frame)
        costs.append((time.process_time() - began) * 1000)
    return [
        context.samples.row(
            IDS[0], costs, "p50", unit="ms of CPU for 1 s", goal="<= 10", of="CPU of one second of quiet line",
            note=f"voice detection and endpoint, {FRAME_MS} ms frames",
        )
    ]  # fmt: skip
