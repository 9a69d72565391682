"""The scripted voice, flite, the chain that never falls silent, and the choice among voices."""

import shutil
from collections.abc import AsyncGenerator

import numpy as np
import pytest

from voice.audio import RATE, Pcm
from voice.errors import EngineUnavailable, VoiceFailed
from voice.tts import Synthesizer, flite, scripted
from voice.tts.cache import CachedSynthesizer
from voice.tts.chain import VoiceChain
from voice.tts.choose import choose
from voice.tts.pauses import SENTENCE_MS


class BrokenVoice:
    """Fails, if asked to, only after the first piece."""

    voice_key = "broken"

    def __init__(self, *, after_pieces: int = 0) -> None:
        self._after_pieces = after_pieces
        self.closed = False

    async def stream(self, text: str) -> AsyncGenerator[Pcm, None]:
        for _ in range(self._after_pieces):
            yield np.ones(160, dtype=np.int16)
        raise VoiceFailed(f"no breath for {len(text)} characters")

    async def close(self) -> None:
        self.closed = True


async def say(voice: Synthesizer, text: str) -> Pcm:
    return np.concatenate([piece async for piece in voice.stream(text)])


async def test_the_scripted_voice_is_as_long_as_its_text_audible_and_always_the_same():
    voice = scripted.open(scripted.Settings())
    pcm = await say(voice, "Hello you")
    assert len(pcm) == 9 * 60 * RATE // 1000
    assert np.abs(pcm).max() > 3000
    assert not pcm[5 * 480 : 6 * 480].any()  # the space
    np.testing.assert_array_equal(pcm, await say(voice, "Hello you"))


async def test_flite_speaks_where_it_is_installed():
    if shutil.which("flite") is None:
        with pytest.raises(EngineUnavailable, match="the command flite expected"):
            flite.open(flite.Settings())
        return
    pcm = await say(flite.open(flite.Settings()), "Thank you for calling.")
    assert 0.8 < len(pcm) / RATE < 3
    for voice in ("slt", "rms", "kal16"):
        pcm = await say(flite.open(flite.Settings(voice=voice)), "Is there anything else I can do for you?")
        assert level_db(pcm) == pytest.approx(-20, abs=3)  # as loud as espeak
        assert np.abs(pcm.astype(int)).max() < 32767


def level_db(pcm: Pcm) -> float:
    """While it speaks: of the 20 ms frames within 25 dB of the loudest."""
    frames = pcm[: len(pcm) // 160 * 160].astype(float).reshape(-1, 160)
    powers = (frames**2).mean(axis=1)
    return float(10 * np.log10(powers[powers > powers.max() * 10**-2.5].mean() / 32768**2))


async def test_when_a_voice_fails_the_next_one_speaks():
    chain = VoiceChain([BrokenVoice(), scripted.open(scripted.Settings())])
    assert len(await say(chain, "Hello"))


async def test_a_sentence_that_breaks_off_is_said_from_its_beginning_by_the_next_voice():
    scripted_voice = scripted.open(scripted.Settings())
    chain = VoiceChain([BrokenVoice(after_pieces=1), scripted_voice])
    pcm = await say(chain, "Hello")
    whole = await say(scripted_voice, "Hello")
    np.testing.assert_array_equal(pcm[-len(whole) :], whole)
    assert len(pcm) == 160 + SENTENCE_MS * RATE // 1000 + len(whole)


async def test_a_sentence_said_to_its_end_is_not_said_again_when_the_next_one_fails():
    class OneSentence(BrokenVoice):
        async def stream(self, text: str) -> AsyncGenerator[Pcm, None]:
            if text == "One.":
                yield np.ones(160, dtype=np.int16)
                return
            raise VoiceFailed("no breath left")

    asked: list[str] = []

    class Noted(BrokenVoice):
        async def stream(self, text: str) -> AsyncGenerator[Pcm, None]:
            asked.append(text)
            yield np.ones(160, dtype=np.int16)

    await say(VoiceChain([CachedSynthesizer(OneSentence(), folder=None), Noted()]), "One. Two, and more. Three.")
    assert asked == ["Two, and more. Three."]


async def test_when_all_fail_each_reason_is_given():
    chain = VoiceChain([BrokenVoice(), BrokenVoice()])
    with pytest.raises(VoiceFailed, match=r"no voice of the chain could speak; broken: .*; broken: "):
        await say(chain, "Hello")


async def test_closing_the_chain_closes_its_voices():
    voices = [BrokenVoice(), BrokenVoice()]
    await VoiceChain(voices).close()
    assert all(voice.closed for voice in voices)


def test_the_best_voice_that_is_there_is_chosen_and_says_why():
    choice = choose("auto", {"piper": "no voice file", "espeak": None, "flite": None, "prerendered": None})
    assert choice.name == "espeak"
    assert "piper: no voice file" in choice.why
    assert choice.then == ("flite", "prerendered")


def test_a_voice_set_by_name_is_taken_or_refused_but_never_replaced():
    available = {"piper": "no voice file", "espeak": None, "scripted": None}
    assert choose("espeak", available).name == "espeak"
    assert choose("scripted", available).then == ("espeak",)
    with pytest.raises(EngineUnavailable, match="'piper' is set but cannot be used: no voice file"):
        choose("piper", available)
    with pytest.raises(EngineUnavailable, match="'parrot' came"):
        choose("parrot", available)


def test_without_any_voice_every_reason_is_given():
    with pytest.raises(EngineUnavailable, match="piper: no file; espeak: no wheel"):
        choose("auto", {"piper": "no file", "espeak": "no wheel"})
