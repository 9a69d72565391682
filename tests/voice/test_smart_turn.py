"""The network that judges from the sound: at our rate, and across the pool's wire."""

import numpy as np
import pytest

from telephony.assembly import recognisers
from tests.voice.coffee import commands
from voice.pipeline import smart_turn
from voice.resample import resample


def test_commands_said_to_their_end_sound_ended_at_our_rate() -> None:
    ended = smart_turn.factory().open()
    assert np.mean([ended(command.pcm) for command in commands(6)]) > 0.8


def test_half_the_rate_taken_for_the_whole_would_say_something_else() -> None:
    """The mistake to avoid: 8 kHz samples read as 16 kHz are a hurried, high voice."""
    ended = smart_turn.factory().open()
    (command,) = commands(1)
    again = resample(resample(command.pcm, 8000, 16_000), 16_000, 8000)
    assert ended(again) == pytest.approx(ended(command.pcm), abs=0.1)


def test_the_pools_process_opens_it_from_its_recipe_and_passes_samples_and_probability() -> None:
    factory = recognisers.of_recipe(smart_turn.factory().recipe)
    codec = factory.codec
    assert codec is not None
    pcm = np.arange(-400, 400, dtype=np.int16)
    assert np.array_equal(codec.unpack_args(codec.pack_args((pcm,)))[0], pcm)
    assert codec.unpack_result(codec.pack_result(0.25)) == 0.25
    with pytest.raises(ValueError, match="a probability expected"):
        codec.unpack_result(codec.pack_args((pcm,)))
