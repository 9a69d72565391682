"""Spoken orders of people through the telephone chain, quiet and in a kitchen: intent and all slots right.

The first hundred clips were for choosing, the others are for scoring.
"""

import time
from collections.abc import Sequence

import numpy as np
import soundfile

from telephony.sim.telephone import telephone
from tests.bench.context import Context
from tests.bench.writer import Row
from tests.businesses.order import reader, sentences
from tests.data import data_folder
from tests.quality.test_coffee import same, segments
from tests.voice.coffee import FOLDER, Command, commands
from voice.audio import Pcm
from voice.stt import pocketsphinx

IDS = ("phone_commands_exact", "phone_commands_noise_exact", "phone_commands_cpu_ms")
CHOSEN_ON = 100
SNR_DB = 15.0


def rows(context: Context) -> Sequence[Row]:
    recogniser = pocketsphinx.open(pocketsphinx.Settings(), {"main": sentences()})
    order = reader()
    cpu_ms: list[float] = []

    def right(command: Command) -> float:
        heard = segments(command.pcm)
        began = time.process_time()
        texts = [recogniser.transcribe(segment, "main").text for segment in heard]
        cpu_ms.append((time.process_time() - began) * 1000)
        return float(same(order(" ".join(texts)), command))

    quiet = [right(command) for command in list(commands())[CHOSEN_ON:]]
    noisy = [right(command) for command in list(commands(through=in_kitchen(context.seed)))[CHOSEN_ON:]]
    of = "1 when intent and all slots were right"
    chain = "pocketsphinx; 8 kHz, 300 to 3400 Hz, mu-law; none of these clips was used to choose anything"
    return [
        context.samples.row(IDS[0], quiet, "share", unit="of commands", goal=">= 0.88", of=of, note=chain),
        context.samples.row(
            IDS[1], noisy, "share", unit="of commands", goal=">= 0.62", of=of,
            note=f"{chain}; kitchen noise {SNR_DB:.0f} dB below the voice's loud frames",
        ),
        context.samples.row(
            IDS[2], cpu_ms, "p50", unit="ms", goal="report", of="CPU time to recognise one command",
            note="of the process, quiet and noisy",
        ),
    ]  # fmt: skip


class in_kitchen:  # noqa: N801 - reads as the place it is
    """A command with the kitchen around it, also before and after the words; then the telephone."""

    def __init__(self, seed: int) -> None:
        self._noise, self._rate = soundfile.read(data_folder(FOLDER) / "noise-kitchen.flac", dtype="int16")
        self._chance = np.random.default_rng(seed)

    def __call__(self, pcm: Pcm, rate: int) -> Pcm:
        if rate != self._rate:
            raise ValueError(f"a command at {self._rate} Hz expected, got {rate}")
        said = np.pad(pcm.astype(np.float64), (rate // 2, 3 * rate // 2))
        at = int(self._chance.integers(0, len(self._noise) - len(said)))
        noise = self._noise[at : at + len(said)].astype(np.float64)
        loud = noise * _level(pcm, rate) * 10 ** (-SNR_DB / 20) / np.sqrt((noise**2).mean())
        return telephone(np.clip(np.rint(said + loud), -32768, 32767).astype(np.int16), rate)


def _level(pcm: Pcm, rate: int) -> float:
    """Of the frames that are within 26 dB of the loudest."""
    samples = rate // 50
    frames = pcm[: len(pcm) // samples * samples].reshape(-1, samples).astype(np.float64)
    levels = np.sqrt((frames**2).mean(axis=1))
    return float(np.sqrt((levels[levels >= 0.05 * levels.max()] ** 2).mean()))
