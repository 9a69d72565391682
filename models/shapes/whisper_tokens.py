"""A tokenizer laid out as Whisper's: 256 bytes, merged pieces, fillers, then the special tokens in their order.

The pieces are learnt from English sentences that lie here, so that a hint of known words costs about as many tokens as
with the real tokenizer; the rest are made-up words, so that a random model's text looks like words.
"""

from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from models.shapes.whisper_sizes import SPECIAL

_SENTENCES = Path(__file__).parents[1] / "data" / "background.txt"
_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"


def write_tokenizer(path: Path, words: int) -> list[str]:
    """Writes `path` and gives the whole vocabulary in the order of its ids."""
    tokens, merges = _pieces(words)
    tokenizer = Tokenizer(models.BPE(vocab={token: number for number, token in enumerate(tokens)}, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in SPECIAL])
    tokenizer.save(str(path))
    return [*tokens, *SPECIAL]


def _pieces(words: int) -> tuple[list[str], list[tuple[str, str]]]:
    """`words` tokens: bytes first, then what the sentences teach, then fillers; and the merges that lead to them."""
    learner = Tokenizer(models.BPE())
    learner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=words, min_frequency=2, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    learner.train_from_iterator(_sentences(), trainer)
    learnt = learner.get_vocab()
    tokens = sorted(learnt, key=lambda token: learnt[token])
    fillers = (filler for number in range(2 * words) if (filler := f"Ġ{_made_up(number)}") not in learnt)
    tokens += [next(fillers) for _ in range(words - len(tokens))]
    return tokens, _merges(tokens[: len(learnt)])


def _sentences() -> list[str]:
    lines = _SENTENCES.read_text(encoding="utf-8").splitlines()
    return [f" {line}" for line in lines if line and not line.startswith("#")]


def _merges(learnt: list[str]) -> list[tuple[str, str]]:
    """Each learnt piece from two earlier ones. The trainer does not tell which; any such pair leads to the piece."""
    number = {token: at for at, token in enumerate(learnt)}
    merges = []
    for token in learnt:
        pairs = [(token[:cut], token[cut:]) for cut in range(1, len(token))]
        known = [pair for pair in pairs if pair[0] in number and pair[1] in number]
        if known:
            merges.append(min(known, key=lambda pair: max(number[pair[0]], number[pair[1]])))
    return merges


def _made_up(number: int) -> str:
    """A word of syllables, another one for every number."""
    syllables = len(_CONSONANTS) * len(_VOWELS)
    word = ""
    for _ in range(3):
        number, syllable = divmod(number, syllables)
        word += _CONSONANTS[syllable // len(_VOWELS)] + _VOWELS[syllable % len(_VOWELS)]
    return word
