"""The simulated carrier keeps Twilio's rules: playback, marks, clear, the strict contract; and its parties behave."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.sim.attention import Attention
from telephony.sim.caller import Caller, frames
from telephony.sim.contract import Audio, Violation, read
from telephony.sim.network import Network, Transit
from telephony.sim.playback import PlaybackBuffer
from telephony.sim.script import BargeIn, HangUp, Key, LetPromptPass, Speak, SpeakAfterPrompt, Wait
from voice.audio import silence

SOUND = np.full(160, 5000, dtype=np.int16)
QUIET = silence(20)


class TestPlayback:
    def test_a_mark_without_audio_before_it_comes_back_at_once(self):
        assert PlaybackBuffer().mark("m") == ["m"]

    def test_a_mark_comes_back_when_the_audio_before_it_was_played(self):
        buffer = PlaybackBuffer()
        buffer.add(b"a" * 320)
        assert buffer.mark("m") == []
        assert buffer.play(160) == (b"a" * 160, [])
        assert buffer.play(160) == (b"a" * 160, ["m"])

    def test_a_mark_inside_a_frame_comes_back_and_the_audio_goes_on_without_a_gap(self):
        buffer = PlaybackBuffer()
        buffer.add(b"a" * 100)
        buffer.mark("m")
        buffer.add(b"b" * 100)
        assert buffer.play(160) == (b"a" * 100 + b"b" * 60, ["m"])

    def test_what_is_short_of_a_frame_is_padded_with_silence(self):
        buffer = PlaybackBuffer()
        buffer.add(b"a" * 10)
        assert buffer.play(160) == (b"a" * 10 + b"\xff" * 150, [])
        assert buffer.underruns == 1

    def test_clear_drops_the_audio_and_returns_all_marks_in_order(self):
        buffer = PlaybackBuffer()
        for name in ("one", "two"):
            buffer.add(b"a" * 1000)
            buffer.mark(name)
        assert buffer.clear() == ["one", "two"]
        assert buffer.play(160) == (b"\xff" * 160, [])
        assert buffer.cleared_bytes == 2000

    def test_a_burst_is_kept_and_played_in_real_time(self):
        buffer = PlaybackBuffer()
        buffer.add(b"a" * 24_000)  # 3 s at once, cleared at 1.5 s: the burst of the design's measurement
        for _ in range(75):
            buffer.play(160)
        buffer.clear()
        assert (buffer.played_bytes, buffer.cleared_bytes, buffer.longest_ms) == (12_000, 12_000, 3000)

    @given(st.lists(st.one_of(st.binary(max_size=500), st.text(max_size=3), st.just(None)), max_size=30))
    def test_every_mark_comes_back_once_and_no_byte_is_lost(self, acts):
        buffer, sent, returned = PlaybackBuffer(), [], []
        for act in acts:
            match act:
                case bytes():
                    buffer.add(act)
                case str():
                    sent.append(act)
                    returned += buffer.mark(act)
                case None:
                    returned += buffer.play(160)[1]
        while buffer.held_ms:
            returned += buffer.play(160)[1]
        assert returned == sent
        assert buffer.played_bytes == sum(len(act) for act in acts if isinstance(act, bytes))


@pytest.mark.parametrize(
    "message",
    [
        b"bytes",
        "{",
        "[]",
        json.dumps({"event": "start", "streamSid": "MZ1"}),
        json.dumps({"event": "clear", "streamSid": "MZ2"}),
        json.dumps({"event": "clear"}),
        json.dumps({"event": "clear", "streamSid": "MZ1", "extra": 1}),
        json.dumps({"event": "media", "streamSid": "MZ1", "media": {"payload": "/w==", "track": "outbound"}}),
        json.dumps({"event": "media", "streamSid": "MZ1", "media": {"payload": "***"}}),
        json.dumps({"event": "mark", "streamSid": "MZ1", "mark": {"name": 1}}),
        json.dumps({"event": "mark", "streamSid": "MZ1", "mark": {}}),
    ],
)
def test_what_twilio_would_silently_ignore_is_a_violation_here(message):
    assert isinstance(read(message, stream_sid="MZ1"), Violation)


def test_a_media_message_of_the_right_shape_is_audio():
    message = json.dumps({"event": "media", "streamSid": "MZ1", "media": {"payload": "/w=="}})
    assert read(message, stream_sid="MZ1") == Audio(b"\xff")


class TestCaller:
    """`play` lets a caller hear frames and collects its steps."""

    @staticmethod
    def play(caller: Caller, heard: list[np.ndarray]):
        return [caller.step(frame) for frame in heard]

    @staticmethod
    def first(steps, wanted) -> int:
        return next(i for i, step in enumerate(steps) if wanted(step)) * 20

    def test_it_speaks_400_ms_after_the_prompt_and_not_in_its_pauses(self):
        caller = Caller([SpeakAfterPrompt(np.concatenate([SOUND, SOUND]))])
        prompt = [SOUND] * 20 + [QUIET] * 15 + [SOUND] * 20  # 400 ms, a pause of 300, 400 more
        steps = self.play(caller, [QUIET] * 10 + prompt + [QUIET] * 40)
        assert self.first(steps, lambda s: s.voice.any()) == 200 + 1100 + 400 - 20
        assert sum(bool(s.voice.any()) for s in steps) == 2

    def test_it_does_not_speak_before_the_system_has(self):
        steps = self.play(Caller([SpeakAfterPrompt(SOUND)]), [QUIET] * 500)
        assert not any(s.voice.any() for s in steps)

    def test_patience_ends_and_is_noted(self):
        caller = Caller([SpeakAfterPrompt(SOUND, patience_ms=1000)])
        steps = self.play(caller, [QUIET] * 100)
        assert self.first(steps, lambda s: s.voice.any()) == 1000
        assert caller.lost_patience == 1

    def test_it_barges_in_at_the_named_place(self):
        steps = self.play(Caller([BargeIn(SOUND, after_ms=500)]), [QUIET] * 10 + [SOUND] * 100)
        assert self.first(steps, lambda s: s.voice.any()) == pytest.approx(700, abs=20)

    def test_the_rest_of_a_prompt_it_spoke_over_is_not_the_answer(self):
        caller = Caller([BargeIn(SOUND, after_ms=200), SpeakAfterPrompt(SOUND)])
        heard = [SOUND] * 25 + [QUIET] * 50 + [SOUND] * 25 + [QUIET] * 50  # cut after 500 ms; the answer 1 s later
        steps = self.play(caller, heard)
        spoken = [i * 20 for i, s in enumerate(steps) if s.voice.any()]
        assert spoken == [pytest.approx(200, abs=20), pytest.approx(2000 + 400 - 20, abs=20)]

    def test_keys_silence_and_hanging_up(self):
        caller = Caller([Key("1"), Key("#"), LetPromptPass(), Wait(100), HangUp()])
        steps = self.play(caller, [QUIET] * 20 + [SOUND] * 10 + [QUIET] * 60)
        assert [s.key for s in steps if s.key] == ["1", "#"]
        assert [s.hangs_up for s in steps].count(True) == 1
        assert [type(done.item).__name__ for done in caller.done] == ["Key", "Key", "LetPromptPass", "Wait", "HangUp"]

    def test_a_recording_is_streamed_whole_and_then_the_caller_leaves(self):
        clip = np.arange(1, 1001, dtype=np.int16)
        steps = self.play(Caller([Speak(clip)], stays_ms=100), [QUIET] * 30)
        assert np.array_equal(np.concatenate([s.voice for s in steps])[:1000], clip)
        assert self.first(steps, lambda s: s.hangs_up) == 140 + 100

    def test_a_click_is_no_prompt(self):
        ear = Attention()
        for frame in [SOUND, SOUND] + [QUIET] * 30:
            ear.hear(frame)
        assert not ear.answered


class TestNetwork:
    @staticmethod
    def through(network: Network, count: int = 200) -> list[int]:
        """Each frame holds its number; what arrives, in order."""
        transit, arrived = Transit(network), []
        for number in range(count + 50):
            if number < count:
                transit.send(np.full(160, number, dtype=np.int16))
            arrived += [int(frame[0]) for frame in transit.due(number * 20)]
        return arrived

    def test_a_perfect_one_changes_nothing(self):
        assert self.through(Network()) == list(range(200))

    def test_loss_and_outages_lose_what_they_say(self):
        lossy = self.through(Network(loss=0.1, seed=1))
        assert 10 <= 200 - len(lossy) <= 35
        gone = self.through(Network(gone=((1000, 1500),)))
        assert sorted(set(range(200)) - set(gone)) == list(range(50, 75))

    def test_jitter_and_reordering_lose_nothing(self):
        assert sorted(self.through(Network(jitter_ms=60, seed=2))) == list(range(200))
        swapped = self.through(Network(reorder=0.2, seed=3))
        assert sorted(swapped) == list(range(200)) != swapped

    def test_the_seed_decides_all(self):
        network = Network(loss=0.2, jitter_ms=40, reorder=0.1, seed=4)
        assert self.through(network) == self.through(network)


def test_frames_pad_the_last_one():
    assert [len(frame) for frame in frames(np.ones(161, dtype=np.int16))] == [160, 160]
