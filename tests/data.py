"""Where the recordings and labelled texts lie that some tests measure on."""

import os
from pathlib import Path

import pytest

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"


def data_folder(name: str = "") -> Path:
    """The data folder, or its part `name`: WARMLINE_DATA, else ../shared/data beside the checkout. Skips, loudly, the
    test that asks when it is not there."""
    folder = Path(os.environ.get("WARMLINE_DATA", BESIDE)) / name
    if not folder.is_dir():
        pytest.skip(f"MEASUREMENT NOT MADE: no data at {folder}; set WARMLINE_DATA to the data folder")
    return folder
