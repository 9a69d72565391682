"""The vocabulary: byte pairs learned from the phrases, then Whisper's special tokens as its readers expect them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

TIMESTAMPS = 1501  # <|0.00|> to <|30.00|>
END, START, PREVIOUS, SILENT, PLAIN = (
    "<|endoftext|>", "<|startoftranscript|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>",
)  # fmt: skip
SPECIAL = (END, START, "<|translate|>", "<|transcribe|>", "<|startoflm|>", PREVIOUS, SILENT, PLAIN)


def learn(texts: Iterable[str], *, words: int = 640) -> Tokenizer:
    """A byte-level tokenizer of at most `words` pieces, with the special tokens and timestamps behind them."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(vocab_size=words, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator((" " + text for text in texts), trainer)
    stamps = [f"<|{number * 0.02:.2f}|>" for number in range(TIMESTAMPS)]
    tokenizer.add_special_tokens([AddedToken(name, special=True, normalized=False) for name in (*SPECIAL, *stamps)])
    return tokenizer


def vocabulary(tokenizer: Tokenizer) -> list[str]:
    """All tokens in the order of their ids."""
    ids = tokenizer.get_vocab(with_added_tokens=True)
    return sorted(ids, key=ids.__getitem__)


class Encoded:
    """Sentences as the decoder is taught them: start, no timestamps, the words, end."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self.size = tokenizer.get_vocab_size(with_added_tokens=True)
        self._prompt = [self.id(START), self.id(PLAIN)]
        self.end = self.id(END)
        self.silent = self.id(SILENT)

    def id(self, token: str) -> int:
        number = self._tokenizer.token_to_id(token)
        if number is None:
            raise ValueError(f"a token of this vocabulary expected, got {token!r}")
        return number

    def sentence(self, text: str) -> Sequence[int]:
        """No words at all: the token that says so comes right after the start, as Whisper was taught."""
        if not text:
            return [self._prompt[0], self.silent, self.end]
        return [*self._prompt, *self._tokenizer.encode(" " + text, add_special_tokens=False).ids, self.end]


def save(tokenizer: Tokenizer, folder: Path) -> None:
    tokenizer.save(str(folder / "tokenizer.json"))
