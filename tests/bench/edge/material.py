"""What every arm is given: the callers' clips, weights in the true shapes, and the errand's business."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.shapes.piper import piper_shape
from models.shapes.whisper import whisper_shape
from tests.bench.context import Context
from tests.bench.edge import business
from tests.bench.edge.callers import sayings

SHAPES = "shapes"  # below the bench's folder's parent: made once, a few seconds, 120 MB


@dataclass(frozen=True, slots=True)
class Material:
    folder: Path
    clips: Path
    weights: Path  # of the recogniser
    voice: Path  # the .onnx file
    prompts: Mapping[str, str]
    config: Path

    def service(self, *, tokens: int, live: bool = False, max_calls: int = 128) -> dict[str, Any]:
        """An order for `service.py`. `live`: nothing is cached, and the voice is the shape-true one."""
        speaks: dict[str, Any] = {"voice": "piper", "models": str(self.voice.parents[1]), "cached": False}
        return {
            "config": str(self.config),
            "folder": str(self.folder / ("var-live" if live else "var")),
            "clips": str(self.clips),
            "weights": str(self.weights),
            "tokens": tokens,
            "max_calls": max_calls,
            **(speaks if live else {}),
        }

    def peer(self, settings: str, *, tokens: int) -> dict[str, Any]:
        """An order for `peers/pipecat_bot.py`."""
        return {
            "clips": str(self.clips),
            "weights": str(self.weights),
            "tokens": tokens,
            "voice": str(self.voice),
            "prompts": dict(self.prompts),
            "settings": settings,
        }


def prepared(context: Context, prompts: Mapping[str, str] = business.SHORT) -> Material:
    """Skips, loudly, where the recordings are not there."""
    folder = (context.folder / "edge" / ("short" if prompts is business.SHORT else "usual")).resolve()
    clips = sayings(context.seed).catalogue.save(folder / "clips")
    shapes = context.folder.resolve() / SHAPES
    weights, voice = whisper_shape("base.en", shapes), piper_shape("medium", shapes)
    return Material(folder, clips, weights, voice, prompts, business.write(folder, prompts))
