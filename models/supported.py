"""Whether a line of a brief says only what its turns or its record say: every number, amount, date and name in it.

Values are compared, not spellings: "eighty four twenty", "84 dollars 20" and "$84.20" are the same amount, "yesterday"
and "November 17" may be the same day. A line that cites nothing, or whose quotation nobody said, is not supported.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from models import evidence
from models.brief import BriefLine
from models.evidence import Evidence, Number
from models.names import names, plain
from models.slots.amounts import amounts
from models.slots.dates import days
from models.slots.digits import runs
from models.slots.numbers import Token, ordinal, tokens
from models.slots.times import times
from models.transcript import Transcript

_QUOTED = re.compile(r"\N{LEFT DOUBLE QUOTATION MARK}([^\N{RIGHT DOUBLE QUOTATION MARK}]*)")
_QUANTITIES = frozenset(
    {"dozen", "dozens", "half", "twice", "thrice", "hundreds", "thousands", "millions", "couple", "double", "triple"}
)


def supported(line: BriefLine, transcript: Transcript, record: Mapping[str, str], today: date) -> bool:
    """False when `line` cites nothing, or holds a number, amount, date, name or quotation that its turns and its field
    of the record do not hold."""
    sources = [transcript.turn(turn).text for turn in line.turns if 1 <= turn <= transcript.last_turn]
    if line.record is not None and line.record in record:
        sources.append(record[line.record])
    return bool(sources) and borne_out(line.text, sources, today)


def borne_out(text: str, sources: Sequence[str], today: date) -> bool:
    """Whether `sources` hold every number, amount, date, name and quotation of `text`."""
    said = evidence.of(" . ".join(map(plain, sources)), today)
    bare = plain(text)
    return (
        all(claim.holds(said) for claim in _claims(bare, today))
        and all(said.names(name) for name in names(bare, said.words))
        and all(said.quotes(quoted) for quoted in _QUOTED.findall(text))
    )


@dataclass(frozen=True, slots=True)
class _Claim:
    """One value in a line: any of `numbers` in the evidence bears it out."""

    numbers: frozenset[Number]

    def holds(self, said: Evidence) -> bool:
        return not self.numbers.isdisjoint(said.numbers)


def _claims(text: str, today: date) -> Iterator[_Claim]:
    words = tokens(text)
    used: set[int] = set()
    for claim, first, last in _found(words, text, today):
        if used.isdisjoint(range(first, last)):
            used.update(range(first, last))
            yield _Claim(frozenset(claim))
    for at, token in enumerate(words):
        if at in used:
            continue
        month = evidence.month(text, token)
        if month is not None:
            yield _Claim(frozenset({("month", str(month)), ("word", token.text)}))
        elif token.text in _QUANTITIES:
            yield _Claim(frozenset({("word", token.text)}))


def _found(words: list[Token], text: str, today: date) -> Iterator[tuple[set[Number], int, int]]:
    """Claims with the tokens they stand in, the most particular kind first."""
    behind = list(days(words, today, past=True))
    for day in days(words, today, past=False):
        same = {one.day for one in behind if one.first == day.first} | {day.day}
        yield {("day", one.isoformat()) for one in same}, day.first, day.last
    for clock in times(words, text, asked=False):
        yield {("time", evidence.clock(clock.minutes))}, clock.first, clock.last
    for amount in amounts(words):
        if amount.named or "." in words[amount.first].text:
            money = evidence.money(amount.cents)
            currency = evidence.currency(words[amount.first : amount.last])
            yield {("money", f"{money} {currency}")}, amount.first, amount.last
    for run in runs(words):
        lone = run.last - run.first == 1
        if lone and words[run.first].text in ("one", "oh", "o"):
            continue  # a pronoun or a sigh more often than a number
        unit = evidence.unit(words, run.last)
        readings = {*run.readings, *evidence.whole(words, run.first, run.last)}
        yield {("of " + unit if unit else "plain", reading) for reading in readings}, run.first, run.last
    for at, (token, after) in enumerate(pairwise([*words, Token("", 0, 0)])):
        counted = ordinal(words, at)
        if counted is not None and counted[0] != 1 and (token.text, after.text) != ("second", "please"):
            yield {("ordinal", str(counted[0]))}, at, counted[1]
