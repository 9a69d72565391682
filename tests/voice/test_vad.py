"""Detectors on made-up sound, and on people by telephone where the recordings are there."""

import numpy as np
import pytest
import soundfile

from telephony.sim.telephone import telephone
from tests.data import data_folder
from tests.voice.sounds import quiet
from voice import vad
from voice.audio import FRAME_SAMPLES, Pcm
from voice.ear_events import Segment, SpeechEnded
from voice.events import Expect
from voice.hearing import Ear
from voice.vad import GatedVad, Settings, SileroVad, VoiceActivity, WebRtcVad, open_vad

KINDS = ["silero", "gated", "webrtc"]


def verdicts(detector: VoiceActivity, pcm: Pcm) -> list[float]:
    whole = len(pcm) // FRAME_SAMPLES * FRAME_SAMPLES
    return [detector.probability(frame) for frame in pcm[:whole].reshape(-1, FRAME_SAMPLES)]


def commands(count: int) -> list[Pcm]:
    folder = data_folder("commands-picovoice")
    clips = [name for name in sorted(folder.glob("*.flac")) if name.stem != "noise-kitchen"][:count]
    return [telephone(*soundfile.read(clip, dtype="int16")) for clip in clips]


def segments(pcm: Pcm, settings: Settings | None = None) -> list[Segment]:
    ear = Ear(vad=open_vad(settings))
    ear.expect(Expect(language="main"))
    frames = np.concatenate((pcm, quiet(1000)))
    events = [e for i in range(0, len(frames), FRAME_SAMPLES) for e in ear.feed(frames[i : i + FRAME_SAMPLES])]
    return [event.segment for event in events if isinstance(event, SpeechEnded)]


@pytest.mark.parametrize("kind", KINDS)
def test_silence_is_no_voice(kind):
    assert max(verdicts(open_vad(Settings(kind)), quiet(3000))) < 0.35


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("level", [1, 32_124, -32_124])
def test_a_constant_is_no_voice_and_breaks_nothing(kind, level):
    assert max(verdicts(open_vad(Settings(kind)), np.full(24_000, level, np.int16))[10:]) < 0.5


def test_each_call_has_its_own_memory():
    noise = (8000 * np.random.default_rng(1).standard_normal(8000)).clip(-32768, 32767).astype(np.int16)
    alone = verdicts(SileroVad(), noise)
    one, other = SileroVad(), SileroVad()
    together = [one.probability(f) for f in noise.reshape(-1, 160) if other.probability(quiet(20)) < 1]
    assert together == alone


def test_all_calls_share_one_session():
    assert SileroVad()._session is SileroVad()._session


def test_without_onnxruntime_webrtcvad_does_the_work_and_the_log_says_so_once(monkeypatch, caplog):
    monkeypatch.setattr(vad, "onnxruntime", None)
    vad._say_once_that_silero_is_missing.cache_clear()
    assert isinstance(open_vad(), WebRtcVad)
    assert isinstance(open_vad(Settings("gated")), WebRtcVad)
    assert [record.message for record in caplog.records if "onnxruntime" in record.message] == [
        "onnxruntime is not installed: voice detection by webrtcvad, which finds ends of speech late in noise"
    ]


def test_behind_a_closed_gate_the_network_rests():
    class Counting(SileroVad):
        frames = 0

        def probability(self, frame: Pcm) -> float:
            self.frames += 1
            return super().probability(frame)

    inner = Counting()
    gated = GatedVad(gate=WebRtcVad(mode=1), inner=inner, awake_frames=20)
    verdicts(gated, quiet(10_000))
    assert inner.frames == 0


def test_every_spoken_command_is_one_segment():
    for clip in commands(40):
        assert len(segments(clip)) == 1


def test_the_gate_changes_where_speech_is_by_little():
    for clip in commands(20):
        (alone,), (gated,) = segments(clip), segments(clip, Settings("gated"))
        assert abs(alone.start_ms - gated.start_ms) <= 300
        assert abs(alone.end_ms - gated.end_ms) <= 300


@pytest.mark.parametrize("damage", ["offset", "clipped", "faint"])
def test_a_bad_line_does_not_make_the_ear_deaf(damage):
    spoil = {
        "offset": lambda pcm: pcm + 3000,
        "clipped": lambda pcm: pcm * 20,
        "faint": lambda pcm: pcm // 8,
    }[damage]
    for clip in commands(10):
        heard = segments(np.clip(spoil(clip.astype(np.int32)), -32768, 32767).astype(np.int16))
        assert heard
        assert abs(heard[0].start_ms - segments(clip)[0].start_ms) <= 600  # a soft "can I"


def test_real_callers_are_heard_in_utterances_of_bearable_length():
    folder = data_folder("calls-getgoing")
    for path in sorted(folder.glob("*.mp3"))[:2]:
        stereo, rate = soundfile.read(path, dtype="int16")
        heard = segments(telephone(np.ascontiguousarray(stereo[:, 0]), rate))
        assert len(heard) >= 3
        assert max(segment.end_ms - segment.start_ms for segment in heard) <= 12_000
