"""A fresh Asterisk a test, or loud words about why there is none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.sip.ari import Ari
from tests.sip.asterisk import Asterisk, command


@pytest.fixture
async def pbx(tmp_path: Path) -> AsyncIterator[Asterisk]:
    if not command():
        pytest.fail("no Asterisk named in WARMLINE_ASTERISK: run these with `make test-sip`")
    folder = tmp_path / "pbx"
    folder.mkdir()
    async with Asterisk(folder, phones={100: "no", 101: "no", 102: "sdes"}) as pbx:
        yield pbx


@pytest.fixture
async def ari(pbx: Asterisk) -> AsyncIterator[Ari]:
    async with Ari(pbx) as ari:
        yield ari


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
