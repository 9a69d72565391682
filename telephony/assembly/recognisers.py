"""The recognisers of this machine as the inference pool's engine, opened here or, from a recipe, in the pool's process.

That process imports nothing but this module and what it opens: no pipeline, no settings, no desk.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from models.engines import EngineFactory
from voice.listening import Listening, ListeningCodec
from voice.stt.ladder import Ladder, Rung

if TYPE_CHECKING:
    from voice.stt.whisper import Settings as Whisper

CPU_WEIGHTS = ("whisper-base.en", "whisper-tiny.en")
"""What hears on the CPU where the GPU fails: small takes 0.3 s of a core an utterance, base 0.09 s."""

Languages = Mapping[str, Sequence[str]]


def compose(recipes: Mapping[str, Any]) -> dict[str, EngineFactory]:
    """The factories of engine's name → recipe; what the pool's process calls. Raises ValueError."""
    return {name: of_recipe(recipe) for name, recipe in recipes.items()}


def factory(
    whisper: "Whisper | None", languages: Languages, *, most_together: int = 1, gather_ms: float = 0.0
) -> EngineFactory:
    """Hears with Whisper where its settings are given; below it, or alone, with the recogniser that needs no download.

    All workers may call the recognisers at once, so one instance serves them. pocketsphinx keeps the interpreter for a
    whole utterance [measured: 0.58 s of one], so where it is alone each worker of a pool process has its own process.
    """
    alone = whisper is None
    recipe = {"whisper": None if whisper is None else _as_json(whisper), "languages": _listed(languages)}
    return EngineFactory(
        lambda: Listening(Ladder(rungs(whisper, languages))),
        shared=True,
        most_together=1 if alone else most_together,
        gather_ms=0.0 if alone else gather_ms,
        holds_gil=alone,
        codec=ListeningCodec(),
        recipe={**recipe, "most_together": most_together, "gather_ms": gather_ms},
    )


def of_recipe(recipe: Mapping[str, Any]) -> EngineFactory:
    """What `factory` wrote down, or Smart Turn's. Raises ValueError for what neither did."""
    if recipe.get("engine") == "smart_turn":
        from voice.pipeline import smart_turn  # noqa: PLC0415 - pipecat, where it is asked for

        return smart_turn.factory()
    try:
        whisper = None if recipe["whisper"] is None else _whisper(recipe["whisper"])
        languages, most, wait_ms = recipe["languages"], int(recipe["most_together"]), float(recipe["gather_ms"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"a recogniser's recipe expected, {error!r} in {sorted(recipe)}") from error
    return factory(whisper, languages, most_together=most, gather_ms=wait_ms)


def rungs(
    whisper: "Whisper | None", languages: Languages, *, cuda_devices: Callable[[], int] | None = None
) -> list[Rung]:
    """CUDA, where it is there and not ruled out; a small model on the CPU; the one that needs no download."""
    found = [] if whisper is None else _whispers(whisper, languages, cuda_devices)
    if find_spec("pocketsphinx") is not None:
        from voice.stt import pocketsphinx, pocketsphinx_models  # noqa: PLC0415 - what is not there cannot be imported

        found.append(Rung(pocketsphinx_models.NAME, lambda: pocketsphinx.open(pocketsphinx.Settings(), languages)))
    return found


def _whispers(wanted: "Whisper", languages: Languages, cuda_devices: Callable[[], int] | None) -> list[Rung]:
    import ctranslate2  # noqa: PLC0415 - 30 MB that a pool process without Whisper does without

    from voice.stt import whisper  # noqa: PLC0415
    from voice.stt.whisper_weights import NAME  # noqa: PLC0415

    if wanted.device == "cpu" or not (cuda_devices or ctranslate2.get_cuda_device_count)():
        return [Rung(NAME, lambda: whisper.open(wanted, languages))]
    here = (wanted.folder.parent / name for name in CPU_WEIGHTS)
    folder = next((one for one in here if (one / "model.bin").is_file()), wanted.folder)
    small = replace(wanted, folder=folder, device="cpu", compute_type="auto")
    return [
        Rung("whisper-cuda", lambda: whisper.open(replace(wanted, device="cuda"), languages)),
        Rung(NAME, lambda: whisper.open(small, languages)),
    ]


# --- recipes ----------------------------------------------------------------------------------------------------


def _listed(languages: Languages) -> dict[str, list[str]]:
    return {name: list(sentences) for name, sentences in languages.items()}


def _as_json(settings: "Whisper") -> Any:
    return _adapter().dump_python(settings, mode="json")


def _whisper(value: Any) -> "Whisper":
    """Raises ValueError."""
    settings: Whisper = _adapter().validate_python(value)
    return settings


def _adapter() -> Any:
    from pydantic import TypeAdapter  # noqa: PLC0415 - only where there are such settings

    from voice.stt.whisper import Settings  # noqa: PLC0415

    return TypeAdapter(Settings)
