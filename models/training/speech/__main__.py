"""Trains the small recogniser, in three steps that can each be repeated.

    python -m models.training.speech speak --count 200000 --to clips     sentences by synthetic voices, to disk
    python -m models.training.speech train --clips clips --to build/own  from them and --recordings, on CUDA or CPU
    python -m models.training.speech score --model build/own --clips held-out

`speak` takes 40 ms of a core a sentence. `train` ends after --minutes or --steps, and writes a folder for
faster-whisper with a recipe.json that says what it was made of.
"""

import argparse
import json
import os
from pathlib import Path

import numpy as np
import soundfile
import torch

from models.training.speech import callers, clips
from models.training.speech.export import export
from models.training.speech.line import Line
from models.training.speech.network import SMALL, TOY, Network
from models.training.speech.phones import PHONES
from models.training.speech.phrases import Phrases
from models.training.speech.score import Listener, score, seconds
from models.training.speech.tokens import Encoded, learn
from models.training.speech.train import Plan, Report, Teacher

LICENCES = (
    "sentences: config/intents (Apache-2.0); voices: espeak-ng and flite, run as programs; "
    "recordings: as their owner says"
)


def speak(asked: argparse.Namespace) -> None:
    among = [voice for voice in callers.voices() if voice.held_out == asked.held_out]
    texts = Phrases(asked.intents).many(asked.count, np.random.default_rng(asked.seed))
    said = callers.clips(texts, among=among, seed=asked.seed, workers=asked.workers)
    print(f"{clips.write(said, asked.to)} sentences by {len(among)} voices in {asked.to}")


def train(asked: argparse.Namespace) -> None:
    people = clips.recordings(asked.recordings) if asked.recordings else clips.Recordings([], [])
    spoken = clips.read(asked.clips)
    taught = spoken + people.taught * max(1, asked.people_share * len(spoken) // 100 // max(1, len(people.taught)))
    tokenizer = learn(clip.text for clip in taught)
    dims = TOY if asked.toy else SMALL
    torch.manual_seed(asked.seed)
    encoded = Encoded(tokenizer)
    network = Network(dims, tokens=encoded.size, phones=len(PHONES))
    device = "cuda" if torch.cuda.is_available() else "cpu"
    plan = Plan(steps=asked.steps, minutes=asked.minutes, batch=asked.batch, seed=asked.seed)
    print(f"{len(taught)} clips, {seconds(taught) / 3600:.1f} h, on {device}", flush=True)
    noise = _noise(asked.noise) if asked.noise else None
    done: list[Report] = []
    teacher = Teacher(network, encoded, plan, line=Line(), device=device)

    def tell(report: Report) -> None:
        done.append(report)
        print(report, flush=True)

    teacher.teach(taught, tell, noise)
    network.eval()
    export(network, tokenizer, asked.to)
    recipe = {
        "dims": str(dims), "plan": str(plan), "clips": len(taught), "hours": round(seconds(taught) / 3600, 2),
        "voices": len({clip.voice for clip in taught}), "people": len({clip.voice for clip in people.taught}),
        "last": str(done[-1]) if done else "", "device": device, "licences": LICENCES,
    }  # fmt: skip
    (asked.to / "recipe.json").write_text(json.dumps(recipe, indent=2) + "\n", encoding="utf-8")
    if people.held_out:
        _tell("people never heard in training", score(Listener(asked.to), people.held_out))


def measure(asked: argparse.Namespace) -> None:
    _tell(str(asked.clips), score(Listener(asked.model), clips.read(asked.clips)[: asked.count]))


def _tell(what: str, found: object) -> None:
    print(f"{what}: {found}, word error {getattr(found, 'word_error', float('nan')):.3f}")


def _noise(path: Path) -> torch.Tensor:
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    if rate != callers.RATE:
        raise ValueError(f"{path}: noise at {callers.RATE} Hz expected, got {rate}")
    return torch.from_numpy(samples[:, 0]).to("cuda" if torch.cuda.is_available() else "cpu")


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m models.training.speech", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    steps = parser.add_subparsers(required=True)
    one = steps.add_parser("speak", help="sentences by synthetic voices, to disk")
    one.add_argument("--count", type=int, default=200_000)
    one.add_argument("--to", type=Path, required=True)
    one.add_argument("--intents", type=Path, default=Path("config/intents"))
    one.add_argument("--held-out", action="store_true", help="by the voices that never train")
    one.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    one.set_defaults(do=speak)
    two = steps.add_parser("train", help="the network, and its export")
    two.add_argument("--clips", type=Path, required=True)
    two.add_argument("--recordings", type=Path, help="of people: a list, file<TAB>text<TAB>speaker")
    two.add_argument("--people-share", type=int, default=20, help="per cent of the clips, by repeating them")
    two.add_argument("--noise", type=Path, help="a recording of 16 kHz to draw background from")
    two.add_argument("--to", type=Path, required=True)
    two.add_argument("--minutes", type=float, default=25.0)
    two.add_argument("--steps", type=int, default=1_000_000)
    two.add_argument("--batch", type=int, default=256 if torch.cuda.is_available() else 16)
    two.add_argument("--toy", action="store_true", help="a network for tests")
    two.set_defaults(do=train)
    three = steps.add_parser("score", help="word errors of an exported model")
    three.add_argument("--model", type=Path, required=True)
    three.add_argument("--clips", type=Path, required=True)
    three.add_argument("--count", type=int, default=1000)
    three.set_defaults(do=measure)
    for step in (one, two, three):
        step.add_argument("--seed", type=int, default=7)
    return parser


if __name__ == "__main__":
    chosen = arguments().parse_args()
    chosen.do(chosen)
