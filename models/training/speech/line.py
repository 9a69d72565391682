"""The telephone between caller and recogniser, on the network's device: pace, handset, band, noise, level, mu-law.

Works on whole batches by Fourier transforms, so that a GPU is not kept waiting by its processor.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

RATE = 16_000


@dataclass(frozen=True, slots=True)
class Line:
    """Ranges that each call's line is drawn from."""

    pace: tuple[float, float] = (0.82, 1.22)  # resampling moves pitch and formants too: other throats
    tilt_db: tuple[float, float] = (-6.0, 6.0)  # across the band: handsets and distances
    low_hz: tuple[float, float] = (150.0, 350.0)
    high_hz: tuple[float, float] = (3200.0, 3800.0)
    snr_db: tuple[float, float] = (8.0, 40.0)
    noisy: float = 0.6  # share of calls with noise added
    narrow: float = 0.9  # share over a telephone band; the rest is wide, as from a browser
    companded: float = 0.7  # share through mu-law
    level_db: tuple[float, float] = (-32.0, -12.0)  # RMS


def through(waves: Tensor, line: Line, dice: torch.Generator, noise: Tensor | None = None) -> Tensor:
    """(batch, samples) at 16 kHz → the same, as a carrier delivers it. `noise`: recordings to draw from, 1-d."""
    draw = _Draw(waves, dice)
    waves = _paced(waves, draw.between(line.pace))
    waves = _filtered(waves, line, draw)
    level = waves.pow(2).mean(1, keepdim=True).sqrt().clamp_min(1e-6)
    waves = waves / level * 10 ** (draw.between(line.level_db) / 20)
    waves = _noisy(waves, line, draw, noise)
    companded = _mu_law(waves)
    return torch.where(draw.chance(line.companded), companded, waves).clamp(-1, 1)


class _Draw:
    """One value for each call of the batch."""

    def __init__(self, waves: Tensor, dice: torch.Generator) -> None:
        self._shape, self._device, self._dice = (len(waves), 1), waves.device, dice

    def between(self, bounds: tuple[float, float]) -> Tensor:
        low, high = bounds
        return low + (high - low) * torch.rand(self._shape, generator=self._dice, device=self._device)

    def chance(self, share: float) -> Tensor:
        return torch.rand(self._shape, generator=self._dice, device=self._device) < share


def _paced(waves: Tensor, pace: Tensor) -> Tensor:
    """Each played `pace` times as fast, in the length of the batch: slower ones must fit (see `batches`)."""
    length = waves.shape[1]
    at = torch.arange(length, device=waves.device)[None] * pace
    grid = torch.stack([2 * at / (length - 1) - 1, torch.zeros_like(at)], dim=-1)[:, None]
    return functional.grid_sample(waves[:, None, None], grid, align_corners=True, padding_mode="zeros")[:, 0, 0]


def _filtered(waves: Tensor, line: Line, draw: _Draw) -> Tensor:
    spectrum = torch.fft.rfft(waves)
    hertz = torch.linspace(0, RATE / 2, spectrum.shape[1], device=waves.device)[None]
    octaves = torch.log2(hertz.clamp_min(50) / 1000)
    gain = 10 ** (draw.between(line.tilt_db) * octaves / 3.5 / 20)
    low, high = draw.between(line.low_hz), draw.between(line.high_hz)
    band = torch.sigmoid((hertz - low) / 25) * torch.sigmoid((high - hertz) / 50) * (hertz < RATE / 4)
    gain = gain * torch.where(draw.chance(line.narrow), band, torch.ones_like(band))
    return torch.fft.irfft(spectrum * gain, n=waves.shape[1])


def _noisy(waves: Tensor, line: Line, draw: _Draw, noise: Tensor | None) -> Tensor:
    added = torch.randn(waves.shape, generator=draw._dice, device=waves.device)
    if noise is not None and len(noise) > waves.shape[1]:
        starts = (draw.between((0, len(noise) - waves.shape[1] - 1))).long()
        recorded = noise[starts + torch.arange(waves.shape[1], device=waves.device)[None]]
        recorded = recorded / recorded.pow(2).mean(1, keepdim=True).sqrt().clamp_min(1e-6)
        added = torch.where(draw.chance(0.5), recorded, added)
    power = waves.pow(2).mean(1, keepdim=True).sqrt() * 10 ** (-draw.between(line.snr_db) / 20)
    return torch.where(draw.chance(line.noisy), waves + added * power, waves)


def _mu_law(waves: Tensor) -> Tensor:
    """G.711's companding there and back in 8 bits (the continuous form; the segments differ by less than a step)."""
    code = torch.round(torch.sign(waves) * torch.log1p(255 * waves.abs().clamp(max=1)) / math.log(256) * 127)
    return torch.sign(code) * torch.expm1(code.abs() / 127 * math.log(256)) / 255
