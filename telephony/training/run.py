"""Fits on a business or a file and judges by examples that were held out."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from models import intent_heads, intent_report
from models.intent import IntentModel
from telephony.assembly.understanding import sentence_encoder
from telephony.settings import Settings
from telephony.training import examples
from telephony.training.examples import Examples, Labelled
from voice.dialogue.business import Business, Hearing
from voice.dialogue.languages import training_examples
from voice.dialogue.load import load_business


@dataclass(frozen=True, slots=True)
class Trained:
    source: str
    examples: Examples
    model: IntentModel
    report: intent_report.Report
    seconds: float


def of_business(settings: Settings) -> Trained:
    """The intents that callers are understood by. Raises `BusinessError`, `ConfigError`."""
    business = load_business(settings.business.folder)
    written = examples.sorted_out(_written(business), outside=frozenset(), source=str(settings.business.folder))
    expanded = Examples(training_examples(business), business.outside, written.notes)
    return _trained(f"{business.name}, {settings.business.folder}", expanded, settings, business.hearing)


def of_file(path: Path, settings: Settings, *, text: str, label: str, outside: Iterable[str]) -> Trained:
    """Raises `ConfigError`."""
    return _trained(str(path), examples.read(path, text=text, label=label, outside=outside), settings, Hearing())


def save(trained: Trained, path: Path) -> None:
    intent_heads.save(trained.model.heads, trained.model.fingerprint, path)


def _written(business: Business) -> list[Labelled]:
    return [
        Labelled(f"intents/{name}.toml, example {number}", text, name)
        for name, intent in business.intents.items()
        for number, text in enumerate(intent.examples, 1)
    ]


def _trained(source: str, found: Examples, settings: Settings, bars: Hearing) -> Trained:
    begun = time.perf_counter()
    encoder = sentence_encoder(settings.service.models_folder)
    model, held_out = IntentModel.fit_and_judge(found.by_intent, found.outside, encoder=encoder)
    report = intent_report.report(
        model.heads,
        held_out,
        accept=bars.accept_confidence,
        confirm=bars.confirm_confidence,
    )
    return Trained(source, found, model, report, time.perf_counter() - begun)
