"""The command line: quick help, clean errors with exit code 2, and a check that says what prevents serving."""

import socket
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from telephony import check, ports, weights
from telephony.assembly import engines
from telephony.cli import app
from telephony.errors import ConfigError
from voice.dialogue.load import load_business

ROOT = Path(__file__).parents[1]
CONFIG = ROOT / "config"


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), env={"COLUMNS": "200"})


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("serve",),
        ("demo",),
        ("replay",),
        ("export",),
        ("check",),
        ("models",),
        ("bench",),
        ("calibrate", "stt"),
        ("simulate",),
        ("simulate", "twilio"),
        ("dialling",),
        ("fallback",),
    ],
)
def test_every_command_has_help(words: tuple[str, ...]) -> None:
    result = run(*words, "--help")
    assert result.exit_code == 0
    assert "Usage" in result.output


@pytest.mark.parametrize("words", [("dialling", "--config", "CONFIG"), ("bench", "--only", "no_such_measurement")])
def test_a_library_that_greets_is_not_heard(words: tuple[str, ...], tmp_path: Path) -> None:
    """In a process of its own: it greets but once, when it is imported."""
    (tmp_path / "warmline.toml").write_text(f'[service]\nrecords_folder = "{tmp_path}"\n')
    given = [str(tmp_path) if word == "CONFIG" else word for word in words]
    command = [sys.executable, "-c", "from telephony.cli import app; app()", *given]
    shown = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert "Pipecat" not in shown.stdout + shown.stderr


