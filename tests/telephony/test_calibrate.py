"""Which short windows may be used: the decision over figures, the recordings behind it, and the record it leaves."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from models.shapes.whisper import whisper_shape
from models.word_error_rate import word_errors
from telephony.calibrate import calibrate
from telephony.calibrate.gate import Compared, verdict
from telephony.calibrate.recordings import bundled, gathered, words
from telephony.check import examine
from telephony.cli import app
from telephony.errors import RecordingsUnusable
from telephony.settings import Settings, parse
from voice.stt import Recognition
from voice.stt.whisper_window import GATE_FILE, Windows, gate_key, safe_windows

FINE = tuple(Compared(5.0, 8, 1, 1, speaker=f"s{n % 3}") for n in range(60))


# --- words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spoken", "heard", "errors"),
    [
        ("pay my bill", "pay my bill", 0),
        ("pay my bill", "play my bill", 1),
        ("pay my bill", "my bill", 1),
        ("pay my bill", "pay my my bill now", 2),
        ("", "pay", 1),
        ("pay my bill", "", 3),
        ("one two three four", "two three four five", 2),
    ],
)
def test_word_errors_are_the_fewest_changes(spoken, heard, errors):
    assert word_errors(spoken.split(), heard.split()) == errors


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Eighty-four dollars, please.", "$84 please"),
        ("four five two oh", "4520"),
        ("twenty", "20"),
        ("nineteen", "19"),
        ("It's $1,250.50!", "it's 1250.50 dollars"),
    ],
)
def test_numbers_count_the_same_however_they_are_written(one, other):
    assert words(one) == words(other)


# --- the decision ---------------------------------------------------------------------------------------------------


def test_a_window_that_costs_nothing_is_safe_and_says_its_figures():
    found = verdict(5.0, FINE)
    assert found.safe
    assert (found.utterances, found.words, found.error_full, found.error_short) == (60, 480, 12.5, 12.5)
    assert (found.worse, found.worse_from, found.worse_to) == (0.0, 0.0, 0.0)


def test_a_better_short_window_is_safe_too():
    assert verdict(5.0, [replace(one, errors_short=0) for one in FINE]).safe


@pytest.mark.parametrize(
    ("compared", "why"),
    [
        ((), "too few to tell"),
        (FINE[:29], "at least 30 utterances with 100 words"),
        (tuple(replace(one, words=3) for one in FINE[:30]), "at least 30 utterances with 100 words"),
        (tuple(replace(one, errors_short=2) for one in FINE), "costs more than 0.5 points"),
        (tuple(replace(one, errors_full=5, errors_short=5) for one in FINE), "understand too little"),
        (
            (*FINE[:58], replace(FINE[58], errors_short=5), replace(FINE[59], errors_full=3)),
            "may cost up to",
        ),
        ((*FINE, replace(FINE[0], errors_full=2), Compared(5.0, 8, 0, 1, numbers=True)), "costs digits"),
        (
            tuple(
                replace(one, speaker="ana", errors_short=2) if n < 10 else replace(one, errors_full=2 if n < 20 else 1)
                for n, one in enumerate(FINE * 4)
            ),
            "costs speaker ana 12.5 points",
        ),
    ],
)  # fmt: skip
def test_what_costs_words_or_cannot_be_told_is_not_safe(compared, why):
    found = verdict(5.0, compared)
    assert not found.safe
    assert why in found.unsafe_because


def test_each_window_is_judged_by_its_own_utterances():
    other = tuple(replace(one, window_s=8.0, errors_short=4) for one in FINE)
    assert verdict(5.0, FINE + other).safe
    assert not verdict(8.0, FINE + other).safe


# --- recordings -----------------------------------------------------------------------------------------------------


def sound(seconds: float, seed: int = 0) -> np.ndarray:
    return (4000 * np.random.default_rng(seed).standard_normal(int(8000 * seconds))).astype(np.int16)


def write(path: Path, samples: np.ndarray, text: str | None = None, rate: int = 8000) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, rate)
    if text is not None:
        path.with_suffix(".txt").write_text(text, encoding="utf-8")


def test_a_text_beside_each_file_and_a_folder_for_each_speaker(tmp_path):
    write(tmp_path / "ana" / "one.wav", sound(1), "Yes, please.")
    write(tmp_path / "ben" / "two.flac", sound(2), "no", rate=8000)
    write(tmp_path / "three.mp3", sound(6), "where is my parcel", rate=16_000)
    found = {one.name: one for one in gathered(tmp_path, "left")}
    assert {name: (one.text, one.speaker) for name, one in found.items()} == {
        "ana/one.wav": ("Yes, please.", "ana"),
        "ben/two.flac": ("no", "ben"),
        "three.mp3": ("where is my parcel", ""),
    }
    assert found["three.mp3"].seconds == pytest.approx(3, abs=0.2)


def test_the_telephone_s_code_is_what_is_heard(tmp_path):
    write(tmp_path / "a.wav", sound(1), "yes")
    assert len(np.unique(gathered(tmp_path, "left")[0].pcm)) <= 255  # mu-law knows no more levels


def test_a_manifest_cuts_utterances_out_of_a_call_and_names_the_channel_s_speaker(tmp_path):
    call = np.stack([sound(10, 1), sound(10, 2)], axis=1)
    write(tmp_path / "call.wav", call)
    with (tmp_path / "manifest.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerows([("file", "text", "start", "end", "speaker"), ("call.wav", "yes", "1.5", "2.5", "ana")])
        rows.writerow(("call.wav", "no thanks", "4", "6.25", ""))
    left, right = (gathered(tmp_path, channel) for channel in ("left", "right"))
    assert [(one.name, one.seconds, one.speaker) for one in left] == [
        ("call.wav 1.5-2.5", 1.0, "ana"), ("call.wav 4-6.25", 2.25, ""),
    ]  # fmt: skip
    assert not np.array_equal(left[0].pcm, right[0].pcm)


@pytest.mark.parametrize(
    ("fill", "said"),
    [
        (lambda folder: None, "a .txt beside each, or manifest.csv, expected, got none"),
        (lambda folder: write(folder / "a.wav", sound(1)), "a.wav: what is said in it expected in a.txt, got nothing"),
        (lambda folder: write(folder / "a.wav", sound(1), " ... "), "a.wav: what is said in it expected in a.txt"),
        (lambda folder: (folder / "a.mp3").write_bytes(b"no sound"), "a.mp3: an audio file expected"),
        (lambda folder: (folder / "manifest.csv").write_text("file,words\n"), "missing: text"),
        (lambda folder: (folder / "manifest.csv").write_text("file,text\ngone.wav,yes\n"), "gone.wav.*no such file"),
        (
            lambda folder: (
                write(folder / "a.wav", sound(1)),
                (folder / "manifest.csv").write_text("file,text,start,end\na.wav,yes,0.5,3\n"),
            ),
            "0 <= start < end <= 1.00 s expected, got 0.5 and 3.0",
        ),
        (
            lambda folder: (
                write(folder / "a.wav", sound(1)),
                (folder / "manifest.csv").write_text("file,text,start\na.wav,yes,soon\n"),
            ),
            "start and end in seconds expected",
        ),
    ],
)
def test_what_cannot_be_used_is_said_file_by_file(tmp_path, fill, said):
    fill(tmp_path)
    with pytest.raises(RecordingsUnusable, match=said):
        gathered(tmp_path, "left")


def test_a_folder_that_is_none_is_said(tmp_path):
    with pytest.raises(RecordingsUnusable, match="a folder of recordings expected, got none"):
        gathered(tmp_path / "nowhere", "left")


def test_the_demo_s_callers_are_there_for_a_first_look():
    found = bundled()
    assert len(found) >= 15
    assert {one.speaker for one in found} >= {"slt", "awb", "rms"}


# --- from recordings to a record ------------------------------------------------------------------------------------


class Hears:
    """Hears what was said; in short windows it loses the last word of utterances of `loses` seconds."""

    def __init__(self, settings, said, loses=()):
        self._short, self._said, self._loses = settings.window == "short", said, loses

    def transcribe(self, pcm, language):
        text = self._said
        if self._short and len(pcm) / 8000 in self._loses:
            text = text.rpartition(" ")[0]
        return Recognition(text, 1.0, "whisper")


@pytest.fixture
def settings(tmp_path) -> Settings:
    whisper_shape("toy", tmp_path / "models").rename(tmp_path / "models" / "ours")
    folders = {"models_folder": str(tmp_path / "models"), "records_folder": str(tmp_path / "records")}
    return parse({"service": folders, "hearing": {"whisper": {"weights": "ours"}}}, origin="here")


@pytest.fixture
def recordings(tmp_path) -> Path:
    """Thirty of one second, for the window of 5 s, and thirty of four, for that of 8 s."""
    folder = tmp_path / "recordings"
    for number in range(60):
        write(folder / f"{number}.wav", sound(1 if number < 30 else 4), "please pay my water bill")
    return folder


def test_the_safe_windows_are_recorded_and_used_from_then_on(settings, recordings, tmp_path):
    weights = tmp_path / "models" / "ours"
    assert safe_windows("gated", weights, Windows()) == frozenset()
    found = calibrate(
        settings, recordings, weights=None, opens=lambda s, _: Hears(s, "please pay my water bill", loses=(4,))
    )
    assert found.record == weights / GATE_FILE
    assert found.safe == (5.0,)
    assert safe_windows("gated", weights, Windows()) == {5.0}
    record = json.loads(found.record.read_text())
    measured = {one["window_s"]: one for one in record["windows"]}
    assert (measured[5.0]["utterances"], measured[5.0]["worse"], measured[5.0]["unsafe_because"]) == (30, 0.0, "")
    assert measured[8.0]["worse"] == pytest.approx(20.0)
    assert "too few" in measured[10.0]["unsafe_because"]


@pytest.mark.parametrize(
    ("window", "safe", "says", "state"),
    [
        ("gated", [], "30 s alone: no shorter one is proven", "note"),
        ("gated", [5.0, 8.0], "5, 8 and 30 s", "good"),
        ("full", [5.0], "30 s alone, as the settings say", "good"),
        ("short", [], "5, 8, 10, 15 and 30 s, without a proof", "note"),
    ],
)
def test_check_says_which_windows_are_used(settings, tmp_path, window, safe, says, state):
    weights = tmp_path / "models" / "ours"
    record = {**gate_key(weights, Windows()), "safe_s": safe}
    (weights / GATE_FILE).write_text(json.dumps(record), encoding="utf-8")
    config = tmp_path / "config"
    config.mkdir()
    (config / "warmline.toml").write_text(
        f'[service]\nmodels_folder = "{tmp_path / "models"}"\nrecords_folder = "{tmp_path / "records"}"\n'
        f'[hearing.whisper]\nweights = "ours"\nwindow = "{window}"\n',
        encoding="utf-8",
    )
    found = next(finding for finding in examine(config) if finding.part == "windows")
    assert found.says.startswith(says)
    assert found.state == state


def test_other_windows_keep_what_was_found_before(settings, recordings, tmp_path):
    hears = lambda s, _: Hears(s, "please pay my water bill")  # noqa: E731
    calibrate(settings, recordings, weights=None, opens=hears)
    found = calibrate(
        settings, recordings, weights=None, windows=(8.0,),
        opens=lambda s, _: Hears(s, "please pay my water bill", loses=(4,)),
    )  # fmt: skip
    assert found.safe == ()
    assert found.left_out == 30
    assert safe_windows("gated", tmp_path / "models" / "ours", Windows()) == {5.0}


def test_a_first_look_at_the_bundled_voices_never_undoes_a_proof(settings, recordings, tmp_path):
    hears = lambda s, _: Hears(s, "please pay my water bill")  # noqa: E731
    calibrate(settings, recordings, weights=None, opens=hears)
    assert calibrate(settings, None, weights=None, opens=hears).record is None
    assert safe_windows("gated", tmp_path / "models" / "ours", Windows()) == {5.0, 8.0}


def test_weights_that_may_not_be_written_have_their_record_among_the_service_s(settings, recordings, tmp_path):
    weights = tmp_path / "models" / "ours"
    (weights / f"{GATE_FILE}.part").mkdir()  # whoever runs the tests may be allowed to write everywhere
    hears = lambda s, _: Hears(s, "please pay my water bill")  # noqa: E731
    found = calibrate(settings, recordings, weights=None, opens=hears)
    assert found.record == tmp_path / "records" / f"ours-{GATE_FILE}"
    assert safe_windows("gated", weights, Windows(), records=tmp_path / "records") == {5.0, 8.0}


def test_weights_that_understand_nothing_make_no_window_safe(settings, recordings):
    """The toy itself: equally wrong in both windows, which proves nothing."""
    found = calibrate(settings, recordings, weights=None)
    assert found.safe == ()
    assert all("too l" in one.unsafe_because or "too few" in one.unsafe_because for one in found.verdicts)


@pytest.mark.parametrize(
    ("windows", "said"),
    [
        ((7.0,), r"--windows: some of 5, 8, 10, 15 \(seconds\) expected, got 7.0"),
        ((15.0,), "for a window of 15 s expected, got 60 of 1.0 to 4.0 s"),
    ],
)
def test_windows_that_nothing_fits_are_said(settings, recordings, windows, said):
    with pytest.raises(RecordingsUnusable, match=said):
        calibrate(settings, recordings, weights=None, windows=windows)


def test_the_command_shows_figures_and_exits_1_when_nothing_is_safe(settings, recordings, tmp_path):
    config = tmp_path / "config"
    config.mkdir()
    (config / "warmline.toml").write_text(
        f'[service]\nmodels_folder = "{settings.service.models_folder}"\n'
        f'records_folder = "{settings.service.records_folder}"\n',
        encoding="utf-8",
    )
    command = ["calibrate", "stt", str(recordings), "--weights", "ours", "--windows", "5", "--config", str(config)]
    result = CliRunner().invoke(app, command, env={"COLUMNS": "200"})
    assert result.exit_code == 1, result.output
    assert "understand too little" in result.output
    assert "recorded in" in result.output
    command[2] = str(tmp_path / "nowhere")
    result = CliRunner().invoke(app, command, env={"COLUMNS": "200"})
    assert result.exit_code == 2
    assert "a folder of recordings expected, got none" in result.output
