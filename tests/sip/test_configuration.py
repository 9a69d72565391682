"""deploy/asterisk without an Asterisk: what it renders, and which settings it refuses."""

from __future__ import annotations

import runpy
import stat
import subprocess
import sys
from pathlib import Path

import pytest

DEPLOY = Path(__file__).resolve().parents[2] / "deploy/asterisk"
PASSWORDS = ("ARI_PASSWORD=secret", "PHONES=100:secret")


def render(target: Path, *settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, DEPLOY / "render", target, *settings], capture_output=True, text=True, check=False
    )


def test_every_name_in_the_templates_is_filled_in(tmp_path: Path) -> None:
    assert render(tmp_path, *PASSWORDS, "TRUNK_HOST=sip.example.net", "TRUNK_USER=house").returncode == 0
    files = list(tmp_path.rglob("*.conf"))
    assert {"pjsip.conf", "phone-100.conf", "trunk.conf", "members.conf"} <= {file.name for file in files}
    said = [line.partition(";")[0] for file in files for line in file.read_text().splitlines()]
    lines = [line for line in said if "@" in line]
    assert lines == ["client_uri = sip:house@sip.example.net"]


def test_out_of_the_box_the_control_door_is_on_loopback_and_there_is_no_trunk(tmp_path: Path) -> None:
    assert render(tmp_path, *PASSWORDS).returncode == 0
    assert "bindaddr = 127.0.0.1" in (tmp_path / "http.conf").read_text()
    assert not (tmp_path / "warmline/trunk.conf").exists()


def test_files_with_passwords_are_for_their_owner_alone(tmp_path: Path) -> None:
    render(tmp_path, *PASSWORDS)
    modes = {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.rglob("*.conf")}
    assert modes == {0o600}


def test_a_phone_that_was_taken_out_of_the_settings_is_gone(tmp_path: Path) -> None:
    render(tmp_path, "ARI_PASSWORD=secret", "PHONES=100:secret 101:secret")
    render(tmp_path, "ARI_PASSWORD=secret", "PHONES=101:secret")
    assert [file.name for file in (tmp_path / "warmline").glob("phone-*.conf")] == ["phone-101.conf"]
    assert (tmp_path / "warmline/members.conf").read_text().split() == ["member", "=>", "PJSIP/agent101"]


@pytest.mark.parametrize(
    ("setting", "complaint"),
    [
        ("ARI_PASWORD=typo", "no setting named ARI_PASWORD"),
        ("ARI_PASSWORD=", "ARI_PASSWORD is empty"),
        ("PHONES=100:", "expected 100:password"),
        ("PHONES=200:secret", "expected 100:password"),
        ("PHONES=100:secret:rot13", "expected 100:password"),
        ("TRUNK_PASSWORD=a\nallow_transfer = yes", "TRUNK_PASSWORD holds a character"),
        ("ARI_USER=x]", "ARI_USER holds a character"),
        ("USR_FOLDER=/nowhere", "USR_FOLDER"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused_by_name(tmp_path: Path, setting: str, complaint: str) -> None:
    refused = render(tmp_path, *PASSWORDS, setting)
    assert refused.returncode == 1
    assert complaint in refused.stderr


def test_the_guard_finds_the_caller_who_is_alone_and_nobody_else() -> None:
    alone = runpy.run_path(str(DEPLOY / "guard"))["alone"]
    channels = [
        channel("with the machine", "warmline,caller,+15550199"),
        channel("machine", "warmline"),
        channel("left behind", "warmline,caller,+15550199"),
        channel("in no bridge", "warmline,caller,+15550199"),
        channel("an agent alone", "warmline,agent"),
        channel("another application's", "other,caller"),
        channel("in the queue", "warmline-fallback,r", runs="Queue"),
    ]
    bridges = [{"channels": ["with the machine", "machine"]}, {"channels": ["left behind"]}]
    assert alone(channels, bridges, "warmline") == {"left behind", "in no bridge"}


def channel(name: str, data: str, *, runs: str = "Stasis") -> dict[str, object]:
    return {"id": name, "dialplan": {"app_name": runs, "app_data": data}}


def test_the_first_start_makes_up_passwords_and_pbx_prints_what_to_add(tmp_path: Path) -> None:
    asked = [DEPLOY / "start", "pbx"]
    first = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=True)
    settings = (tmp_path / "asterisk.env").read_text()
    password = next(line for line in settings.splitlines() if line.startswith("ARI_PASSWORD=")).partition("=")[2]
    assert len(password) >= 24 and f"password = {password}" in first.stdout
    assert stat.S_IMODE((tmp_path / "asterisk.env").stat().st_mode) == 0o600
    assert subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=True).stdout == first.stdout
