"""How commands speak with whoever typed them: words, errors without a stack, and the options that many share."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from models.errors import ModelError
from telephony.errors import TelephonyError
from voice.errors import VoiceError

WRONG = 2  # exit code of every error said in words; 1 is left to checks that found something

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

ConfigFolder = Annotated[
    Path | None,
    typer.Option("--config", help="Folder of settings and business. Default: $WARMLINE_CONFIG, else ./config."),
]


class Channel(StrEnum):
    LEFT = "left"
    RIGHT = "right"


@contextmanager
def said_in_words() -> Iterator[None]:
    """An error of ours is said in red, a line each, without a stack."""
    try:
        yield
    except (TelephonyError, VoiceError, ModelError) as error:
        for line in str(error).splitlines() or [type(error).__name__]:
            err.print(line, style="red", markup=False, soft_wrap=True)
        raise typer.Exit(WRONG) from error
