"""Texts as vectors, kept in a file from one start to the next: an encoder needs seconds for a library's sentences."""

import hashlib
import logging
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

log = logging.getLogger(__name__)

Vectors = npt.NDArray[np.float32]


class Encoder(Protocol):
    """A row of length 1 a text, alike for texts that mean alike: `models.encoder.SentenceEncoder`."""

    @property
    def name(self) -> str: ...

    def encode(self, texts: Sequence[str]) -> Vectors: ...


def encoded(encoder: Encoder, texts: Sequence[str], kept: Path | None = None) -> Vectors:
    """The vectors of `texts`, out of the file `kept` when it holds them."""
    print_of = hashlib.sha256("\0".join((encoder.name, *texts)).encode()).hexdigest()
    if kept is not None and (found := _read(kept, print_of)) is not None:
        return found
    made = encoder.encode(texts)
    if kept is not None:
        try:
            np.savez(kept, vectors=made, of=np.array(print_of))
        except OSError as error:  # the next start takes these seconds again
            log.warning("the co-pilot's vectors cannot be kept in %s: %s", kept, error)
    return made


def _read(kept: Path, print_of: str) -> Vectors | None:
    try:
        with np.load(kept, allow_pickle=False) as file:
            return file["vectors"] if str(file["of"]) == print_of else None
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return None
