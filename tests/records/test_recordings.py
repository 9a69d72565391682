"""Calls as sound: both channels in step, silence where it must be, and a full disk that harms no call."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from sqlalchemy import select

from telephony.records import Recorded, Recording, Recordings
from telephony.records.changes import recorded
from telephony.records.recordings import RESERVE_BYTES
from telephony.records.schema import recordings
from tests.records.samples import WALL, writer
from voice.audio import FRAME_SAMPLES, RATE, Pcm


def tone(level: int, samples: int = FRAME_SAMPLES) -> Pcm:
    return np.full(samples, level, dtype=np.int16)


class Room:
    """A recordings room that writes at once, on a disk with as much space as the test says."""

    def __init__(self, folder: Path) -> None:
        self.done: list[Recorded] = []
        self.problems: list[tuple[str, str]] = []
        self.free_bytes = 2 * RESERVE_BYTES
        self.house = Recordings(
            folder,
            done=self.done.append,
            problem=lambda call, what: self.problems.append((call, what)),
            inline=True,
            free_bytes=lambda _: self.free_bytes,
        )

    def begin(self, call: str = "c1") -> Recording:
        return self.house.begin(call, wall=WALL)


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def heard_on(path: Path) -> tuple[Pcm, Pcm]:
    """Left and right of the file."""
    sound, rate = soundfile.read(path, dtype="int16", always_2d=True)
    assert rate == RATE
    return sound[:, 0], sound[:, 1]


def seconds(recording: Recording, count: float, *, said: int = 1, heard: int | None = None) -> None:
    """So many seconds of call, frame by frame; `heard` None: nothing is played."""
    for _ in range(round(count * RATE / FRAME_SAMPLES)):
        recording.said(tone(said))
        if heard is not None:
            recording.heard(tone(heard))


def test_left_is_what_the_caller_said_and_right_what_they_heard(room: Room, tmp_path: Path) -> None:
    recording = room.begin()
    seconds(recording, 2.5, said=11, heard=22)
    recording.close()
    left, right = heard_on(tmp_path / "c1.wav")
    assert len(left) == 2.5 * RATE
    assert set(left) == {11}
    assert set(right) == {22}
    assert room.done == [Recorded("c1", tmp_path / "c1.wav", 2.5, complete=True, started_wall=WALL)]


def test_a_prompt_after_a_pause_stands_where_the_caller_heard_it(room: Room, tmp_path: Path) -> None:
    recording = room.begin()
    seconds(recording, 3)
    seconds(recording, 1, heard=22)
    seconds(recording, 2)
    recording.close()
    _, right = heard_on(tmp_path / "c1.wav")
    (played,) = np.nonzero(right)
    assert abs(played[0] - 3 * RATE) <= FRAME_SAMPLES
    assert len(played) == RATE


def test_audio_sent_a_little_ahead_stays_unbroken(room: Room, tmp_path: Path) -> None:
    recording = room.begin()
    for _ in range(5):
        recording.heard(tone(22))  # 100 ms ahead
    seconds(recording, 1, heard=22)
    recording.close()
    _, right = heard_on(tmp_path / "c1.wav")
    assert np.count_nonzero(right) == RATE + 5 * FRAME_SAMPLES == len(right)


def test_a_gap_in_what_the_network_brought_does_not_shift_what_follows(room: Room, tmp_path: Path) -> None:
    recording = room.begin()
    seconds(recording, 1, heard=22)
    for _ in range(50):
        recording.heard(tone(22))  # a second in which nothing arrived
    seconds(recording, 1, said=33, heard=22)
    recording.close()
    left, _ = heard_on(tmp_path / "c1.wav")
    (after,) = np.nonzero(left == 33)
    assert abs(after[0] - 2 * RATE) <= FRAME_SAMPLES


def test_while_paused_silence_is_kept_on_both_sides_and_time_goes_on(room: Room, tmp_path: Path) -> None:
    recording = room.begin()
    seconds(recording, 1, said=11, heard=22)
    recording.pause()
    seconds(recording, 1, said=44, heard=55)
    recording.resume()
    seconds(recording, 1, said=11, heard=22)
    recording.close()
    left, right = heard_on(tmp_path / "c1.wav")
    assert len(left) == 3 * RATE
    for channel in (left, right):
        assert not channel[RATE : 2 * RATE].any()
        assert channel[2 * RATE :].all()


def test_a_caller_who_declines_leaves_no_file(room: Room, tmp_path: Path) -> None:
    recording = room.begin()
    seconds(recording, 3, heard=22)
    assert (tmp_path / "c1.wav").exists()
    recording.discard()
    seconds(recording, 3, heard=22)
    recording.close()
    assert list(tmp_path.iterdir()) == []
    assert room.done == []


def test_a_crash_leaves_what_was_written_playable(room: Room, tmp_path: Path) -> None:
    recording = room.begin()
    seconds(recording, 5, said=11, heard=22)
    left, _ = heard_on(tmp_path / "c1.wav")  # nobody has closed it
    assert len(left) >= 3 * RATE


def test_when_the_reserve_is_touched_recording_stops_with_one_problem(room: Room, tmp_path: Path) -> None:
    recording = room.begin()
    seconds(recording, 3, heard=22)
    room.free_bytes = RESERVE_BYTES - 1
    seconds(recording, 10, heard=22)
    recording.close()
    assert room.problems == [("c1", "64 MB free on the disk expected, got less; the call goes on unrecorded")]
    (done,) = room.done
    assert not done.complete
    assert 2 <= done.seconds <= 3


def test_a_full_disk_stops_one_recording_and_no_call(room: Room, tmp_path: Path) -> None:
    (tmp_path / "c1.wav").symlink_to("/dev/full")
    full, fine = room.begin("c1"), room.begin("c2")
    for recording in (full, fine):
        seconds(recording, 3, heard=22)
        recording.close()
    assert [call for call, _ in room.problems] == ["c1"]
    assert "No space left on device" in room.problems[0][1]
    assert [done.call for done in room.done] == ["c2"]


def test_a_call_id_that_is_no_file_name_is_refused(room: Room) -> None:
    with pytest.raises(ValueError, match="file's name"):
        room.begin("../c1")


def test_a_finished_recording_has_its_row(room: Room, tmp_path: Path) -> None:
    record = writer(tmp_path)
    for _ in range(2):  # told twice, kept once
        record.run(recorded(Recorded("c1", tmp_path / "c1.wav", 2.5, complete=True, started_wall=WALL)))
    assert record.run(lambda connection: connection.execute(select(recordings)).all()) == [
        ("c1", "c1.wav", 2.5, True, WALL)
    ]


@pytest.fixture
def threaded(tmp_path: Path) -> Iterator[Recordings]:
    house = Recordings(tmp_path, done=lambda _: None, problem=lambda *_: None)
    yield house
    house.close()


def test_the_writing_thread_has_written_everything_once_it_is_closed(threaded: Recordings, tmp_path: Path) -> None:
    many = [threaded.begin(f"c{number}", wall=WALL) for number in range(5)]
    for recording in many:
        seconds(recording, 2, said=11, heard=22)
        recording.close()
    threaded.close()
    assert [len(heard_on(tmp_path / f"c{number}.wav")[0]) for number in range(5)] == [2 * RATE] * 5


# --- clips ------------------------------------------------------------------------------------------------------------


def clip(room: Room, start_ms: int, end_ms: int) -> Pcm | None:
    wav = room.house.clip("c1", start_ms, end_ms)
    return None if wav is None else soundfile.read(io.BytesIO(wav), dtype="int16")[0]


def test_a_clip_holds_what_the_party_said_and_nothing_of_what_they_were_played(room: Room) -> None:
    recording = room.begin()
    seconds(recording, 2, said=3, heard=9)
    seconds(recording, 4, said=5, heard=9)
    found = clip(room, 2000, 3000)
    assert found is not None and len(found) == RATE and set(found) == {5}


def test_a_sentence_that_is_not_on_the_disk_yet_gives_no_clip_until_it_is(room: Room) -> None:
    recording = room.begin()
    seconds(recording, 3, said=3)
    assert clip(room, 2500, 3000) is None
    recording.close()
    assert clip(room, 2500, 3000) is not None


def test_after_a_gap_in_the_network_a_clip_is_still_the_right_sentence(room: Room) -> None:
    recording = room.begin()
    seconds(recording, 1, said=3, heard=9)
    for _ in range(RATE // FRAME_SAMPLES):  # a second of which nothing came
        recording.heard(tone(9))
    seconds(recording, 1, said=5, heard=9)
    recording.close()
    found = clip(room, 1000, 1900)  # of the party's own time, as the transcript counts
    assert found is not None and set(found) == {5}


def test_a_discarded_recording_gives_no_clip(room: Room) -> None:
    recording = room.begin()
    seconds(recording, 3, said=3)
    recording.discard()
    assert clip(room, 0, 1000) is None


def test_a_clip_of_no_call_is_none(room: Room) -> None:
    assert room.house.clip("../c1", 0, 1000) is None
    assert room.house.clip("nobody", 0, 1000) is None
