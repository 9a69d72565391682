"""What a caller wants: one of the intents of the configuration, with a calibrated confidence, or nothing of ours.

Character and word n-grams, beside them a sentence embedding where its weights are here, and linear heads on both,
fitted from the example sentences in about a second when the service starts (`models/intent_fit.py`).
"""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models import intent_fit, intent_heads
from models.errors import WrongContent
from models.intent_fit import Encoder, HeldOut
from models.intent_gate import Evidence
from models.intent_heads import IntentHeads

__all__ = ["NOTHING", "Encoder", "IntentMatch", "IntentModel", "shipped_background"]

RECIPE = "likeness-3"  # part of the fingerprint: change it when the same examples would give other answers
BACKGROUND = Path(__file__).with_name("data") / "background.txt"
BEST = 3  # intents named in a match

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class IntentMatch:
    """The best intent of one utterance.

    `confidence`: calibrated chance that it is the right one if it is any; `in_scope`: whether it looks like any;
    `margin`: how far the runner-up's confidence lies below; `best`: the first `BEST` with their confidences. `name` is
    None only when not one known word was said.
    """

    name: str | None
    confidence: float
    in_scope: bool
    runner_up: str | None
    margin: float
    best: tuple[tuple[str, float], ...] = ()


NOTHING = IntentMatch(None, 0.0, False, None, 0.0)


@dataclass(frozen=True, slots=True)
class IntentModel:
    """A fitted model: a value that may be shared by all calls."""

    heads: IntentHeads
    fingerprint: str
    encoder: Encoder | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return self.heads.names

    @property
    def how(self) -> str:
        """What judges, for records and `check`."""
        return f"ngrams{f' + {self.encoder.name}' if self.encoder else ''} {self.fingerprint}"

    @property
    def cross_validated(self) -> float:
        return self.heads.cross_validated

    @classmethod
    def fit(
        cls,
        examples: Mapping[str, Sequence[str]],
        out_of_scope: Sequence[str] = (),
        *,
        background: Sequence[str] | None = None,
        encoder: Encoder | None = None,
    ) -> "IntentModel":
        """Fits on `examples` (at least two intents with at least two sentences each).

        `background` joins `out_of_scope`: what people ask of anyone; None is the list that comes with the package.
        Raises `ValueError` naming the intent that has too few, an empty, or another intent's sentence.
        """
        return cls.fit_and_judge(examples, out_of_scope, background=background, encoder=encoder)[0]

    @classmethod
    def fit_and_judge(
        cls,
        examples: Mapping[str, Sequence[str]],
        out_of_scope: Sequence[str] = (),
        *,
        background: Sequence[str] | None = None,
        encoder: Encoder | None = None,
    ) -> tuple["IntentModel", HeldOut]:
        """As `fit`, with what heads that had not seen an example said of it."""
        _checked(examples)
        outside = _outside(examples, out_of_scope, background)
        heads, held_out = intent_fit.fit(examples, outside, encoder)
        return cls(heads, _fingerprint(examples, outside, encoder), encoder), held_out

    @classmethod
    def kept(
        cls,
        path: Path,
        examples: Mapping[str, Sequence[str]],
        out_of_scope: Sequence[str] = (),
        *,
        encoder: Encoder | None = None,
    ) -> "IntentModel":
        """The model saved at `path` where it is of these very examples; else it is fitted, and saved there."""
        _checked(examples)
        outside = _outside(examples, out_of_scope, None)
        wanted = _fingerprint(examples, outside, encoder)
        try:
            heads, fingerprint = intent_heads.load(path)
            if fingerprint == wanted:
                return cls(heads, fingerprint, encoder)
        except FileNotFoundError:
            log.info("%s: no intents kept yet", path)
        except WrongContent as error:
            log.warning("%s; fitting the intents anew", error)
        heads, _ = intent_fit.fit(examples, outside, encoder)
        try:
            intent_heads.save(heads, wanted, path)
        except OSError as error:
            log.warning("the fitted intents could not be kept, so the next start fits them again: %s", error)
        return cls(heads, wanted, encoder)

    def match(self, text: str, *, prior: Mapping[str, float] | None = None) -> IntentMatch:
        """The best intent of `text`. `prior` multiplies the chance of intents that this dialogue state expects."""
        evidence = self._evidence(text)
        if evidence is None:
            return NOTHING
        expected = np.log([max((prior or {}).get(name, 1.0), 1e-6) for name in self.names])
        chances = self.heads.chances(evidence.logits[0], prior=expected)
        order = np.argsort(chances)[::-1][:BEST]
        best = tuple((self.names[at], float(chances[at])) for at in order)
        return IntentMatch(
            name=best[0][0],
            confidence=best[0][1],
            in_scope=bool(self.heads.gate.score(evidence.features())[0] >= 0),
            runner_up=best[1][0],
            margin=best[0][1] - best[1][1],
            best=best,
        )

    def scope_score(self, text: str) -> float:
        """The gate's score: at least 0 means in scope. For measuring the gate."""
        evidence = self._evidence(text)
        return -np.inf if evidence is None else float(self.heads.gate.score(evidence.features())[0])

    def _evidence(self, text: str) -> Evidence | None:
        """None when not one known word was said: then no encoder is asked either, it would answer anything."""
        vector = self.heads.ngrams.vector(text)
        if len(vector[0]) == 0:
            return None
        return self.heads.evidence(vector, None if self.encoder is None else self.encoder.encode([text])[0])


def _checked(examples: Mapping[str, Sequence[str]]) -> None:
    if len(examples) < 2:
        raise ValueError(f"at least two intents expected, got {sorted(examples)}")
    owner: dict[str, str] = {}
    for name, sentences in examples.items():
        if len(sentences) < 2:
            raise ValueError(f"intent {name}: at least two example sentences expected, got {len(sentences)}")
        for sentence in sentences:
            key = plain(sentence)
            if not key:
                raise ValueError(f"intent {name}: an example sentence is empty")
            if owner.setdefault(key, name) != name:
                raise ValueError(f"intents {owner[key]} and {name} share the example sentence {sentence!r}")


def plain(text: str) -> str:
    """What two sentences have alike when they are one sentence."""
    return " ".join(text.casefold().split())


def _outside(
    examples: Mapping[str, Sequence[str]], out_of_scope: Sequence[str], background: Sequence[str] | None
) -> list[str]:
    """Texts of nobody's intent: each once, and none that is an example."""
    inside = {plain(text) for texts in examples.values() for text in texts}
    others = [*out_of_scope, *(shipped_background() if background is None else background)]
    return [text for text in dict.fromkeys(others) if plain(text) not in inside]


def shipped_background() -> tuple[str, ...]:
    """The package's sentences that are no business of any line."""
    lines = BACKGROUND.read_text("utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


def _fingerprint(examples: Mapping[str, Sequence[str]], outside: Sequence[str], encoder: Encoder | None) -> str:
    content: list[object] = [RECIPE, {name: list(texts) for name, texts in examples.items()}, list(outside)]
    content.append(None if encoder is None else encoder.name)
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]
