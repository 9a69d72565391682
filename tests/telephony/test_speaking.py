"""The voices of a machine as the settings want them, and what is rendered before the first call."""

from pathlib import Path

import pytest

from models.shapes.piper import piper_shape
from telephony.assembly.known_prompts import known_prompts
from telephony.assembly.speaking import cache_of, open_voices
from telephony.errors import ConfigError
from telephony.settings import load, parse
from voice.dialogue.load import load_business
from voice.errors import EngineUnavailable
from voice.tts.say_text import say_text

CONFIG = Path(__file__).parents[2] / "config"


def speaking(**table: object):
    return parse({"speaking": table}, origin="warmline.toml").speaking


async def test_the_settings_reach_the_voice(tmp_path):
    wanted = speaking(engine="espeak", espeak={"voice": "en-gb-scotland", "words_per_minute": 130})
    voices = await open_voices(wanted, models_folder=tmp_path, cache_folder=None)
    assert voices.voice.voice_key.startswith("espeak/en-gb-scotland/130/")
    await voices.close()


async def test_a_piper_voice_named_in_the_settings_is_spoken_with(tmp_path):
    model = piper_shape("toy", tmp_path)
    wanted = speaking(engine="auto", piper={"model": str(model), "length_scale": 1.2})
    voices = await open_voices(wanted, models_folder=tmp_path / "none", cache_folder=None)
    assert voices.choice.name == "piper"
    assert voices.choice.then[0] == "espeak"
    assert "/1.2/" in voices.voice.voice_key
    assert [piece async for piece in voices.voice.stream("Hello.")]
    await voices.close()


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"espeak": {"words_per_minute": 20}}, r"\[speaking.espeak\] words_per_minute: .*80, got 20"),
        ({"espeak": {"pitch": 120}}, r"\[speaking.espeak\] pitch: .*99, got 120"),
        ({"espeak": {"tempo": 1}}, r"\[speaking.espeak\] tempo: no such key"),
        ({"piper": {"length_scale": 0}}, r"\[speaking.piper\] length_scale: .*0.5, got 0"),
        ({"workers": 0}, r"\[speaking\] workers: .*1, got 0"),
    ],
)
def test_a_setting_out_of_its_range_is_named_with_what_was_expected(table, says):
    with pytest.raises(ConfigError, match=says):
        speaking(**table)


async def test_a_voice_that_espeak_does_not_have_is_refused_before_the_first_call(tmp_path):
    wanted = speaking(espeak={"voice": "nobody"})
    with pytest.raises(EngineUnavailable, match=r"\[speaking.espeak\] a voice .* expected: .*'nobody' came"):
        await open_voices(wanted, models_folder=tmp_path, cache_folder=None)


async def test_a_piper_file_that_is_no_voice_is_refused_before_the_first_call(tmp_path):
    model = piper_shape("toy", tmp_path)
    model.write_bytes(b"no voice")
    wanted = speaking(piper={"model": str(model)})
    with pytest.raises(EngineUnavailable, match=r"\[speaking.piper\] a voice that can be loaded expected"):
        await open_voices(wanted, models_folder=tmp_path, cache_folder=None)


@pytest.fixture(scope="module")
def known() -> set[str]:
    return {say_text(text) for text in known_prompts(load_business(CONFIG), load(CONFIG))}


@pytest.mark.parametrize(
    "text",
    [
        "Is there anything else I can do for you?",
        "I'm getting someone in member services.",
        "Thank you,",  # of "Thank you, {name}."
        "and they will know what this is about.",  # of a sentence with open fields before it
        "Shall I do that?",  # of a prompt whose other sentence has open fields
        "four two,",
        "four two.",
        "K,",
    ],
)
def test_what_can_be_known_before_a_call_is_rendered_ahead(known, text):
    assert text in known


def test_nothing_with_an_open_field_is_rendered_ahead():
    assert not [text for text in known_prompts(load_business(CONFIG), load(CONFIG)) if "{" in text]


async def test_what_lies_rendered_is_found_without_starting_a_voice(tmp_path):
    wanted = speaking(engine="espeak")
    voices = await open_voices(wanted, models_folder=tmp_path, cache_folder=tmp_path / "prompts")
    await voices.cached.prerender(["Hello there."])
    await voices.close()
    cache = cache_of(wanted, "espeak", models_folder=tmp_path, cache_folder=tmp_path / "prompts")
    assert cache is not None
    assert cache.ready(["Hello there.", "Goodbye."]) == (1, 2)
