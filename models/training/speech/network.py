"""Whisper's network, small: an encoder over log-mel frames and a decoder over tokens, with a phone head for training.

As published (Radford et al. 2022, arXiv 2212.04356): two convolutions, sinusoidal positions in the encoder, learned
ones in the decoder, pre-norm blocks, tied embeddings.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

MELS = 80
SOURCE_POSITIONS = 1500  # of 20 ms: 30 s; fewer, and faster-whisper's own call refuses the model
TARGET_POSITIONS = 448


@dataclass(frozen=True, slots=True)
class Dims:
    width: int
    heads: int
    encoder_layers: int
    decoder_layers: int

    def __post_init__(self) -> None:
        if self.width % self.heads or (self.width // self.heads) % 8:
            raise ValueError(f"heads of a multiple of 8 expected, got width {self.width} over {self.heads}")


TOY = Dims(width=64, heads=1, encoder_layers=1, decoder_layers=1)  # for tests: learns four sentences by heart
SMALL = Dims(width=320, heads=5, encoder_layers=4, decoder_layers=3)  # 12.5 M weights, about 13 MB in int8


class Attention(nn.Module):
    def __init__(self, dims: Dims) -> None:
        super().__init__()
        self.heads = dims.heads
        self.query = nn.Linear(dims.width, dims.width)
        self.key = nn.Linear(dims.width, dims.width, bias=False)  # a key's bias would cancel in the softmax
        self.value = nn.Linear(dims.width, dims.width)
        self.out = nn.Linear(dims.width, dims.width)

    def forward(self, x: Tensor, over: Tensor, *, hidden: Tensor | None = None, causal: bool = False) -> Tensor:
        """`over`: what is attended to; `hidden`: (batch, positions of `over`), True where there is nothing."""
        query, key, value = (self._split(part) for part in (self.query(x), self.key(over), self.value(over)))
        mask = None if hidden is None else ~hidden[:, None, None, :]
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask, is_causal=causal)
        return self.out(mixed.transpose(1, 2).flatten(2))

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(2, (self.heads, -1)).transpose(1, 2)


class Block(nn.Module):
    def __init__(self, dims: Dims, *, crossed: bool) -> None:
        super().__init__()
        self.attention_norm, self.attention = nn.LayerNorm(dims.width), Attention(dims)
        self.crossed_norm = nn.LayerNorm(dims.width) if crossed else None
        self.crossed = Attention(dims) if crossed else None
        self.ffn_norm = nn.LayerNorm(dims.width)
        self.ffn_in, self.ffn_out = nn.Linear(dims.width, 4 * dims.width), nn.Linear(4 * dims.width, dims.width)

    def forward(
        self, x: Tensor, heard: Tensor | None = None, *, hidden: Tensor | None = None, causal: bool = False
    ) -> Tensor:
        normed = self.attention_norm(x)
        x = x + self.attention(normed, normed, hidden=None if causal else hidden, causal=causal)
        if self.crossed is not None and self.crossed_norm is not None and heard is not None:
            x = x + self.crossed(self.crossed_norm(x), heard, hidden=hidden)
        return x + self.ffn_out(functional.gelu(self.ffn_in(self.ffn_norm(x))))


class Encoder(nn.Module):
    def __init__(self, dims: Dims) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(MELS, dims.width, 3, padding=1)
        self.conv2 = nn.Conv1d(dims.width, dims.width, 3, stride=2, padding=1)
        self.positions: Tensor
        self.register_buffer("positions", torch.from_numpy(sinusoids(SOURCE_POSITIONS, dims.width)))
        self.layers = nn.ModuleList(Block(dims, crossed=False) for _ in range(dims.encoder_layers))
        self.norm = nn.LayerNorm(dims.width)

    def forward(self, mel: Tensor) -> Tensor:
        """`mel`: (batch, 80, frames of 10 ms) → (batch, frames / 2, width)."""
        x = functional.gelu(self.conv2(functional.gelu(self.conv1(mel)))).transpose(1, 2)
        x = x + self.positions[: x.shape[1]]
        for layer in self.layers:
            x = layer(x)
        return self.norm(x)


class Decoder(nn.Module):
    def __init__(self, dims: Dims, tokens: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(tokens, dims.width)
        self.positions = nn.Parameter(torch.zeros(TARGET_POSITIONS, dims.width))
        self.layers = nn.ModuleList(Block(dims, crossed=True) for _ in range(dims.decoder_layers))
        self.norm = nn.LayerNorm(dims.width)
        nn.init.normal_(self.embedding.weight, std=0.02)
        nn.init.normal_(self.positions, std=0.01)

    def forward(self, tokens: Tensor, heard: Tensor) -> Tensor:
        """(batch, n) tokens → (batch, n, vocabulary) logits of each next one."""
        x = self.embedding(tokens) + self.positions[: tokens.shape[1]]
        for layer in self.layers:
            x = layer(x, heard, causal=True)
        return self.norm(x) @ self.embedding.weight.T


class Network(nn.Module):
    def __init__(self, dims: Dims, *, tokens: int, phones: int) -> None:
        super().__init__()
        self.dims = dims
        self.encoder = Encoder(dims)
        self.decoder = Decoder(dims, tokens)
        self.phones = nn.Linear(dims.width, phones + 1)  # CTC over phones, 0 is its blank; left out of the export

    def forward(self, mel: Tensor, tokens: Tensor) -> tuple[Tensor, Tensor]:
        heard = self.encoder(mel)
        return self.decoder(tokens, heard), self.phones(heard)


def sinusoids(length: int, width: int) -> np.ndarray:
    """Whisper's: sines in the first half of a vector, cosines in the second, wave lengths from 2π to 20,000π."""
    scales = np.exp(-np.log(10_000) / (width // 2 - 1) * np.arange(width // 2))
    angles = np.arange(length)[:, None] * scales[None]
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype(np.float32)
