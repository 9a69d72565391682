"""What the recogniser without a download reads: each state's language model, and one dictionary of all their words.

They take seconds to write, so the last ones are kept: whoever opens the same states again finds them. A folder goes
when nobody reads it any more, at the latest with the process.
"""

import logging
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import pocketsphinx as engine

from models import scratch, service_language
from models.service_language import ServiceLanguage
from voice.errors import EngineUnavailable
from voice.stt import ANYTHING, YES_OR_NO, Languages, open_language, short_answers
from voice.stt.language_model import arpa, as_said, estimated, number_length, places, pronounceable, words_of
from voice.stt.pronounce import dictionary_text, pronunciations

log = logging.getLogger(__name__)

NAME = "pocketsphinx"
KEPT = 2  # businesses of one process: its own, and one that is tried beside it


@dataclass(frozen=True, slots=True)
class Models:
    """Files that all decoders read; the folder goes when the last of them has gone."""

    folder: tempfile.TemporaryDirectory[str]
    dictionary: Path
    languages: Mapping[str, Path]  # states that expect the same share a file, and a decoder's search
    open: Mapping[str, Path]  # of the states that expect anything: with that
    yes_or_no: Mapping[str, Path]  # of the states that asked for it: the plain answers and their competitors


def compiled(languages: Languages) -> Models:
    """Raises EngineUnavailable for a state without a sentence that can be spoken."""
    return _compiled(tuple((name, tuple(wanted)) for name, wanted in sorted(languages.items())))


@lru_cache(maxsize=KEPT)
def _compiled(states: tuple[tuple[str, tuple[str, ...]], ...]) -> Models:
    languages = dict(states)
    said = {name: [one for one in wanted if one not in (ANYTHING, YES_OR_NO)] for name, wanted in languages.items()}
    sentences = {name: _sayable(name, wanted) for name, wanted in said.items()}
    open_states = frozenset(name for name, wanted in languages.items() if ANYTHING in wanted)
    asked = frozenset(name for name, wanted in languages.items() if YES_OR_NO in wanted)
    people = service_language.shipped() if open_states or asked else None
    short = {name: list(short_answers.sentences(sentences[name], people)) for name in asked} if people else {}
    words = {
        one
        for wordings in sentences.values()
        for words in wordings
        for word in words
        for place in places(word)
        for one in place
    }
    words.update(people.said() if people else ())
    known = Path(engine.get_model_path("en-us/cmudict-en-us.dict"))
    said_as, guessed = pronunciations({as_said(word) for word in words}, dictionary=known)
    spoken = {word: said_as[as_said(word)] for word in words}
    if guessed:
        log.warning("%s: not in the dictionary, sound guessed from spelling: %s", NAME, ", ".join(guessed))
    folder = scratch.folder(NAME)
    dictionary = Path(folder.name, "words.dict")
    dictionary.write_text(dictionary_text(spoken), encoding="utf-8")
    wide = {name: said for name, said in sentences.items() if name in open_states}
    return Models(
        folder,
        dictionary,
        _written(sentences, arpa, Path(folder.name), "expected"),
        _written(wide, partial(_mixed, people), Path(folder.name), "anything") if people else {},
        _written(short, arpa, Path(folder.name), "yes-or-no"),
    )


def _mixed(people: ServiceLanguage, said: Sequence[Sequence[str]]) -> str:
    return open_language.mixed(estimated(said), people)


def _written(
    sentences: Mapping[str, list[list[str]]], text: Callable[[list[list[str]]], str], folder: Path, kind: str
) -> dict[str, Path]:
    """State → its model's file; states that expect the same share one, and a decoder's search."""
    files: dict[str, Path] = {}
    paths: dict[str, Path] = {}
    for name, said in sentences.items():
        alike = repr(said)
        if alike not in files:
            files[alike] = folder / f"{kind}-{len(files)}.arpa"
            files[alike].write_text(text(said), encoding="utf-8")
        paths[name] = files[alike]
    return paths


def _sayable(language: str, wanted: Sequence[str]) -> list[list[str]]:
    """The state's sentences as words; one with a figure or a foreign letter is left out, with a warning."""
    sayable: list[list[str]] = []
    for sentence in wanted:
        words = words_of(sentence)
        if words and all(pronounceable(word) or number_length(word) for word in words):
            sayable.append(words)
        else:
            log.warning("%s: state %r, sentence left out, it has no words to say: %r", NAME, language, sentence)
    if not sayable:
        raise EngineUnavailable(f"{NAME}: state {language!r} expects no sentence that can be spoken, got {wanted!r}")
    return sayable
