"""Every page in every state of note: nothing for axe to hold against it, light and dark. Pictures with SHOTS=folder."""

from pathlib import Path

from tests.desk.chromium import needs_chromium
from tests.desk.everywhere import every_page, walk

pytestmark = needs_chromium


async def test_axe_finds_nothing_on_any_page(tmp_path: Path) -> None:
    seen = await walk(tmp_path)
    assert {view: held for view, held in seen.found.items() if held} == {}
    assert every_page() - seen.opened == set()
