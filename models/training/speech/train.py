"""Teaches the network: words by the decoder, phones by CTC on the encoder, short clips first, at a falling rate."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from models.training.speech.callers import Clip
from models.training.speech.clips import batches, waves
from models.training.speech.line import Line, through
from models.training.speech.mel import LogMel
from models.training.speech.network import Network
from models.training.speech.phones import Phones
from models.training.speech.tokens import Encoded

IGNORED = -100  # of the targets: torch's own sign for "not counted"


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how fast. `steps` or `minutes`, whichever is over first."""

    steps: int
    minutes: float = 25.0
    batch: int = 16  # 256 on a large GPU
    rate: float = 1.5e-3
    warm_up: int = 100
    short_first: float = 0.15  # share of the steps on clips under 2.1 s: attention is found there first
    short_s: float = 2.1
    phones: float = 0.5  # weight of the phone loss
    silent: float = 0.04  # share of clips replaced by the line's noise alone: "no speech" is to be learned too
    seed: int = 7


@dataclass(frozen=True, slots=True)
class Report:
    step: int
    words: float  # cross entropy a token, mean of the last steps
    phones: float  # CTC a phone
    seconds: float


class Teacher:
    def __init__(self, network: Network, encoded: Encoded, plan: Plan, *, line: Line | None, device: str) -> None:
        """`line` None: as clean as it was spoken (for tests)."""
        self._network = network.to(device)
        self._encoded = encoded
        self._plan = plan
        self._line = line
        self._device = device
        self._mel = LogMel().to(device)
        self._phones = Phones()
        self._dice = torch.Generator(device).manual_seed(plan.seed)
        self._numbers = np.random.default_rng(plan.seed)
        self._optimiser = torch.optim.AdamW(
            network.parameters(), lr=plan.rate, betas=(0.9, 0.98), weight_decay=0.01, fused=device == "cuda"
        )

    def teach(self, clips: Sequence[Clip], tell: Callable[[Report], None], noise: Tensor | None = None) -> None:
        began, plan = time.monotonic(), self._plan
        short = batches(clips, plan.batch, self._numbers, shorter_than_s=plan.short_s)
        every = batches(clips, plan.batch, self._numbers)
        recent: list[tuple[float, float]] = []
        for step in range(plan.steps):
            seconds = time.monotonic() - began
            done = max(step / plan.steps, seconds / (60 * plan.minutes))
            if done >= 1:
                break
            self._set_rate(step, done)
            recent.append(self._step(next(short if done < plan.short_first else every), noise))
            if (step + 1) % 50 == 0 or step + 1 == plan.steps:
                words, phones = np.mean(recent, axis=0)
                tell(Report(step + 1, float(words), float(phones), time.monotonic() - began))
                recent.clear()

    def _set_rate(self, step: int, done: float) -> None:
        rate = self._plan.rate * min(1.0, (step + 1) / self._plan.warm_up) * (1 - done)
        for group in self._optimiser.param_groups:
            group["lr"] = rate

    def _step(self, batch: Sequence[Clip], noise: Tensor | None) -> tuple[float, float]:
        silent = self._numbers.random(len(batch)) < (self._plan.silent if self._line else 0)
        texts = ["" if mute else clip.text for mute, clip in zip(silent, batch, strict=True)]
        heard = torch.from_numpy(waves(batch)).to(self._device)
        heard = heard * torch.from_numpy(~silent).to(self._device)[:, None]
        if self._line is not None:
            heard = through(heard, self._line, self._dice, noise)
        mel = self._mel(heard, masked=self._dice if self._line is not None else None)
        inputs, targets = self._targets(texts)
        self._network.train()
        with torch.autocast(self._device, torch.bfloat16, enabled=self._device == "cuda"):
            words, phones = self._network(mel, inputs)
        word_loss = functional.cross_entropy(words.float().flatten(0, 1), targets.flatten(), ignore_index=IGNORED)
        phone_loss = self._ctc(phones.float(), texts)
        (word_loss + self._plan.phones * phone_loss).backward()
        torch.nn.utils.clip_grad_norm_(self._network.parameters(), 1.0)
        self._optimiser.step()
        self._optimiser.zero_grad()
        return word_loss.item(), phone_loss.item()

    def _targets(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """What goes in, and what comes next; what was given anyway (start, no timestamps) is not counted."""
        rows = [self._encoded.sentence(text) for text in texts]
        longest = max(map(len, rows)) - 1
        inputs = torch.full((len(rows), longest), self._encoded.end)
        targets = torch.full((len(rows), longest), IGNORED)
        for number, (row, text) in enumerate(zip(rows, texts, strict=True)):
            inputs[number, : len(row) - 1] = torch.tensor(row[:-1])
            targets[number, : len(row) - 1] = torch.tensor(row[1:])
            if text:
                targets[number, 0] = IGNORED
        return inputs.to(self._device), targets.to(self._device)

    def _ctc(self, phones: Tensor, texts: Sequence[str]) -> Tensor:
        known = [(row, said) for row, text in enumerate(texts) if text and (said := self._phones.of(text))]
        if not known:
            return phones.sum() * 0
        rows = [row for row, _ in known]
        lengths = torch.tensor([len(said) for _, said in known])
        return functional.ctc_loss(
            phones[rows].log_softmax(2).transpose(0, 1),
            torch.tensor([number for _, said in known for number in said], device=phones.device),
            torch.full((len(rows),), phones.shape[1]),
            lengths,
            zero_infinity=True,
        )
