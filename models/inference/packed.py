"""An engine as a pool process calls it: arguments and result packed as they travel.

So the process's loop never looks into them: what takes time to unpack is unpacked by the worker.
"""

from collections.abc import Sequence
from typing import Any

from models.codec import Codec, Packed
from models.engines import BatchEngine, Engine, EngineFactory
from models.errors import EngineFailed


class PackedEngine:
    def __init__(self, name: str, engine: Engine, codec: Codec) -> None:
        self._name = name
        self._engine = engine
        self._codec = codec

    def __call__(self, packed: Packed) -> Packed:
        """Whatever the engine raises is raised."""
        return self._packed(self._engine(*self._unpacked(packed)))

    def together(self, jobs: Sequence[tuple[Packed]]) -> Sequence[Packed | Exception]:
        """One whose arguments cannot be read fails, and leaves the others their company."""
        answers: list[Packed | Exception] = []
        readable: list[tuple[Any, ...]] = []
        places: list[int] = []
        for place, (packed,) in enumerate(jobs):
            try:
                readable.append(self._unpacked(packed))
                places.append(place)
                answers.append(Packed({}))
            except EngineFailed as failure:
                answers.append(failure)
        for place, result in zip(places, self._run(readable), strict=True):
            answers[place] = result if isinstance(result, Exception) else self._packed(result)
        return answers

    def _run(self, jobs: list[tuple[Any, ...]]) -> Sequence[Any]:
        if isinstance(self._engine, BatchEngine):
            return self._engine.together(jobs)
        return [self._engine(*args) for args in jobs]

    def _unpacked(self, packed: Packed) -> tuple[Any, ...]:
        try:
            return self._codec.unpack_args(packed)
        except (ValueError, KeyError, TypeError) as error:
            raise EngineFailed(f"{self._name}: arguments of this engine expected, other ones came: {error}") from error

    def _packed(self, result: Any) -> Packed:
        try:
            return self._codec.pack_result(result)
        except (ValueError, KeyError, TypeError) as error:
            raise EngineFailed(f"{self._name}: a result that can travel expected, another came: {error}") from error


def codec_of(name: str, factory: EngineFactory) -> Codec:
    if factory.codec is None:
        raise ValueError(f"{name}: an engine with a codec expected for another process, one without came")
    return factory.codec
