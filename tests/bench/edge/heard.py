"""The recogniser of the cost runs: the words are the script's, by the sound of the clip; the decode is paid in full.

What a decode costs does not depend on the weights, so random ones of base.en's exact shape do, at a fixed number of
tokens. A piece of a clip gives the words that had been spoken by its end, as a real recogniser would.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from models.engines import EngineFactory
from tests.bench.edge.sounds import Catalogue, heard_by
from voice.audio import Pcm
from voice.listening import Listening, ListeningCodec
from voice.stt import Languages, Recogniser, Recognition, whisper
from voice.stt.costed import costed

NAME = "whisper"  # what it stands for
SURE = 0.95


class HeardByName:
    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def transcribe(self, pcm: Pcm, language: str) -> Recognition:
        found = self._catalogue.in_sound(pcm)
        text = "" if found is None else heard_by(found)
        return Recognition(text, SURE if text else 0.0, NAME)


def open_listening(clips: Path, weights: Path | None, tokens: int, languages: Languages) -> Listening:
    """Called in the pool's worker, in whatever process that lies. Without `weights` hearing costs nothing."""
    says: Recogniser = HeardByName(Catalogue.load(clips))
    if weights is None:
        return Listening(says)
    # "short": the gate asks what short windows cost in words; this asks what they cost in time
    settings = whisper.Settings(folder=weights, device="cpu", window="short")
    return Listening(costed(says, settings, languages, tokens=tokens))


def factory(clips: Path, weights: Path | None, tokens: int, languages: Languages) -> EngineFactory:
    recipe = {
        "clips": str(clips),
        "weights": str(weights) if weights else None,
        "tokens": tokens,
        "languages": {name: list(sentences) for name, sentences in languages.items()},
    }
    opened = partial(open_listening, clips, weights, tokens, languages)
    return EngineFactory(opened, shared=True, codec=ListeningCodec(), recipe=recipe)


def compose(recipes: Mapping[str, Any]) -> dict[str, EngineFactory]:
    """What the pool's process calls."""
    return {name: _of(recipe) for name, recipe in recipes.items()}


def _of(recipe: Mapping[str, Any]) -> EngineFactory:
    weights = Path(recipe["weights"]) if recipe["weights"] else None
    return factory(Path(recipe["clips"]), weights, recipe["tokens"], recipe["languages"])
