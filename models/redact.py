"""Takes card, account, identity and secret numbers out of text, however they are said, before anyone keeps it.

Spoken digits are read first ("four two double oh ..."), so words, numerals and mixtures meet the same rules. When in
doubt a long number goes: ordinary amounts, dates, times and quantities stay.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from models.slots.amounts import amounts
from models.slots.check_digit import luhn
from models.slots.dates import days
from models.slots.digits import runs
from models.slots.numbers import Token, cardinal, tokens

NUMBER, CODE, EMAIL = "[number]", "[code]", "[e-mail]"
MASKS = (NUMBER, CODE, EMAIL, "[card ending ")
"""What stands where something was taken out; of a card its last four digits follow."""
LONG = 6  # digits: member, account, telephone and identity numbers have at least as many, years and postcodes fewer
_CARD_LENGTHS = range(13, 20)  # ISO/IEC 7812-1 with the networks' shortest
_JOINED = 12  # digits that several runs must have together before the words between them go too
_ACROSS_TURNS = 9  # digits; two times of day in a row have 8
_ANY_DAY = date(2024, 1, 1)  # only the words of a date matter here, not which day it is

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SPOKEN_EMAIL = re.compile(
    r"\b\w+(?: (?:dot|underscore|dash|hyphen) \w+)* at \w+(?: dot (?:com|org|net|edu|gov|co|uk|us|info|de))+\b",
    re.IGNORECASE,
)
_SECRET = re.compile(
    r"\b(?:pin|passcode|pass code|password|cvv|cvc|security code|access code|one[- ]time code|verification code)\b",
    re.IGNORECASE,
)
_IDENTITY = re.compile(
    r"\b(?:member|membership|account|routing|social|ssn|identity|licen[cs]e|passport)\b", re.IGNORECASE
)
_YEAR = re.compile(r"\b(?:in|since|year|until|before|after)\s+$", re.IGNORECASE)
_ENDING = re.compile(r"\b(?:ending|ends|end|last (?:four|4|three|3)(?: digits)?)\b[^.]{0,12}$", re.IGNORECASE)
_SOCIAL = re.compile(r"\b(?:social|ssn)\b", re.IGNORECASE)
_REACH = 45  # characters a telling word may stand before a number; 25 after ("1234 is my pin")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of digits; `readings` begins with the likeliest."""

    readings: tuple[str, ...]
    start: int
    end: int
    first: int
    last: int

    @property
    def digits(self) -> int:
        return len(self.readings[0])


def redact(text: str, *, expecting_number: bool = False) -> str:
    """`text` with masks. With `expecting_number` (we asked for one) every three digits count as part of it."""
    masked = [(found.start(), found.end(), EMAIL) for found in _EMAIL.finditer(text)]
    masked += [(found.start(), found.end(), EMAIL) for found in _SPOKEN_EMAIL.finditer(text)]
    said = tokens(text)
    pieces = _pieces(said)
    masked += _joined(text, said, pieces)
    for piece in pieces:
        mask = _mask(text, piece, expecting_number=expecting_number)
        if mask is not None:
            masked.append((piece.start, piece.end, mask))
    return _replaced(text, masked)


def redact_turns(texts: Sequence[str]) -> list[str]:
    """One speaker's turns in order: also masks a number that is spread over several of them."""
    kept = [redact(text) for text in texts]
    chain: list[int] = []
    total = 0
    for number, text in enumerate([*texts, ""]):
        said = tokens(text)
        pieces = _pieces(said)
        opens = bool(pieces) and pieces[0].first <= 2 and pieces[0].digits >= 2
        if chain and opens:
            chain.append(number)
            total += sum(piece.digits for piece in pieces)
        elif chain and total >= _ACROSS_TURNS and len(chain) > 1:
            for turn in chain:
                kept[turn] = redact(texts[turn], expecting_number=True)
        closes = bool(pieces) and len(said) - pieces[-1].last <= 1 and pieces[-1].digits >= 2
        if not (chain and opens):
            chain, total = ([number], pieces[-1].digits) if closes else ([], 0)
        elif not closes:
            if total >= _ACROSS_TURNS:
                for turn in chain:
                    kept[turn] = redact(texts[turn], expecting_number=True)
            chain, total = [], 0
    return kept


