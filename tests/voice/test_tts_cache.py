"""Prompts rendered ahead are played without an engine, and no trouble with the disk costs a call its voice."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import numpy as np
import pytest

from voice.audio import Pcm
from voice.errors import VoiceFailed
from voice.g711 import mulaw_decode, mulaw_encode
from voice.tts import Synthesizer, prerendered, scripted
from voice.tts.cache import CachedSynthesizer
from voice.tts.clips import CHECKSUM_BYTES
from voice.tts.pauses import CLAUSE_MS, SENTENCE_MS

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
    assert len(pcm) == (characters * 60 + SENTENCE_MS) * 8


async def test_what_was_said_in_a_call_is_not_written_to_disk(voice, tmp_path):
    cache = CachedSynthesizer(voice, folder=tmp_path)
    await say(cache, "Your pin is 4711.")
    assert list(tmp_path.rglob("*")) == []


async def test_file_names_do_not_show_the_text(voice, tmp_path):
    await CachedSynthesizer(voice, folder=tmp_path).prerender([GREETING])
    (clip,) = tmp_path.rglob("*.ulaw")
    assert len(clip.stem) == 64
    assert clip.stat().st_size == CHECKSUM_BYTES + len(GREETING) * 60 * 8


async def test_another_voice_does_not_find_the_first_ones_clips(voice, tmp_path):
    await CachedSynthesizer(voice, folder=tmp_path).prerender([GREETING])
    voice.voice_key = "counted, but slower"
    assert (await CachedSynthesizer(voice, folder=tmp_path).prerender([GREETING])).rendered == 1


async def test_a_sentence_cut_by_a_barge_in_is_not_kept_and_its_rendering_ends(voice):
    closed = asyncio.Event()

    class Slow(CountedVoice):
        async def stream(self, text: str) -> AsyncGenerator[Pcm, None]:
            self.asked.append(text)
            try:
                yield np.full(800, 4000, dtype=np.int16)
                await asyncio.Event().wait()
            finally:
                closed.set()

    slow = Slow()
    cache = CachedSynthesizer(slow, folder=None)
    for _ in range(2):
        async with aclosing(cache.stream(GREETING)) as stream:
            await anext(stream)
        assert closed.is_set()
    assert slow.asked == [GREETING, GREETING]


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


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: b"",
        lambda content: content[:-1],
        lambda content: content[: len(content) // 2],
        lambda content: content[:100] + bytes([content[100] ^ 1]) + content[101:],
    ],
    ids=["emptied", "short by a byte", "half", "one bit changed"],
)
async def test_a_damaged_clip_is_noticed_and_rendered_anew(voice, tmp_path, spoil):
    await CachedSynthesizer(voice, folder=tmp_path).prerender([GREETING])
    (clip,) = tmp_path.rglob("*.ulaw")
    good = clip.read_bytes()
    clip.write_bytes(spoil(good))
    cache = CachedSynthesizer(voice, folder=tmp_path)
    assert (await cache.prerender([GREETING])).rendered == 1
    assert cache.counts.damaged == 1
    assert clip.read_bytes() == good


async def test_a_clip_under_another_ones_name_is_not_played(voice, tmp_path):
    await CachedSynthesizer(voice, folder=tmp_path).prerender([GREETING, "Goodbye."])
    one, other = tmp_path.rglob("*.ulaw")
    one.write_bytes(other.read_bytes())
    cache = CachedSynthesizer(voice, folder=tmp_path)
    await cache.prerender([GREETING, "Goodbye."])
    assert cache.counts.damaged == 1


async def test_how_much_is_ready_is_known_without_rendering(voice, tmp_path):
    await CachedSynthesizer(voice, folder=tmp_path).prerender([GREETING])
    assert CachedSynthesizer(voice, folder=tmp_path).ready([GREETING, "Goodbye."]) == (1, 2)


async def test_what_no_start_has_used_for_long_is_deleted_and_what_is_in_use_stays(voice, tmp_path):
    day_s = 86_400.0
    await CachedSynthesizer(voice, folder=tmp_path).prerender([GREETING, "Goodbye."])
    for path in tmp_path.glob("*/*.ulaw"):
        os.utime(path, (0, 0))  # rendered long ago
    left = next(tmp_path.glob("*/*.ulaw")).with_suffix(".7.part")
    left.write_bytes(b"half a clip")
    os.utime(left, (0, 0))
    cache = CachedSynthesizer(voice, folder=tmp_path)
    assert cache.ready([GREETING]) == (1, 1)
    now_s = max(path.stat().st_mtime for path in tmp_path.glob("*/*.ulaw"))
    assert cache.prune(unused_s=90 * day_s, now_s=now_s + 89 * day_s) == 2
    assert CachedSynthesizer(voice, folder=tmp_path).ready([GREETING, "Goodbye."]) == (1, 2)


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


async def test_the_known_clauses_of_a_new_sentence_are_not_rendered_again(voice):
    cache = CachedSynthesizer(voice, folder=None)
    await cache.prerender(["Thank you,", "and they will know."])
    voice.asked.clear()
    pcm = await say(cache, "Thank you, Ines, someone calls, and they will know.")
    assert voice.asked == ["Ines, someone calls,"]
    characters = len("Thank you,Ines, someone calls,and they will know.")
    assert len(pcm) == (characters * 60 + 2 * CLAUSE_MS[","]) * 8


async def test_a_sentence_of_known_clauses_alone_counts_as_cached(voice):
    cache = CachedSynthesizer(voice, folder=None)
    await cache.prerender(["I have:", "four two,", "one one."])
    voice.fails = True
    await say(cache, "I have: 42, 11.".replace("42", "four two").replace("11", "one one"))
    assert (cache.counts.from_memory, cache.counts.rendered) == (1, 0)
    assert cache.counts.cached_ms == len("I have:four two,one one.") * 60


async def test_a_sentence_without_known_clauses_is_rendered_whole(voice):
    cache = CachedSynthesizer(voice, folder=None)
    await say(cache, "Well, this is new, all of it.")
    assert voice.asked == ["Well, this is new, all of it."]
    assert (cache.counts.from_memory, cache.counts.rendered) == (0, 1)


async def test_a_voice_with_silence_of_its_own_at_the_end_gets_only_what_lacks_of_the_pause():
    class Breathing(CountedVoice):
        async def stream(self, text: str) -> AsyncGenerator[Pcm, None]:
            yield np.concatenate([np.full(800, 4000, dtype=np.int16), np.zeros(800, dtype=np.int16)])

    cache = CachedSynthesizer(Breathing(), folder=None)
    assert len(await say(cache, "One. Two.")) == 2 * 1600 + (SENTENCE_MS - 100) * 8


async def test_what_a_failed_voice_left_unsaid_begins_with_the_sentence_that_failed(voice):
    cache = CachedSynthesizer(voice, folder=None)
    await cache.prerender(["One."])
    voice.fails = True
    with pytest.raises(VoiceFailed) as failed:
        await say(cache, "One. Two, and three. Four.")
    assert failed.value.unsaid == "Two, and three. Four."


async def test_prompts_are_rendered_ahead_by_the_voice_for_that(voice):
    patient = CountedVoice()
    await CachedSynthesizer(voice, folder=None, ahead=patient).prerender([GREETING])
    assert (voice.asked, patient.asked) == ([], [GREETING])
