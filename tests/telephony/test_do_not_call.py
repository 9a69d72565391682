"""The do-not-call list: people write numbers as people do, and a line that is none must not let a caller be rung."""

import pytest

from telephony.callbacks import read_refused
from telephony.errors import ConfigError

NUMBER = "+12025550143"


@pytest.mark.parametrize(
    "line",
    [
        NUMBER,
        "+1 202 555 0143",
        "+1 (202) 555-0143  # asked us not to",
        "202.555.0143",
        "\N{ZERO WIDTH NO-BREAK SPACE}+12025550143",
        "\t+1\N{NO-BREAK SPACE}202\N{NON-BREAKING HYPHEN}555-0143\r",
    ],
)
def test_a_number_is_refused_however_it_is_written(line: str) -> None:
    assert read_refused(f"# nobody of these\n\n{line}\n", region="US") == {NUMBER}


def test_an_empty_list_refuses_nobody() -> None:
    assert read_refused("# nobody yet\n", region="US") == frozenset()


@pytest.mark.parametrize("line", ["the mayor", "+1202", "+12025550143 +12025550144", "+1202555014x", "0"])
def test_a_line_that_is_no_number_is_said_by_its_place_and_not_passed_over(line: str) -> None:
    with pytest.raises(ConfigError, match="line 2: a telephone number expected") as said:
        read_refused(f"{NUMBER}\n{line}\n", region="US")
    assert line not in str(said.value).partition("expected")[0]
