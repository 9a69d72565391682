"""Prompts rendered ahead are played without an engine, and no trouble with the disk costs a call its voice."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import numpy as np
import pytest

from voice.audio import Pcm
from voice.errors import VoiceFailed
from voice.g711 import mulaw_decode, mulaw_encode
from voice.tts import Synthesizer, prerendered, scripted
from voice.tts.cache import SENTENCE_GAP_MS, CachedSynthesizer

GREETING = "Welcome to the library."


class CountedVoice:
    """The scripted voice, counting what it is asked for and failing on request."""

    def __init__(self) -> None:
        self.voice_key = "counted"
        self.asked: list[str] = []
        self.fails = False
        self._voice = scripted.open(scripted.Settings())

    async def stream(self, text: str) -> AsyncGenerator[Pcm, None]:
        self.asked.append(text)
        if self.fails:
            raise VoiceFailed("out of breath")
        async for piece in self._voice.stream(text):
            yield piece

    async def close(self) -> None:
        pass


async def say(voice: Synthesizer, text: str) -> Pcm:
    return np.concatenate([piece async for piece in voice.stream(text)])


@pytest.fixture
def voice() -> CountedVoice:
    return CountedVoice()


async def test_a_prerendered_prompt_needs_no_engine(voice, tmp_path):
    cache = CachedSynthesizer(voice, folder=tmp_path)
    first = await cache.prerender([GREETING])
    assert (first.ready, first.rendered, first.failed) == (1, 1, 0)
    voice.fails = True
    pcm = await say(cache, GREETING)
    assert len(pcm) == len(GREETING) * 60 * 8
    assert cache.counts.from_memory == 1


async def test_the_clips_outlive_the_process(voice, tmp_path):
    await CachedSynthesizer(voice, folder=tmp_path).prerender([GREETING])
    again = CachedSynthesizer(voice, folder=tmp_path)
    report = await again.prerender([GREETING])
    assert (report.ready, report.rendered) == (1, 0)
    assert voice.asked == [GREETING]


async def test_cached_speech_goes_out_exactly_as_it_did_the_first_time(voice):
    cache = CachedSynthesizer(voice, folder=None)
    first, second = await say(cache, GREETING), await say(cache, GREETING)
    assert mulaw_encode(first) == mulaw_encode(second)
    np.testing.assert_array_equal(second, mulaw_decode(mulaw_encode(first)))


async def test_only_the_sentence_that_is_new_is_rendered(voice):
    cache = CachedSynthesizer(voice, folder=None)
    await say(cache, "Your balance is $12.50. Anything else?")
    pcm = await say(cache, "Your balance is $3.00. Anything else?")
    assert voice.asked == [
        "Your balance is twelve dollars and fifty cents.",
        "Anything else?",
        "Your balance is three dollars.",
    ]
    characters = len(voice.asked[2]) + len(voice.asked[1])
    assert len(pcm) == (characters * 60 + SENTENCE_GAP_MS) * 8


async def test_what_was_said_in_a_call_is_not_written_to_disk(voice, tmp_path):
    cache = CachedSynthesizer(voice, folder=tmp_path)
    await say(cache, "Your pin is 4711.")
    assert list(tmp_path.rglob("*")) == []


async def test_file_names_do_not_show_the_text(voice, tmp_path):
    await CachedSynthesizer(voice, folder=tmp_path).prerender([GREETING])
    (clip,) = tmp_path.rglob("*.ulaw")
    assert len(clip.stem) == 64
    assert clip.stat().st_size == len(GREETING) * 60 * 8


async def test_another_voice_does_not_find_the_first_ones_clips(voice, tmp_path):
    await CachedSynthesizer(voice, folder=tmp_path).prerender([GREETING])
    voice.voice_key = "counted, but slower"
    assert (await CachedSynthesizer(voice, folder=tmp_path).prerender([GREETING])).rendered == 1


async def test_a_sentence_cut_by_a_barge_in_is_not_kept(voice):
    cache = CachedSynthesizer(voice, folder=None)
    async with aclosing(cache.stream(GREETING)) as stream:
        await anext(stream)
    await say(cache, GREETING)
    assert voice.asked == [GREETING, GREETING]


async def test_a_folder_that_cannot_be_written_is_counted_logged_once_and_done_without(voice, tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    cache = CachedSynthesizer(voice, folder=tmp_path / "file")
    report = await cache.prerender([GREETING, "Goodbye."])
    assert report.ready == 2
    assert cache.counts.disk_failures > 1
    assert caplog.text.count("going on without the disk") == 1
    assert len(await say(cache, GREETING))


async def test_a_full_disk_leaves_no_half_clip(voice, tmp_path, monkeypatch):
    cache = CachedSynthesizer(voice, folder=tmp_path)

    def full(path: Path, _content: bytes) -> int:
        path.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert (await cache.prerender([GREETING])).ready == 1
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert cache.counts.disk_failures == 1


async def test_an_unreadable_clip_is_rendered_again(voice, tmp_path):
    await CachedSynthesizer(voice, folder=tmp_path).prerender([GREETING])
    (clip,) = tmp_path.rglob("*.ulaw")
    clip.unlink()
    clip.mkdir()
    cache = CachedSynthesizer(voice, folder=tmp_path)
    assert len(await say(cache, GREETING))
    assert cache.counts.disk_failures == 1
    assert len(voice.asked) == 2


async def test_an_empty_clip_left_by_a_power_cut_is_rendered_again(voice, tmp_path):
    await CachedSynthesizer(voice, folder=tmp_path).prerender([GREETING])
    (clip,) = tmp_path.rglob("*.ulaw")
    clip.write_bytes(b"")
    assert (await CachedSynthesizer(voice, folder=tmp_path).prerender([GREETING])).rendered == 1
    assert clip.stat().st_size


async def test_memory_is_bounded_and_forgets_the_longest_unused(voice):
    cache = CachedSynthesizer(voice, folder=None, memory_bytes=2 * len("Sentence one.") * 480)
    for text in ("Sentence one.", "Sentence two.", "Sentence one.", "Sentence six.", "Sentence one.", "Sentence two."):
        await say(cache, text)
    assert voice.asked == ["Sentence one.", "Sentence two.", "Sentence six.", "Sentence two."]


async def test_a_prompt_that_cannot_be_rendered_does_not_stop_the_others(voice, tmp_path):
    cache = CachedSynthesizer(voice, folder=tmp_path)
    await cache.prerender([GREETING])
    voice.fails = True
    told: list[tuple[int, int]] = []
    report = await cache.prerender([GREETING, "Goodbye."], lambda done, total: told.append((done, total)))
    assert (report.ready, report.failed) == (1, 1)
    assert told == [(0, 2), (1, 2), (2, 2)]


async def test_without_any_engine_prerendered_prompts_are_still_spoken(voice, tmp_path):
    await CachedSynthesizer(voice, folder=tmp_path).prerender([GREETING])
    mute = prerendered.open(prerendered.Settings(voice_key=voice.voice_key))
    cache = CachedSynthesizer(mute, folder=tmp_path)
    assert len(await say(cache, GREETING))
    with pytest.raises(VoiceFailed, match="rendered ahead expected"):
        await say(cache, "Something new.")
