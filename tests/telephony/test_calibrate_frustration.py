"""What is usual on a line, from its own calls: heard as in service, recorded, and read again by the service."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from models.frustration_line import RECORD, Line
from models.frustration_text import TextHead
from models.prosody_anger import AngerHead
from telephony.calibrate.frustration import LEAST_CALLS, CalibratedLine, calibrate_frustration
from telephony.calibrate.own_calls import own_calls
from telephony.cli import app
from telephony.errors import RecordingsUnusable
from telephony.settings import Settings, parse

CLIPS = sorted((Path(__file__).parents[1] / "calls" / "labelled" / "clips").glob("*.flac"))
SAID = (
    "what is the balance of my account", "I want to move some money", "from the checking one", "it was on monday",
    "could you tell me when you open",
)  # fmt: skip


def settings(folder: Path) -> Settings:
    return parse({"service": {"records_folder": str(folder)}}, origin="here")


def call(number: int) -> np.ndarray:
    """Five turns of one caller with pauses between; each caller has another voice (a clip, slower or faster)."""
    longest = sorted(CLIPS, key=lambda path: -path.stat().st_size)[:25]
    parts = [np.zeros(8000, np.int16)]
    for turn in range(5):
        sound, _ = soundfile.read(longest[(5 * number + turn) % len(longest)], dtype="int16")
        speed = 0.9 + 0.02 * number
        faster = np.interp(np.arange(0, len(sound) - 1, speed), np.arange(len(sound)), sound).astype(np.int16)
        parts += [faster, np.zeros(14_000, np.int16)]
    return np.concatenate(parts)


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("line")
    for number in range(LEAST_CALLS):
        soundfile.write(folder / f"{number}.flac", call(number), 8000)
        (folder / f"{number}.txt").write_text("\n".join(SAID[number % 2 :]) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def found(line: Path, tmp_path_factory: pytest.TempPathFactory) -> CalibratedLine:
    return calibrate_frustration(settings(tmp_path_factory.mktemp("records")), line)


def test_a_line_is_recorded_and_the_service_reads_it(found: CalibratedLine) -> None:
    read = Line.read(found.record)

    assert found.record.name == RECORD
    assert found.line.voiced_turns >= 40
    assert found.above_own <= 0.05
    assert found.words_missing == ""
    assert read == found.line
    assert read is not None
    assert read.scales(AngerHead.shipped(), TextHead.shipped()) == (found.line.voice, found.line.words)


def test_neither_sound_nor_words_stand_in_the_record(found: CalibratedLine) -> None:
    written = found.record.read_text(encoding="utf-8")

    expected = {"voice", "words", "voice_head", "words_head", "calls", "voiced_turns", "worded_turns"}
    assert set(json.loads(written)) == expected
    assert "balance" not in written


def test_without_words_the_shipped_scale_of_words_goes_on(line: Path, tmp_path: Path) -> None:
    for path in line.glob("*.flac"):
        (tmp_path / path.name).symlink_to(path)

    found = calibrate_frustration(settings(tmp_path / "records"), tmp_path)

    assert found.line.words is None
    assert ".jsonl journal or a .txt" in found.words_missing


def test_few_calls_are_refused_with_what_is_needed(line: Path, tmp_path: Path) -> None:
    (tmp_path / "one.flac").symlink_to(line / "1.flac")

    with pytest.raises(RecordingsUnusable, match=r"at least 10 calls with 40 turns .* got 1 calls"):
        calibrate_frustration(settings(tmp_path / "records"), tmp_path)
    assert not (tmp_path / "records").exists()


def test_silent_recordings_are_refused_and_the_channel_is_doubted(tmp_path: Path) -> None:
    for number in range(3):
        soundfile.write(tmp_path / f"{number}.wav", np.zeros(16_000, np.int16), 8000)

    with pytest.raises(RecordingsUnusable, match=r"got 0 calls with 0 .*--channel"):
        calibrate_frustration(settings(tmp_path / "records"), tmp_path)


def test_every_file_that_cannot_be_used_is_named(line: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.wav").write_bytes(b"no sound at all")
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "journal.flac").symlink_to(line / "1.flac")
    (tmp_path / "journal.jsonl").write_text('{"type": "Heard"}\n', encoding="utf-8")

    with pytest.raises(RecordingsUnusable) as refused:
        calibrate_frustration(settings(tmp_path / "records"), tmp_path)
    for name in ("broken.wav", "empty.wav", "journal.jsonl"):
        assert name in str(refused.value)


def test_the_words_of_a_journal_are_the_callers(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "one.flac", np.zeros(8000, np.int16), 8000)
    said = [{"type": "Heard", "speaker": "caller", "text": text} for text in (*SAID, "")]
    entries = [{"type": "Offered"}, *said, {"type": "Heard", "speaker": "agent", "text": "good morning"}]
    lines = "".join(json.dumps(entry) + "\n" for entry in entries)
    (tmp_path / "one.jsonl").write_text(lines, encoding="utf-8")

    (heard,) = own_calls(tmp_path, "left", settings(tmp_path).hearing)

    assert heard.words == SAID


@pytest.mark.parametrize("content", ["", "{", '{"voice": {"median": 3.0, "high": 1.0}, "words": null}', "[]"])
def test_a_broken_record_leaves_what_is_shipped(tmp_path: Path, content: str) -> None:
    (tmp_path / RECORD).write_text(content, encoding="utf-8")

    assert Line.read(tmp_path / RECORD) is None
    assert Line.read(tmp_path / "none.json") is None


def test_the_command_says_what_is_wrong_in_a_sentence(tmp_path: Path) -> None:
    config = Path(__file__).parents[2] / "config"

    said = CliRunner().invoke(app, ["calibrate", "frustration", str(tmp_path / "none"), "--config", str(config)])

    assert said.exit_code == 2
    assert "a folder of recorded calls expected" in said.output
