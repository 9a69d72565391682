"""A pool process whose engine knows its answer: what is left of a call is the way there and back.

python -m tests.bench.pool_echo --fd 3 --parent 42
"""

import sys
from collections.abc import Mapping
from typing import Any

from models.engines import EngineFactory
from models.inference.child import main
from models.prosody import NOTHING, Prosody
from voice.audio import Pcm
from voice.listening import ListeningCodec
from voice.stt import Recognition, Word

COMMAND = (sys.executable, "-m", "tests.bench.pool_echo")
WORDS = tuple(Word(word, 100 * n, 100 * n + 90, 0.9) for n, word in enumerate(("my", "debit", "card", "is", "missing")))
ANSWER = Recognition(" ".join(word.text for word in WORDS), 0.9, "echo", WORDS)


def echo(pcm: Pcm, language: str) -> tuple[Recognition, Prosody]:
    return ANSWER, NOTHING


def factory(*, forked: bool) -> EngineFactory:
    recipe = {"forked": forked}
    return EngineFactory(lambda: echo, shared=True, holds_gil=forked, codec=ListeningCodec(), recipe=recipe)


def compose(recipes: Mapping[str, Any]) -> dict[str, EngineFactory]:
    return {name: factory(forked=recipe["forked"]) for name, recipe in recipes.items()}


if __name__ == "__main__":
    main(compose)
