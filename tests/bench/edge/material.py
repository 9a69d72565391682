"""What every arm is given: the callers' clips, weights in the true shapes, and the errand's business."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.shapes.piper import piper_shape
from models.shapes.whisper import whisper_shape
from tests.bench.context import Context
from tests.bench.edge import business
from tests.bench.edge.callers import sayings

SHAPES = "shapes"  # below the bench's folder: made once, a few seconds, 140 MB
PROMPTS = {"one-word": business.ONE_WORD, "plain": business.PLAIN, "usual": business.USUAL}


@dataclass(frozen=True, slots=True)
class Material:
    folder: Path
    clips: Path
    weights: Path  # of the recogniser
    voice: Path  # the .onnx file

    def service(
        self, prompts: Mapping[str, str], *, tokens: int, live: bool = False, max_calls: int = 128
    ) -> dict[str, Any]:
        """An order for `service.py`. `live`: nothing is cached, and the voice is the shape-true one."""
        kind = next(name for name, known in PROMPTS.items() if known is prompts)
        own = self.folder / (f"{kind}-live" if live else f"{kind}-{tokens}")  # its records, prompts and business
        shutil.rmtree(own, ignore_errors=True)  # calls of an earlier run are not this one's to look after
        speaks: dict[str, Any] = {"voice": "piper", "models": str(self.voice.parents[1]), "cached": False}
        return {
            "config": str(business.write(own, prompts)),
            "folder": str(own / "var"),
            "prompts": str(self.folder / "prompts"),  # rendered once, for all runs
            "clips": str(self.clips),
            "weights": str(self.weights),
            "tokens": tokens,
            "max_calls": max_calls,
            **(speaks if live else {}),
        }

    def peer(self, settings: str, prompts: Mapping[str, str], *, tokens: int) -> dict[str, Any]:
        """An order for `peers/pipecat_bot.py`."""
        return {
            "clips": str(self.clips),
            "weights": str(self.weights),
            "tokens": tokens,
            "voice": str(self.voice),
            "prompts": dict(prompts),
            "settings": settings,
        }


def prepared(context: Context) -> Material:
    """Skips, loudly, where the recordings are not there."""
    folder = (context.folder / "edge").resolve()
    clips = sayings(context.seed).catalogue.save(folder / "clips")
    shapes = context.folder.resolve() / SHAPES
    return Material(folder, clips, whisper_shape("base.en", shapes), piper_shape("medium", shapes))