def test_help_names_the_weights_that_are_fetched_without_a_name() -> None:
    shown = run("models", "fetch", "--help").output
    assert all(name in shown for name in weights.ADVISED)


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, telephony.cli; print([m for m in ('numpy', 'pipecat', 'fastapi', 'uvicorn') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert shown.stdout.strip() == "[]"


def test_a_missing_config_is_said_in_words_with_exit_code_2(tmp_path: Path) -> None:
    result = run("serve", "--config", str(tmp_path))
    assert result.exit_code == 2
    assert "a settings file expected here" in result.output
    assert "Traceback" not in result.output


def test_an_unknown_key_is_named_with_file_and_section(tmp_path: Path) -> None:
    (tmp_path / "warmline.toml").write_text("[service]\nprot = 8080\n")
    result = run("models", "list", "--config", str(tmp_path))
    assert result.exit_code == 2
    assert "[service] prot: no such key, got 8080" in result.output


def test_each_call_that_cannot_be_replayed_is_said_and_the_others_are_still_tried(tmp_path: Path) -> None:
    (tmp_path / "noise.wav").write_text("no sound")
    (tmp_path / "call.toml").write_text('title = "x"\n[truth]\noutcome = "solved"\n[[turns]]\nsya = "hello"\n')
    result = run("replay", str(tmp_path / "noise.wav"), str(tmp_path / "call.toml"), "--config", str(CONFIG))
    assert result.exit_code == 2
    assert "noise.wav: an audio file expected" in result.output
    assert "[[turns]] 1: sya: no such key, got 'hello'" in result.output


def test_a_port_in_use_is_said_before_anything_is_started() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run("serve", "--config", str(CONFIG), "--port", str(port))
        assert not ports.free("127.0.0.1", port)
    assert result.exit_code == 2
    assert f"got {port}, which is in use" in result.output


def test_a_host_that_is_not_this_machine_is_refused() -> None:
    with pytest.raises(ConfigError, match="an address of this machine expected"):
        ports.free("no-such-host.invalid", 80)


def test_an_unknown_model_is_named_before_anything_is_fetched(tmp_path: Path) -> None:
    result = run("models", "fetch", "whisper-giant", "--config", str(CONFIG))
    assert result.exit_code == 2
    assert "'whisper-giant' came" in result.output


def test_a_folder_that_cannot_be_made_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    result = run("replay", str(tmp_path / "call.wav"), "--out", str(tmp_path / "taken"), "--config", str(CONFIG))
    assert result.exit_code == 2
    assert "--out: a folder that may be written expected" in result.output


def test_models_are_listed_with_licence_and_source() -> None:
    result = run("models", "list", "--config", str(CONFIG))
    assert result.exit_code == 0
    for shown in ("whisper-base.en", "MIT", "148 MB", "piper-ljspeech", "minilm", "Apache-2.0"):
        assert shown in result.output


def test_check_says_which_engines_would_be_used_and_why(tmp_path: Path) -> None:
    findings = {finding.part: finding for finding in check.examine(CONFIG)}
    assert findings["hears with"].says.startswith(("pocketsphinx", "whisper"))
    assert f"{len(load_business(CONFIG).intents)} intents" in findings["business"].says
    assert not findings["settings"].prevents


def test_check_names_a_review_that_is_overdue() -> None:
    from datetime import date

    overdue = [f for f in check.examine(CONFIG, today=date(2030, 1, 1)) if f.part == "scope register"]
    assert overdue
    assert all(f.state == "note" for f in overdue)


def test_check_fails_on_a_carrier_that_lacks_its_secrets(tmp_path: Path) -> None:
    (tmp_path / "warmline.toml").write_text(f'[business]\nfolder = "{CONFIG}"\n[lines.twilio]\nenabled = true\n')
    result = run("check", "--config", str(tmp_path))
    assert result.exit_code == 1
    (twilio,) = [f for f in check.examine(tmp_path) if f.part == "Twilio"]
    assert "$TWILIO_AUTH_TOKEN" in twilio.says
    assert "[service] public_url" in twilio.says


def test_one_click_at_the_desk_is_refused_on_a_public_address(tmp_path: Path) -> None:
    (tmp_path / "warmline.toml").write_text(
        '[service]\npublic_url = "https://ivr.example.com"\n[desk]\ndemo_sign_in = true\n'
    )
    (settings,) = check.examine(tmp_path)
    assert settings.prevents
    assert "[desk] demo_sign_in: false expected" in settings.says


def test_check_names_agents_who_cannot_be_rung_or_cannot_sign_in(tmp_path: Path) -> None:
    agent = '[[agents]]\nid = "ana"\nname = "Ana Silva"\nskills = []\nline = "twilio"\npin_variable = "PIN_OF_ANA"\n'
    (tmp_path / "warmline.toml").write_text(f'[business]\nfolder = "{CONFIG}"\n{agent}')
    says = [f.says for f in check.examine(tmp_path) if f.part in ("agents", "desk")]
    assert "Ana Silva: [[agents]] address: agent ana: expected +E.164, sip: or client:, got ''" in says
    assert "Ana Silva: cannot be rung while [lines.twilio] enabled = false" in says
    assert "Ana Silva cannot sign in: no PIN, which $PIN_OF_ANA would bring" in says


@pytest.mark.parametrize(
    ("keys", "domains", "why"),
    [
        ('email = "Ana@house.example"', '["House.example"]', ""),
        ('email = "ana@house.example"', "[]", ""),
        ("", "[]", "no PIN, which [[agents]] pin_variable would bring, and no [[agents]] email, by which [desk.oidc]"),
        ('email = "ana@else.example"', '["house.example"]', "[desk.oidc] email_domains lacks that of ana@else.example"),
    ],
    ids=["by their address", "by any address", "without an address", "by an address of others"],
)
def test_check_knows_agents_whom_the_organisation_lets_in(tmp_path: Path, keys: str, domains: str, why: str) -> None:
    desk = '[desk.oidc]\nissuer = "https://login.example"\nclient_id = "w"\nroles = { staff = "agent" }\n'
    agent = f'[[agents]]\nid = "ana"\nname = "Ana"\nskills = []\n{keys}\n'
    public = '[service]\npublic_url = "https://desk.example"\n'
    found = says(settings_with(tmp_path, f"{public}{desk}email_domains = {domains}\n{agent}"), "desk")
    assert [why in one for one in found] == ([True] if why else [])


def test_the_dialling_of_telephones_is_switched_off_and_on_by_hand(tmp_path: Path) -> None:
    (tmp_path / "warmline.toml").write_text(f'[service]\nrecords_folder = "{tmp_path}"\n')
    where = ("--config", str(tmp_path))
    assert run("dialling", *where).output == "dialling is on\n"
    assert run("dialling", "off", "--why", "fraud suspected", *where).output == "dialling is off: fraud suspected\n"
    assert any("off: fraud suspected" in f.says for f in check.examine(tmp_path) if f.part == "dialling")
    assert run("dialling", "on", *where).output == "dialling is on\n"


def test_the_fallback_document_puts_callers_through_without_us(tmp_path: Path) -> None:
    (tmp_path / "warmline.toml").write_text(
        f'[business]\nfolder = "{CONFIG}"\n[lines.twilio]\nfallback_number = "+12025550190"\n'
    )
    verbs = list(ElementTree.fromstring(run("fallback", "--config", str(tmp_path)).output))
    assert [(verb.tag, verb.text) for verb in verbs] == [
        ("Say", "One moment, you are being connected."),
        ("Dial", "+12025550190"),
        ("Hangup", None),
    ]


def test_a_recogniser_asked_for_by_name_is_not_silently_replaced(tmp_path: Path) -> None:
    (tmp_path / "warmline.toml").write_text(
        f'[service]\nmodels_folder = "{tmp_path}"\n[business]\nfolder = "{CONFIG}"\n[hearing]\nengine = "whisper"\n'
    )
    (hears,) = [f for f in check.examine(tmp_path) if f.part == "hears with"]
    assert hears.prevents
    assert "warmline models fetch whisper-base.en" in hears.says


def test_whisper_is_taken_once_its_weights_are_there(tmp_path: Path) -> None:
    from models.files import Manifest, Model, ModelFile
    from telephony.settings import Hearing

    files = (ModelFile("model.bin", 3, ""),)
    models = {name: Model(name, "", "MIT", "r", "v", name, files) for name in engines.WHISPERS}
    (tmp_path / engines.WHISPERS[0]).mkdir()
    (tmp_path / engines.WHISPERS[0] / "model.bin").write_bytes(b"abc")
    assert engines.recogniser(Hearing(), tmp_path, Manifest("", models)).name == "whisper"
    assert engines.recogniser(Hearing(engine="pocketsphinx"), tmp_path, Manifest("", models)).name == "pocketsphinx"


def settings_with(folder: Path, text: str) -> Path:
    (folder / "warmline.toml").write_text(f'[business]\nfolder = "{CONFIG}"\n{text}')
    return folder


def says(folder: Path, part: str) -> list[str]:
    return [finding.says for finding in check.examine(folder) if finding.part == part]


def test_check_names_queues_that_no_agent_can_serve(tmp_path: Path) -> None:
    ben = '[[agents]]\nid = "ben"\nname = "Ben"\nskills = ["general", "cards"]\n'
    assert says(settings_with(tmp_path, ben), "queues") == [
        "lending: no agent has the skills it needs (lending); callers can only be called back",
        "member_relations: no agent has the skills it needs (complaints); callers go on to member_services",
    ]


def test_check_names_skills_that_no_queue_asks_for(tmp_path: Path) -> None:
    ana = '[[agents]]\nid = "ana"\nname = "Ana"\nskills = ["general", "cards", "lending", "complaints", "morgages"]\n'
    assert "Ana: [[agents]] skills: morgages: no queue asks for it (queues.toml)" in says(
        settings_with(tmp_path, ana), "agents"
    )


def test_the_shipped_settings_have_an_agent_for_every_queue() -> None:
    assert not [finding for finding in check.examine(CONFIG) if finding.part == "queues"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[handoff]\nring_seconds = 20000\n", "ring_seconds: more than 0 and at most 120 seconds expected, got 20000"),
        ("[handoff]\nseek_seconds = 0\n", "seek_seconds: more than 0 and at most 14400 seconds expected, got 0"),
        ('[service]\nregion = "ZZ"\n', "[service] region: a country with telephone numbers of its own, such as US"),
        ("[callbacks]\nnot_after = 08:00:00\n", "[callbacks] not_after: a time after not_before = 08:00 expected"),
        ("[callbacks]\nnot_before = 22:00:00\n", "[callbacks] not_after: a time after not_before = 22:00 expected"),
        ('[callbacks]\nnot_before = "08:00:00Z"\n', "[callbacks] not_before: an hour without a zone expected"),
        ('[outside]\nurl = "http://localhost.evil.example/brief"\n', "[outside] url: an https:// address"),
        ('[outside]\nurl = "http://127.0.0.1:80@evil.example/"\n', "[outside] url: an https:// address"),
        ('[lines.twilio]\napi_url = "http://127.0.0.1.evil.example"\n', "[lines.twilio] api_url: an https:// address"),
        ("[callbacks]\nretry_seconds = nan\n", "[callbacks] retry_seconds"),
        ("[handoff]\nring_seconds = nan\n", "ring_seconds: more than 0 and at most 120 seconds expected, got nan"),
    ],
)
def test_a_value_that_no_call_could_live_with_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (finding,) = [one for one in check.examine(settings_with(tmp_path, text)) if one.part == "settings"]
    assert finding.prevents
    assert message in finding.says


@pytest.mark.parametrize(
    ("password", "state", "says"),
    [("", "prevents", "needs $ASTERISK_ARI_PASSWORD"), ("secret", "note", "no calls until it answers at")],
    ids=["without a password", "where nothing listens"],
)
def test_check_says_what_is_wrong_with_asterisk(
    password: str, state: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASTERISK_ARI_PASSWORD", password)
    text = '[lines.asterisk]\nenabled = true\nari_url = "http://127.0.0.1:9"\n'
    (tmp_path / "warmline.toml").write_text(text)
    (asterisk,) = [f for f in check.examine(tmp_path) if f.part == "Asterisk"]
    assert asterisk.state == state
    assert says in asterisk.says