def _pieces(said: list[Token]) -> list[_Piece]:
    """Runs of digits that are no amount, date or plain quantity, cut at "and" (which also joins two times)."""
    harmless: set[int] = set()
    for amount in amounts(said):
        if amount.named:
            harmless.update(range(amount.first, amount.last))
    dated = [(day.first, day.last) for past in (False, True) for day in days(said, _ANY_DAY, past=past)]
    found: list[_Piece] = []
    for first, last in _stretches(said, harmless):
        part = said[first:last]
        for run in runs(part):
            begin, end = first + run.first, first + run.last
            within_date = any(low <= begin and end <= high for low, high in dated)
            if not within_date and not _quantity(said, begin, end):
                found.append(_Piece(run.readings, said[begin].start, said[end - 1].end, begin, end))
    return found


def _stretches(said: list[Token], harmless: set[int]) -> list[tuple[int, int]]:
    cuts = [-1, *(at for at, token in enumerate(said) if at in harmless or token.text == "and"), len(said)]
    return [(low + 1, high) for low, high in pairwise(cuts) if high > low + 1]


def _quantity(said: list[Token], first: int, last: int) -> bool:
    """ "two thousand five hundred" and "1,250": one number with a scale, not a string of digits."""
    whole = cardinal(said, first)
    scaled = any(token.text in ("hundred", "thousand", "million") or "," in token.text for token in said[first:last])
    return scaled and whole is not None and whole[1] >= last


def _mask(text: str, piece: _Piece, *, expecting_number: bool) -> str | None:
    card = _card(piece.readings)
    if card is not None:
        return card
    before, after = text[max(0, piece.start - _REACH) : piece.start], text[piece.end : piece.end + 25]
    if 3 <= piece.digits <= 8 and (_SECRET.search(before) or _SECRET.search(after)):
        return CODE
    if piece.digits >= LONG:
        return NUMBER
    if expecting_number and piece.digits >= 3:
        return NUMBER
    if piece.digits >= 4 and (_IDENTITY.search(before) or _IDENTITY.search(after)):
        if _YEAR.search(before) and piece.readings[0][:2] in ("19", "20"):
            return None
        allowed = _ENDING.search(before) and not _SOCIAL.search(before)  # the last four of an account may be kept
        return None if allowed else NUMBER
    return None


def _joined(text: str, said: list[Token], pieces: list[_Piece]) -> list[tuple[int, int, str]]:
    """Runs with words between them that make one number: fillers anywhere, other words when the check digit fits."""
    masked: list[tuple[int, int, str]] = []
    at = 0
    while at < len(pieces):
        end, card = at, None
        readings: tuple[str, ...] = pieces[at].readings[:4]
        for then in range(at + 1, min(at + 12, len(pieces))):
            gap = [token.text for token in said[pieces[then - 1].last : pieces[then].first]]
            close = len(gap) <= 4 and all(word in _FILLERS for word in gap)
            if not close and (len(gap) > 6 or pieces[then].digits < 2 or pieces[at].digits < 2):
                break
            readings = tuple(one + other for one in readings for other in pieces[then].readings[:4])[:64]
            found = _card(readings)
            if found is not None or (close and len(readings[0]) >= _JOINED):
                end, card = then, found or card
        if end > at:
            masked.append((pieces[at].start, pieces[end].end, card or NUMBER))
        at = end + 1
    return masked


_FILLERS = frozenset(
    {"and", "then", "uh", "um", "er", "okay", "ok", "so", "next", "yeah", "well", "hmm", "comma", "is"}
)


def _card(readings: Sequence[str]) -> str | None:
    """The mask when a reading holds a card number: 13 to 19 digits with a right check digit."""
    for digits in readings:
        for length in reversed(_CARD_LENGTHS):
            for start in range(len(digits) - length + 1):
                if luhn(digits[start : start + length]) and len(set(digits)) > 1:
                    return f"[card ending {digits[start + length - 4 : start + length]}]"
    return None


def _replaced(text: str, masked: list[tuple[int, int, str]]) -> str:
    """Masks over their spans; where spans overlap, the first and longest wins."""
    result, place = "", 0
    for start, end, mask in sorted(masked, key=lambda one: (one[0], -one[1])):
        if start >= place:
            result += text[place:start] + mask
            place = end
    return result + text[place:]
