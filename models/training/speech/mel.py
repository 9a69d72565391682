"""Whisper's log-mel frames, on the network's device; to the bit's neighbourhood what faster-whisper computes."""

import torch
from faster_whisper.feature_extractor import FeatureExtractor
from torch import Tensor, nn

WINDOW, HOP = 400, 160


class LogMel(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.filters: Tensor
        self.window: Tensor
        self.register_buffer("filters", torch.from_numpy(FeatureExtractor().mel_filters))
        self.register_buffer("window", torch.hann_window(WINDOW))

    def forward(self, waves: Tensor, *, masked: torch.Generator | None = None) -> Tensor:
        """(batch, samples at 16 kHz) → (batch, 80, samples / 160). `masked`: some bands and times are blotted out."""
        padded = nn.functional.pad(waves, (0, HOP))
        spectrum = torch.stft(padded, WINDOW, HOP, window=self.window, return_complex=True)
        power = spectrum[..., :-1].abs().pow(2)
        logs = (self.filters @ power).clamp_min(1e-10).log10()
        logs = torch.maximum(logs, logs.amax((1, 2), keepdim=True) - 8.0)
        frames = (logs + 4.0) / 4.0
        return frames if masked is None else _masked(frames, masked)


def _masked(frames: Tensor, dice: torch.Generator) -> Tensor:
    """SpecAugment (Park et al. 2019): two blots of up to 15 bands, two of up to 25 frames, at the frames' mean."""
    batch, bands, times = frames.shape
    mean = frames.mean((1, 2), keepdim=True)
    for size, most, axis in ((bands, 15, 1), (times, 25, 2)) * 2:
        width = torch.rand((batch, 1, 1), generator=dice, device=frames.device) * most
        start = torch.rand((batch, 1, 1), generator=dice, device=frames.device) * (size - width)
        place = torch.arange(size, device=frames.device).view((1, size, 1) if axis == 1 else (1, 1, size))
        frames = torch.where((place >= start) & (place < start + width), mean, frames)
    return frames
