"""Every branch of bringing a person in, on every line where it can occur, ends as tests/calls/handoff_matrix.toml says.

Besides: no caller is lost or left alone, never two agents at once, nothing stays up, and no contract is broken.
"""

from pathlib import Path

import pytest

from telephony.handoff import FINAL, Outcome
from tests.calls.matrix import everywhere
from tests.calls.matrix.cells import EXPECTED, LINES, branches, cells, play, wrong


@pytest.mark.parametrize(("branch", "line"), [pytest.param(*cell, id=" on ".join(cell)) for cell in cells()])
def test_it_ends_as_it_should(branch: str, line: str, tmp_path: Path) -> None:
    assert wrong(branch, line, play(branch, line, tmp_path)) == []


def test_the_matrix_names_each_line_of_each_branch_or_says_why_not() -> None:
    assert len(list(cells())) >= 40
    for name, branch in branches().items():
        assert {*branch["on"], *branch.get("not_on", {})} == LINES.keys(), name
        assert not {*branch["on"]} & branch.get("not_on", {}).keys(), name
        assert all(key in branch for key in ("happens", *EXPECTED)), name
        assert {*branch["outcomes"]} <= {*Outcome}, name
        assert branch["handoff"] in FINAL, name


def test_no_story_is_left_out_of_the_matrix() -> None:
    told = {(name, line) for line, (_, own) in LINES.items() for name in own}
    assert told <= {*cells()}
    assert everywhere.SCENES.keys() <= branches().keys()
