"""Makes `models/data/service_language.npz`: `python -m models.training.service_language --data DIR` (half a minute).

DIR holds `intents-multidogo` (CDLA-Permissive-1.0), `intents-banking77` (CC BY 4.0), `intents-clinc150` (CC BY 3.0) and
`emotion-text-goemotions` (CC BY 4.0). With `service_sentences.txt` beside this file they say how people talk to a
service line and when they are upset. Only sentences whose every word stands in the recogniser's dictionary count.
"""

import argparse
import csv
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path

import pocketsphinx

from models.service_language import END, SHIPPED, START, Gram, packed, save

OWN = Path(__file__).with_name("service_sentences.txt")
# How much a sentence of each counts; those nearest to a telephone line's business most. Chosen by perplexity on tuning
# callers' lines (tests/quality/calls): 115 to 125 a word with all, 133 to 139 without what is not about service.
WEIGHTS = {
    "finance": 1.0, "insurance": 1.0, "media": 0.3, "software": 0.3, "airline": 0.2, "banking": 1.0, "clinc": 0.4,
    "comments": 0.2, "upset": 0.3,
}  # fmt: skip
OWN_WEIGHT, OWN_EXPANDED = 40.0, 40  # of a line of our own page, and how many of its wordings are drawn
LONGEST = 25  # words; what is longer was written, not said
LEAST_WORD = 4.0  # weight of a word that is kept: 3,900 are
LEAST = {2: 0.3, 3: 0.5}  # weight of a pair and of a triple
DISCOUNT = 0.6  # of a gram's weight up to 1, kept for what was not seen; flat from 0.5 to 0.7
UPSET = frozenset({
    "anger", "annoyance", "disappointment", "disapproval", "grief", "sadness", "fear", "remorse", "confusion",
    "nervousness",
})  # fmt: skip
NEVER = re.compile(
    r"fuck|shit|bitch|asshole|cunt|cock|dick|nigg|fag|whore|slut|porn|rape|retard|penis|vagina|^ass$|^sex"
)
"""What is not to stand in a transcript by mistake: these words sound like many others."""

_SPELT = {
    "i'm": "im", "don't": "dont", "can't": "cant", "didn't": "didnt", "doesn't": "doesnt", "won't": "wont",
    "isn't": "isnt", "i've": "ive", "what's": "whats", "that's": "thats", "haven't": "havent", "couldn't": "couldnt",
    "wasn't": "wasnt", "a t m": "atm", "i d": "id", "you": "u", "your": "ur", "please": "pls plz", "okay": "ok",
    "hi": "hii", "thanks": "thx", "account": "acct", "i'll": "ill", "you're": "youre", "there's": "theres",
    "wouldn't": "wouldnt", "hasn't": "hasnt", "aren't": "arent", "shouldn't": "shouldnt", "let's": "lets",
    "s s n": "ssn", "mister": "mr",
}  # fmt: skip
SAID = {written: said for said, spellings in _SPELT.items() for written in spellings.split()}
_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_CHOICE = re.compile(r"\(([^()]*\|[^()]*)\)")

Sentence = tuple[str, ...]
Weighed = dict[Sentence, float]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m models.training.service_language")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--to", type=Path, default=SHIPPED)
    asked = parser.parse_args()
    known = dictionary()
    probability, backoff = estimated(sentences(asked.data, known))
    save(asked.to, packed(probability, backoff))
    sizes = Counter(len(gram) for gram in probability)
    print(json.dumps({"words": sizes[1], "pairs": sizes[2], "triples": sizes[3], "bytes": asked.to.stat().st_size}))


def dictionary() -> frozenset[str]:
    lines = Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict")).read_text(encoding="utf-8").splitlines()
    return frozenset(line.split()[0].partition("(")[0] for line in lines)


def sentences(data: Path, known: frozenset[str]) -> Weighed:
    """Each sentence with its weight. One that many wrote ("okay") counts by the root of how many."""
    found: defaultdict[Sentence, float] = defaultdict(float)
    for name, texts in sources(data):
        often = Counter(said for text in texts for said in spoken(text) if len(said) <= LONGEST)
        for said, count in often.items():
            if all(word in known and not NEVER.search(word) for word in said):
                found[said] += WEIGHTS[name] * count**0.5
    own = dict(own_sentences())
    weight: defaultdict[str, float] = defaultdict(float)
    for said, counts in found.items():
        for word in said:
            weight[word] += counts
    kept = {word for word, counts in weight.items() if counts >= LEAST_WORD} | {word for said in own for word in said}
    chosen = {said: counts for said, counts in found.items() if kept.issuperset(said)}
    for said, counts in own.items():
        chosen[said] = chosen.get(said, 0.0) + counts
    return chosen


