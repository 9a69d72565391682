"""How one utterance was spoken: pitch, energy, tilt and rate, without absolute level."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Prosody:
    """Features of one utterance (order: `models/prosody.py:NAMES`), with what gates them."""

    features: npt.NDArray[np.float32]
    voiced_seconds: float
    snr_db: float
