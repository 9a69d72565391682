"""Call fixtures: read strictly, said in words what is wrong, and played by a caller who listens."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from telephony.sim import cast, fixture
from telephony.sim.agent import Ringing
from telephony.sim.errors import AudioUnreadable, FixtureError, VoiceMissing
from telephony.sim.script import BargeIn, HangUp, Key, LetPromptPass, Speak, SpeakAfterPrompt, Wait
from telephony.sim.two_acts import LEAVES_AFTER_MS, TwoActCaller
from telephony.sim.voices import Voices, Words, clip_name, read, write
from voice.audio import FRAME_MS, RATE, Pcm, silence

BASE = {"name": "x", "title": "A call", "truth": {"outcome": "solved"}, "turns": [{"say": "hello there"}]}


def tone(ms: int, peak: int = 8000) -> Pcm:
    return (peak * np.sin(np.arange(RATE * ms // 1000) * 0.4)).astype(np.int16)


def wrong(**changed: object) -> str:
    with pytest.raises(FixtureError) as caught:
        fixture.parse({**BASE, **changed}, origin="calls/x.toml")
    return str(caught.value)


def test_a_fixture_takes_its_name_from_its_file_and_finds_clips_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "lost.toml"
    path.write_text('title = "A lost card"\n[[turns]]\nsay = "my card is gone"\n[truth]\noutcome = "solved"\n')
    read_back = fixture.load(path)
    assert (read_back.name, read_back.folder) == ("lost", tmp_path)
    assert read_back.turns[0].when == fixture.AfterPrompt()


def test_an_unknown_key_is_named_with_file_table_and_place() -> None:
    said = wrong(turns=[{"say": "one"}, {"say": "two", "wen": "after_prompt"}])
    assert said == "calls/x.toml: [[turns]] 2: wen: no such key, got 'after_prompt'"


def test_a_wrong_time_to_speak_says_which_there_are() -> None:
    said = wrong(turns=[{"say": "one", "when": {"barge_in": 800}}])
    assert said.startswith("calls/x.toml: [[turns]] 1: when: ")
    assert "{barge_in_ms = 800}" in said
    assert said.endswith("got {'barge_in': 800}")


def test_a_turn_does_exactly_one_thing() -> None:
    assert "[[turns]] 1: exactly one of say, clip, keys" in wrong(turns=[{"say": "one", "keys": "12"}])
    assert "got 0" in wrong(turns=[{"voice": "slt"}])


def test_keys_that_no_telephone_has_are_refused() -> None:
    assert "keys: 0 to 9, * and # expected, got '12a'" in wrong(turns=[{"keys": "12a"}])


def test_truth_about_a_turn_that_is_not_there_is_refused() -> None:
    said = wrong(truth={"outcome": "solved", "escalate_by_turn": 7})
    assert "truth.escalate_by_turn: one of the turns 1 to 1 expected, got 7" in said


def test_a_missing_truth_and_a_wrong_outcome_are_told_apart() -> None:
    without = {key: value for key, value in BASE.items() if key != "truth"}
    with pytest.raises(FixtureError, match="truth: a value expected, got nothing"):
        fixture.parse(without, origin="calls/x.toml")
    assert "[truth]: outcome: " in wrong(truth={"outcome": "fine"})


def test_text_that_is_not_toml_and_a_file_that_is_not_there_say_so(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    with pytest.raises(FixtureError, match="a call fixture expected here"):
        fixture.load(path)
    path.write_text("turns = [")
    with pytest.raises(FixtureError, match="TOML expected"):
        fixture.load(path)


def played(turns: list[dict[str, object]], folder: Path, **more: object) -> cast.Cast:
    table = {**BASE, "turns": turns, "folder": folder, **more}
    return cast.of_fixture(fixture.parse(table, origin="x"), cache=folder / "cache")


def test_turns_become_the_simulators_items_in_order(tmp_path: Path) -> None:
    write(tmp_path / "yes.flac", tone(300))
    turns: list[dict[str, object]] = [
        {"clip": "yes.flac"},
        {"clip": "yes.flac", "when": {"barge_in_ms": 800}},
        {"clip": "yes.flac", "when": {"after_ms": 400}},
        {"silence": True},
        {"keys": "42", "when": {"after_ms": 100}},
        {"hang_up": True, "when": {"after_ms": 100}},
    ]
    kinds = [type(item) for item in played(turns, tmp_path).first]
    assert kinds == [SpeakAfterPrompt, BargeIn, Wait, Speak, LetPromptPass, Wait, Key, Key, Wait, HangUp]


def test_what_an_agent_does_is_what_its_telephone_does(tmp_path: Path) -> None:
    write(tmp_path / "hi.flac", tone(300))
    agents = [
        {"id": "ana", "does": "accept", "says": [{"clip": "hi.flac"}], "hangs_up_after_seconds": 2},
        {"id": "ben", "does": "decline"},
        {"id": "eve", "does": "busy"},
        {"id": "flo", "does": "no_answer"},
    ]
    cast_of = played([{"silence": True}], tmp_path, agents=agents)
    assert [type(item) for item in cast_of.agents["ana"].script] == [Key, Wait, Speak, Wait, HangUp]
    assert cast_of.agents["ben"].script == (Key("2", after_prompt=True, quiet_ms=cast.REPLY_QUIET_MS),)
    assert cast_of.agents["eve"].ringing is Ringing.BUSY
    assert cast_of.agents["flo"].ringing is Ringing.NO_ANSWER


def test_the_second_act_waits_for_the_person_and_for_their_words(tmp_path: Path) -> None:
    caller = TwoActCaller([Speak(tone(100))], [SpeakAfterPrompt(tone(100), quiet_ms=200)], stays_ms=1000)
    heard_before = [caller.step(silence(FRAME_MS)) for _ in range(100)]
    caller.joined()
    listening = [caller.step(tone(FRAME_MS)) for _ in range(20)]
    answering = [caller.step(silence(FRAME_MS)) for _ in range(20)]
    assert sum(step.voice.any() for step in heard_before) == 5
    assert not any(step.voice.any() for step in listening)
    assert sum(step.voice.any() for step in answering) == 5
    assert [done.start_ms for done in caller.done] == [0, 2600]


def test_a_caller_nobody_joins_goes_on_after_its_patience() -> None:
    caller = TwoActCaller([], [Speak(tone(20))], stays_ms=100, patience_ms=200)
    steps = [caller.step(silence(FRAME_MS)) for _ in range(40)]
    assert any(step.voice.any() for step in steps)
    assert any(step.hangs_up for step in steps)


def test_a_caller_whom_the_person_left_says_nothing_more_and_hangs_up() -> None:
    caller = TwoActCaller([], [Speak(tone(20)), Speak(tone(20))], stays_ms=60_000)
    caller.joined()
    caller.step(silence(FRAME_MS))
    caller.left_alone()
    steps = [caller.step(silence(FRAME_MS)) for _ in range(LEAVES_AFTER_MS // FRAME_MS)]
    assert not any(step.voice.any() for step in steps)
    assert [step.hangs_up for step in steps].index(True) == len(steps) - 1


def test_a_recording_is_spoken_at_its_own_times_from_the_channel_asked_for(tmp_path: Path) -> None:
    left, right = tone(1000, 2000), tone(1000, 12_000)
    soundfile.write(tmp_path / "call.wav", np.stack([left, right], axis=1), RATE)
    (item,) = cast.of_call(tmp_path / "call.wav", cache=tmp_path, channel="right").first
    assert isinstance(item, Speak)
    assert abs(int(item.clip.max()) - 12_000) < 50


def test_a_recording_at_another_rate_keeps_its_length(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "call.ogg", np.zeros(44_100, dtype=np.float32), 44_100)
    assert abs(len(read(tmp_path / "call.ogg")) - RATE) <= 1


def test_unreadable_audio_names_the_file_and_what_came(tmp_path: Path) -> None:
    (tmp_path / "call.wav").write_text("this is no sound")
    with pytest.raises(AudioUnreadable, match=r"call\.wav: an audio file expected"):
        cast.of_call(tmp_path / "call.wav", cache=tmp_path)
    with pytest.raises(AudioUnreadable, match=r"gone\.wav: an audio file expected .* there is no such file"):
        read(tmp_path / "gone.wav")
    soundfile.write(tmp_path / "empty.wav", np.zeros(0, dtype=np.int16), RATE)
    with pytest.raises(AudioUnreadable, match="0 samples"):
        read(tmp_path / "empty.wav")
    soundfile.write(tmp_path / "mono.wav", tone(100), RATE)
    with pytest.raises(AudioUnreadable, match="a right channel expected, got one channel only"):
        read(tmp_path / "mono.wav", "right")


def test_a_shipped_clip_is_used_without_speaking(tmp_path: Path) -> None:
    words = Words("Nobody can speak this", voice="no-such-voice")
    write(tmp_path / clip_name(words), tone(200))
    assert np.array_equal(Voices(tmp_path / "cache", shipped=[tmp_path]).speak(words), tone(200))
    assert not (tmp_path / "cache").exists()


def test_a_voice_that_is_not_there_is_an_error_that_says_what_brings_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(VoiceMissing, match="slt, rms, awb, kal16 expected, got 'bob'"):
        Voices(tmp_path).speak(Words("hello", voice="bob"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(VoiceMissing, match="apt-get install flite"):
        Voices(tmp_path).speak(Words("hello"))


def test_other_words_voices_gains_and_noises_have_other_names() -> None:
    names = {
        clip_name(w)
        for w in (
            Words("Hello you"),
            Words("hello you"),
            Words("Hello you", "rms"),
            Words("Hello you", gain_db=3),
            Words("Hello you", noise_db=-50),
        )
    }
    assert len(names) == 5
    assert all(name.startswith("hello-you-") for name in names)