def sources(data: Path) -> Iterator[tuple[str, Iterable[str]]]:
    for domain in ("finance", "insurance", "media", "software", "airline"):
        path = data / "intents-multidogo" / f"{domain}-train.tsv"
        yield domain, [row["utterance"] or "" for row in csv.DictReader(path.open(encoding="utf-8"), delimiter="\t")]
    with (data / "intents-banking77" / "train.csv").open(encoding="utf-8") as lines:
        yield "banking", [row["text"] for row in csv.DictReader(lines)]
    clinc = json.loads((data / "intents-clinc150" / "train_val.json").read_text(encoding="utf-8"))
    yield "clinc", [text for part in ("train", "val", "oos_train", "oos_val") for text, _ in clinc.get(part, ())]
    folder = data / "emotion-text-goemotions"
    labels = (folder / "labels.txt").read_text(encoding="utf-8").split()
    rows = [line.split("\t") for line in (folder / "train.tsv").read_text(encoding="utf-8").splitlines()]
    upset = {str(at) for at, label in enumerate(labels) if label in UPSET}
    yield "comments", [row[0] for row in rows]
    yield "upset", [row[0] for row in rows if upset & set(row[1].split(","))]


def spoken(text: str) -> Iterator[Sentence]:
    """The sentences of a written text as words one says; one with a long number is left out."""
    plain = text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").replace("-", " ").replace("$", "")
    for part in re.split(r"[.!?;:,\n]+\s+|\n", plain):
        words = [one for one in (word.strip("'") for word in re.findall(r"[a-z0-9']+", part)) if one]
        said = [in_words(int(word)) if word.isdigit() else SAID.get(word, word) for word in words]
        if said and all(said):
            yield tuple(" ".join(said).split())


def in_words(number: int) -> str:
    """ "" for what is said in many ways."""
    if number < len(_ONES):
        return _ONES[number]
    if number < 100:
        return _TENS[number // 10] + (f" {_ONES[number % 10]}" if number % 10 else "")
    if number < 1000:
        return f"{_ONES[number // 100]} hundred" + (f" {in_words(number % 100)}" if number % 100 else "")
    return f"{_ONES[number // 1000]} thousand" if number < 10_000 and number % 1000 == 0 else ""


def own_sentences() -> Iterator[tuple[Sentence, float]]:
    """Wordings of each line of the page; a line counts the same however many it has."""
    dice = random.Random(3)
    for line in OWN.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            wordings = expanded(line, dice)
            yield from ((tuple(wording.split()), OWN_WEIGHT / len(wordings)) for wording in wordings)


def expanded(line: str, dice: random.Random) -> list[str]:
    parts = _CHOICE.split(line)  # text, choice, text, choice, ...
    options = [part.split("|") if at % 2 else [part] for at, part in enumerate(parts)]
    count = 1
    for option in options:
        count *= len(option)
    if count <= OWN_EXPANDED:
        rows: Iterable[Sequence[str]] = product(*options)
    else:
        rows = zip(*(drawn(option, dice) for option in options), strict=True)
    return sorted({" ".join("".join(row).split()) for row in rows})


def drawn(option: list[str], dice: random.Random) -> list[str]:
    """As many as are wanted, each equally often."""
    column: list[str] = []
    while len(column) < OWN_EXPANDED:
        column += dice.sample(option, len(option))
    return column[:OWN_EXPANDED]


def estimated(said: Mapping[Sentence, float]) -> tuple[dict[Gram, float], dict[Gram, float]]:
    """Probability of each gram that is kept, and what each history leaves to its shorter one."""
    counts: list[defaultdict[Gram, float]] = [defaultdict(float) for _ in range(3)]
    for sentence, weight in said.items():
        marked = (START, *sentence, END)
        for n in range(3):
            for at in range(len(marked) - n):
                counts[n][marked[at : at + n + 1]] += weight
    every = sum(weight for gram, weight in counts[0].items() if gram != (START,))
    probability = {gram: weight / every for gram, weight in counts[0].items() if gram != (START,)}
    backoff: dict[Gram, float] = {}
    for n in (1, 2):
        followers: defaultdict[Gram, list[tuple[Gram, float]]] = defaultdict(list)
        for gram, weight in counts[n].items():
            followers[gram[:-1]].append((gram, weight))
        for history, found in followers.items():
            kept = [one for one in found if one[1] >= LEAST[n + 1] and (n == 1 or history in probability)]
            if kept:
                _discounted(history, kept, sum(weight for _, weight in found), probability, backoff)
    return probability, backoff


def _discounted(
    history: Gram,
    kept: Sequence[tuple[Gram, float]],
    every: float,
    probability: dict[Gram, float],
    backoff: dict[Gram, float],
) -> None:
    spared, covered = 0.0, 0.0
    for gram, weight in kept:
        taken = DISCOUNT * min(weight, 1.0)
        probability[gram] = (weight - taken) / every
        spared += weight - taken
        covered += probability.get(gram[1:], 0.0)
    backoff[history] = (1.0 - spared / every) / max(1e-6, 1.0 - covered)


if __name__ == "__main__":
    main()
