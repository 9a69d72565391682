"""The telephone chain keeps the voice's band and its timing, and nothing else."""

import numpy as np
import pytest

from telephony.sim.telephone import telephone
from voice.g711 import mulaw_decode, mulaw_encode


def level_db(hz: float) -> float:
    """How much of a tone arrives."""
    sent = (10_000 * np.sin(2 * np.pi * hz * np.arange(16_000) / 16_000)).astype(np.int16)
    heard = telephone(sent, 16_000)[1000:-1000].astype(float)
    return float(20 * np.log10(np.sqrt(np.mean(heard**2)) / (10_000 / np.sqrt(2)) + 1e-9))


@pytest.mark.parametrize("hz", [400, 1000, 3000])
def test_the_voices_band_passes(hz):
    assert level_db(hz) == pytest.approx(0, abs=0.5)


@pytest.mark.parametrize("hz", [50, 200, 3600, 5000])
def test_what_is_outside_does_not(hz):
    assert level_db(hz) < -35


def test_it_is_what_a_mulaw_wire_can_carry():
    sound = telephone((3000 * np.random.default_rng(0).standard_normal(16_000)).astype(np.int16), 16_000)
    assert mulaw_decode(mulaw_encode(sound)).tolist() == sound.tolist()


def test_a_click_arrives_when_it_was_sent():
    sent = np.zeros(16_000, np.int16)
    sent[8000] = 30_000
    assert abs(int(np.abs(telephone(sent, 16_000).astype(int)).argmax()) - 4000) <= 1


def test_nothing_sent_nothing_heard():
    assert len(telephone(np.zeros(0, np.int16), 16_000)) == 0
