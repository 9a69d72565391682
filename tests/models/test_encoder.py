"""A sentence encoder in BERT's shape with small random weights: written for CTranslate2, opened, right in its sums."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from models.encoder import SentenceEncoder
from models.encoder_weights import converted, read_safetensors
from models.errors import WeightsMissing, WrongContent

WIDTH, INNER, HEADS, LAYERS, POSITIONS = 64, 128, 4, 2, 40
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "check", "my", "balance", "card", "lost", "i", "##s"]


def arrays() -> dict[str, np.ndarray]:
    dice = np.random.default_rng(3)

    def some(*shape: int) -> np.ndarray:
        return dice.standard_normal(shape).astype(np.float32) / np.float32(np.sqrt(shape[-1]))

    found = {
        "embeddings.word_embeddings.weight": some(len(WORDS), WIDTH),
        "embeddings.token_type_embeddings.weight": some(2, WIDTH),
        "embeddings.position_embeddings.weight": some(POSITIONS, WIDTH),
        "embeddings.LayerNorm.weight": 1 + some(WIDTH),
        "embeddings.LayerNorm.bias": some(WIDTH),
    }
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}"
        linears = {
            "attention.self.query": (WIDTH, WIDTH), "attention.self.key": (WIDTH, WIDTH),
            "attention.self.value": (WIDTH, WIDTH), "attention.output.dense": (WIDTH, WIDTH),
            "intermediate.dense": (INNER, WIDTH), "output.dense": (WIDTH, INNER),
        }  # fmt: skip
        for part, shape in linears.items():
            found[f"{name}.{part}.weight"], found[f"{name}.{part}.bias"] = some(*shape), some(shape[0])
        for part in ("attention.output.LayerNorm", "output.LayerNorm"):
            found[f"{name}.{part}.weight"], found[f"{name}.{part}.bias"] = 1 + some(WIDTH), some(WIDTH)
    return found


def write_safetensors(path: Path, table: dict[str, np.ndarray]) -> None:
    header, at = {"__metadata__": {"format": "pt"}}, 0
    for name, array in table.items():
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [at, at + array.nbytes]}
        at += array.nbytes
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(array.tobytes() for array in table.values()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_safetensors(tmp_path / "model.safetensors", arrays())
    config = {
        "model_type": "bert", "hidden_act": "gelu", "num_hidden_layers": LAYERS, "num_attention_heads": HEADS,
        "layer_norm_eps": 1e-12,
    }  # fmt: skip
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    tokenizer = Tokenizer(WordPiece({word: at for at, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = Lowercase(), Whitespace()
    tokenizer.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    tokenizer.enable_padding(length=32)  # as the published one; it must not enter the mean
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    return tmp_path


def by_hand(ids: list[int]) -> np.ndarray:
    """BERT as its paper has it, in plain numpy."""
    table = arrays()

    def norm(rows: np.ndarray, name: str) -> np.ndarray:
        rows = rows - rows.mean(axis=1, keepdims=True)
        return rows / np.sqrt((rows**2).mean(axis=1, keepdims=True)) * table[f"{name}.weight"] + table[f"{name}.bias"]

    def linear(rows: np.ndarray, name: str) -> np.ndarray:
        return rows @ table[f"{name}.weight"].T + table[f"{name}.bias"]

    def heads(rows: np.ndarray) -> np.ndarray:
        return rows.reshape(len(ids), HEADS, -1).transpose(1, 0, 2)

    rows = table["embeddings.word_embeddings.weight"][ids] + table["embeddings.token_type_embeddings.weight"][0]
    rows = norm(rows + table["embeddings.position_embeddings.weight"][: len(ids)], "embeddings.LayerNorm")
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}"
        asked, known, said = (heads(linear(rows, f"{name}.attention.self.{p}")) for p in ("query", "key", "value"))
        scores = np.exp(asked @ known.transpose(0, 2, 1) / np.sqrt(WIDTH / HEADS))
        mixed = (scores / scores.sum(axis=2, keepdims=True) @ said).transpose(1, 0, 2).reshape(len(ids), WIDTH)
        attended = linear(mixed, f"{name}.attention.output.dense")
        rows = norm(rows + attended, f"{name}.attention.output.LayerNorm")
        inner = linear(rows, f"{name}.intermediate.dense")
        inner = inner / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (inner + 0.044715 * inner**3)))  # GELU within .001
        rows = norm(rows + linear(inner, f"{name}.output.dense"), f"{name}.output.LayerNorm")
    mean = rows.mean(axis=0)
    return mean / np.linalg.norm(mean)


def test_a_sentence_is_what_the_paper_says_up_to_eight_bits(folder: Path) -> None:
    found = SentenceEncoder(folder).encode(["I lost my card"])[0]

    assert float(found @ by_hand([2, 9, 8, 5, 7, 3])) > 0.99


def test_neither_padding_nor_neighbours_change_a_sentence(folder: Path) -> None:
    encoder = SentenceEncoder(folder)
    texts = ["check my balance", "i lost my card my card my card", "card"]
    together = encoder.encode(texts)

    assert together.shape == (3, WIDTH)
    for text, row in zip(texts, together, strict=True):
        assert np.allclose(encoder.encode([text])[0], row, atol=1e-5)
        assert np.isclose(np.linalg.norm(row), 1)


def test_endless_and_empty_texts_are_borne(folder: Path) -> None:
    config = SentenceEncoder(folder)

    assert np.isfinite(config.encode([""])).all()
    assert config.encode([]).shape[0] == 0


def test_the_model_is_written_once_and_nothing_half_made_stays(folder: Path) -> None:
    first = converted(folder)
    made = (first / "model.bin").stat().st_mtime_ns

    assert converted(folder) == first
    assert (first / "model.bin").stat().st_mtime_ns == made
    assert [path.name for path in folder.iterdir() if path.is_dir()] == [first.name]


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()

    with pytest.raises(WeightsMissing, match=r"tokenizer\.json"):
        converted(folder)


@pytest.mark.parametrize(
    "content", [b"", b"\x00" * 7, struct.pack("<Q", 2**60) + b"{}", struct.pack("<Q", 4) + b"oops"]
)
def test_a_file_that_is_no_safetensors_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)

    with pytest.raises(WrongContent, match="safetensors"):
        read_safetensors(tmp_path / "x")


def test_numbers_beyond_the_end_of_the_file_are_not_read(tmp_path: Path) -> None:
    write_safetensors(tmp_path / "x", {"a": np.zeros(8, np.float32)})
    whole = (tmp_path / "x").read_bytes()
    (tmp_path / "x").write_bytes(whole[:-4])

    with pytest.raises(WrongContent, match="safetensors"):
        read_safetensors(tmp_path / "x")


def test_a_missing_array_is_named(folder: Path) -> None:
    table = arrays()
    del table["encoder.layer.1.output.dense.bias"]
    write_safetensors(folder / "model.safetensors", table)

    with pytest.raises(WrongContent, match=r"encoder\.layer\.1\.output\.dense\.bias"):
        converted(folder)
