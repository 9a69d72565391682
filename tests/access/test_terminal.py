"""`warmline users`: who may sign in, changed at the terminal and noted as such."""

import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from telephony.cli import app

WORDS, OTHER = "seven green herons\n", "nine yellow kettles\n"
SETTINGS = """
[service]
records_folder = "{records}"

[[agents]]
id = "ana"
name = "Ana Silva"
skills = ["general"]
pin_variable = "WARMLINE_PIN_ANA"
"""


class Terminal:
    def __init__(self, folder: Path) -> None:
        self.config, self.records = folder / "config", folder / "records"
        self.config.mkdir()
        (self.config / "warmline.toml").write_text(SETTINGS.format(records=self.records), encoding="utf-8")

    def adds(self, settings: str) -> None:
        with (self.config / "warmline.toml").open("a", encoding="utf-8") as file:
            file.write(settings)

    def types(self, *words: str, password: str = "") -> tuple[int, str]:
        environment = {"COLUMNS": "200", "WARMLINE_PIN_ANA": "472910"}
        typed = ["users", *words, "--config", str(self.config)]
        result = CliRunner().invoke(app, typed, input=password, env=environment)
        return result.exit_code, result.output

    def asked(self, query: str) -> list[tuple[object, ...]]:
        with sqlite3.connect(self.records / "warmline.sqlite3") as database:
            return database.execute(query).fetchall()


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def test_users_are_added_listed_changed_and_switched_off(terminal: Terminal):
    assert (
        terminal.types("add", "kim", "--name", "Kim", "--role", "admin", "--role", "supervisor", password=WORDS)[0] == 0
    )
    assert terminal.types("add", "sam", "--role", "admin", password=WORDS)[0] == 0
    assert terminal.types("roles", "kim", "--role", "auditor")[0] == 0
    assert terminal.types("reset", "kim", password=OTHER)[0] == 0
    assert terminal.types("disable", "kim")[0] == 0
    code, shown = terminal.types("list")
    assert code == 0
    for part in ("3 users", "PIN of the settings", "auditor", "switched off", "Ana Silva"):
        assert part in shown
    assert terminal.types("disable", "kim", "--undo")[0] == 0
    done = [row[0] for row in terminal.asked("SELECT what FROM audit WHERE who = 'terminal' ORDER BY seq")]
    assert done == ["users.add", "users.add", "users.roles", "users.password", "users.disable", "users.enable"]


DEMO = """
[[agents]]
id = "ben"
name = "Ben Okafor"
skills = ["general"]

[desk]
demo_sign_in = true

[[desk.demo_people]]
id = "zoe"
name = "Zoe Reyes"
roles = ["supervisor", "admin"]
"""


def test_the_demo_s_people_and_agents_are_listed_with_their_one_click(terminal: Terminal):
    terminal.adds(DEMO)
    assert terminal.types("add", "kim", "--role", "auditor", password=WORDS)[0] == 0
    shown = {line.split("│")[1].strip(): line for line in terminal.types("list")[1].splitlines() if "│" in line}
    assert all("one click (demo)" in shown[id] for id in ("ana", "ben", "zoe"))
    assert "admin" in shown["zoe"] and "one click" not in shown["kim"]  # a narrow screen wraps what follows


def test_what_only_the_demo_knows_is_not_listed_once_it_is_over(terminal: Terminal):
    terminal.adds(DEMO.replace("true", "false"))
    _, shown = terminal.types("list")
    assert "2 users" in shown and "one click" not in shown and "Zoe" not in shown
    assert "nothing yet" in next(line for line in shown.splitlines() if "Ben Okafor" in line)


def test_no_password_stands_in_the_record_nor_on_the_screen(terminal: Terminal):
    _, shown = terminal.types("add", "kim", "--role", "admin", password=WORDS)
    (kept,) = terminal.asked("SELECT hash FROM users")
    assert str(kept[0]).startswith("$argon2id$") and "herons" not in shown
    assert b"herons" not in (terminal.records / "warmline.sqlite3").read_bytes()


@pytest.mark.parametrize(
    ("words", "password", "said"),
    [
        (("add", "kim", "--role", "admin"), "short\n", "At least 12 characters"),
        (("add", "kim", "--role", "admin"), "", "At least 12 characters"),
        (("add", "Kim", "--role", "admin"), WORDS, "small letters"),
        (("add", "ana", "--role", "admin"), WORDS, "already"),
        (("reset", "ana"), WORDS, "PIN of the settings"),
        (("roles", "nobody", "--role", "admin"), "", "A user of the list expected"),
        (("disable", "nobody"), "", "A user of the list expected"),
    ],
)
def test_what_is_refused_is_said_in_words_with_exit_code_2(
    terminal: Terminal, words: tuple[str, ...], password: str, said: str
):
    code, shown = terminal.types(*words, password=password)
    assert code == 2 and said in shown and "Traceback" not in shown


def test_the_last_admin_stays(terminal: Terminal):
    terminal.types("add", "kim", "--role", "admin", password=WORDS)
    code, shown = terminal.types("disable", "kim")
    assert code == 2 and "last admin" in shown
