"""Fits how sure the co-pilot is, and prints the weights and thresholds of `telephony/copilot/library.py`.

Run as `python -m tests.quality.copilot.calibrate`. It reads own.toml alone; what is scored on stands in questions.toml.
A question whose article is taken away is one that no article answers, and a near one.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from telephony.assembly.understanding import sentence_encoder
from telephony.copilot.articles import Page
from telephony.copilot.library import Library
from telephony.copilot.vectors import Encoder, Vectors
from telephony.settings import load
from tests.quality.copilot.questions import OWN, ROOT, pages, read

Floats = npt.NDArray[np.floating]
SURE = 0.97  # of what is shown unasked that is right, the near ones counted


class Remembering:
    """An encoder that takes each text once: one article less changes few of them."""

    def __init__(self, own: Encoder) -> None:
        self._own = own
        self._known: dict[str, Vectors] = {}

    @property
    def name(self) -> str:
        return self._own.name

    def encode(self, texts: Sequence[str]) -> Vectors:
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        if missing:
            self._known.update(zip(missing, self._own.encode(missing), strict=True))
        return np.stack([self._known[text] for text in texts])


def main() -> int:
    models = load(ROOT / "config").service.models_folder
    meant = sentence_encoder(Path(sys.argv[1]) if len(sys.argv) > 1 else models)
    report("WORDED", None)
    if meant is not None:
        report("MEANT", Remembering(meant))
    return 0


def report(name: str, encoder: Encoder | None) -> None:
    evidence, right, kind = measured(pages(), encoder)
    weights = fit(evidence, right)
    chance = 1 / (1 + np.exp(-(np.column_stack([evidence, np.ones(len(evidence))]) @ weights)))
    print(name, "near={:.2f}, cover={:.2f}, margin={:.2f}, bias={:.2f}".format(*weights))
    ask = _evenest(chance, right, kind)
    print(f"  {np.mean(right[kind == 'own']):.3f} found first")
    for label, bar in (("ask", ask), ("show", _surest(chance, right))):
        own, near, other = (chance[kind == one] >= bar for one in ("own", "near", "other"))
        print(f"  {label} >= {bar:.2f}: right {np.mean(own & right[kind == 'own']):.3f} of own,", end=" ")
        print(f"said of {1 - near.mean():.3f} near and {1 - other.mean():.3f} other")


def _evenest(chance: Floats, right: npt.NDArray[np.bool_], kind: npt.NDArray[np.str_]) -> float:
    """Where as many of ours are rightly answered as others, near and far alike, are told that none answers."""

    def lesser(bar: float) -> float:
        said = [float((chance[kind == one] < bar).mean()) for one in ("near", "other")]
        return min(float((right & (chance >= bar))[kind == "own"].mean()), sum(said) / 2)

    return max((float(bar) for bar in np.unique(chance)), key=lesser)


def _surest(chance: Floats, right: npt.NDArray[np.bool_]) -> float:
    """The lowest bar above which `SURE` are right."""
    for bar in np.sort(np.unique(chance)):
        if right[chance >= bar].mean() >= SURE:
            return float(bar)
    return 1.0


def measured(
    all_pages: Sequence[Page], encoder: Encoder | None
) -> tuple[Floats, npt.NDArray[np.bool_], npt.NDArray[np.str_]]:
    """Evidence, whether the page found is the right one, and what kind of question: own, near or other."""
    whole = Library(all_pages, encoder)
    without = {page.name: Library([p for p in all_pages if p is not page], encoder) for page in all_pages}
    rows: list[tuple[tuple[float, float, float], bool, str]] = []
    for question in read(OWN):
        found = whole.find(question.text)
        if found is not None:
            kind = "own" if question.article else "other"
            rows.append((found.evidence, found.page.name == question.article, kind))
        if question.article and (near := without[question.article].find(question.text)) is not None:
            rows.append((near.evidence, False, "near"))
    return np.array([row[0] for row in rows]), np.array([row[1] for row in rows]), np.array([row[2] for row in rows])


def fit(evidence: Floats, right: npt.NDArray[np.bool_]) -> Floats:
    """A balanced logistic by gradient descent, over standardised evidence, told in its own units."""
    mean, scale = evidence.mean(0), evidence.std(0)
    rows = np.column_stack([(evidence - mean) / scale, np.ones(len(evidence))])
    share = np.where(right, 0.5 / right.sum(), 0.5 / (~right).sum())
    weights = np.zeros(4)
    for _ in range(5000):
        chance = 1 / (1 + np.exp(-(rows @ weights)))
        weights -= rows.T @ (share * (chance - right)) + 1e-3 * np.array([*weights[:3], 0])
    own = weights[:3] / scale
    return np.array([*own, weights[3] - float(own @ mean)])


if __name__ == "__main__":
    sys.exit(main())
