"""The intents' model of a business: with the sentence encoder where its weights are here, kept from start to start."""

import logging
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from models.encoder import SentenceEncoder
from models.errors import WeightsMissing, WrongContent
from models.files import read_manifest, require
from models.intent import Encoder, IntentModel
from telephony.assembly.engines import SENTENCES
from voice.dialogue.business import Business
from voice.dialogue.languages import training_examples

log = logging.getLogger(__name__)

KEPT = "intents.npz"  # in the records' folder
Examples = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class _Wanted:
    examples: Examples
    outside: tuple[str, ...]
    encoder: Encoder | None
    kept: Path | None = field(compare=False)


def intents_of(business: Business, *, encoder: Encoder | None = None, kept: Path | None = None) -> IntentModel:
    """`kept`: a file that holds the fitted model from one start to the next."""
    examples = training_examples(business)
    texts = tuple((name, tuple(texts)) for name, texts in examples.items())
    return _fitted(_Wanted(texts, tuple(business.outside), encoder, kept))


@lru_cache(maxsize=2)
def _fitted(wanted: _Wanted) -> IntentModel:
    """Fitting takes seconds, so the same examples are fitted once a process, and once a folder of records."""
    if wanted.kept is None:
        return IntentModel.fit(dict(wanted.examples), wanted.outside, encoder=wanted.encoder)
    return IntentModel.kept(wanted.kept, dict(wanted.examples), wanted.outside, encoder=wanted.encoder)


@lru_cache(maxsize=1)
def sentence_encoder(models_folder: Path) -> Encoder | None:
    """The encoder whose weights lie there, or None: then intents are judged by n-grams alone."""
    try:
        return SentenceEncoder(require(models_folder, read_manifest().model(SENTENCES)))
    except WeightsMissing:
        return None
    except WrongContent as error:  # the telephone is answered all the same
        log.warning("intents are judged by n-grams alone: %s", error)
        return None
