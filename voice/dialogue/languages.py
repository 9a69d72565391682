"""The sentences each dialogue state expects, for recognisers that are given a grammar or a small language model.

Examples with their slots filled in, choices, digits, yes and no; and in every state the ways to ask for a person, and
to ask us to speak slower, wait, say it again or go back.
"""

import random
import re
from collections.abc import Iterable, Iterator
from itertools import product

from voice.dialogue import said_values
from voice.dialogue.business import CALLBACK_DIGITS, CONTROLS, Business, Intent, IntentKind, Slot
from voice.dialogue.wishes import SAID, WHILE_WAITING, wished
from voice.stt import ANYTHING, YES_OR_NO
from voice.stt.language_model import DIGIT_WORDS
from voice.triggers import asked

PERSON = (
    "agent", "operator", "representative", "a person", "human", "a real person please", "i want to talk to a person",
    "can i speak to someone", "speak to an agent", "get me a human", "customer service", "let me talk to somebody",
    "put me through to an agent", "i need a person", "i want a human", "talk to a representative",
)  # fmt: skip
YES = (
    "yes", "yeah", "yep", "yup", "yes please", "sure", "okay", "correct", "that's right", "go ahead", "right",
    "please do",
    "yes that's right", "yeah that's right", "that's correct", "yes correct", "exactly", "yes it is", "sure go ahead",
    "of course",
)  # fmt: skip
NO = (
    "no", "nope", "no thanks", "no thank you", "that's wrong", "no that's not right", "not right", "don't", "wrong",
    "no it's not", "never mind",
)  # fmt: skip
AMOUNTS = (
    "five dollars", "ten dollars", "twelve dollars", "fifteen dollars", "twenty dollars", "thirty dollars",
    "forty dollars", "fifty dollars", "sixty dollars", "seventy five dollars", "eighty four dollars", "ninety dollars",
    "a hundred dollars", "one hundred dollars", "one hundred and fifty dollars", "two hundred dollars",
    "three hundred dollars", "four hundred dollars", "five hundred dollars", "six hundred dollars",
    "eight hundred and forty dollars", "one thousand dollars", "a thousand dollars", "two thousand dollars",
    "three thousand five hundred dollars", "eleven dollars and fifty cents", "thirteen dollars", "fourteen dollars",
    "sixteen dollars", "seventeen dollars", "eighteen dollars", "nineteen dollars and ninety nine cents",
    "eighty four dollars and twenty cents", "forty two fifty", "twenty bucks", "seven dollars", "nine dollars",
    "nine hundred dollars", "seven hundred dollars", "thirty three dollars", "sixty six dollars",
)  # fmt: skip
DAYS = (
    "today", "tomorrow", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "on monday", "on tuesday",
    "on wednesday", "on thursday", "on friday", "next monday", "next tuesday", "next wednesday", "next thursday",
    "next friday", "the day after tomorrow", "this friday", "in two days", "the first", "the fifteenth",
    "the twenty third", "december third", "november thirtieth",
)  # fmt: skip
SCORES = (
    "one", "two", "three", "four", "five", "a one", "a two", "a three", "a four", "a five", "one out of five",
    "two out of five", "three out of five", "four out of five", "five out of five", "press one", "press two",
    "press three", "press four", "press five", "i'd say a four", "i'd say four", "i'd say a five", "i'd say three",
    "five stars", "four stars", "five please", "a five thank you", "five thank you", "number five", "definitely a five",
)  # fmt: skip
FILLINGS = 12  # of one example with slots, unless its slots have more values than that
TRAINED = 2  # fillings of one example for the intent model: it learns the frame, not the values
MOST_FILLINGS = 400  # of one example
NUMBERS = 10  # a number is so many times as likely as all other answers together, where one is asked for
SURVEY_ASKS = "survey.ask"  # the prompt without which no business asks how well callers were helped
_SLOT = re.compile(r"\{(\w+)\}")
_CHOICE = re.compile(r"\(([^()]*\|[^()]*)\)")


def languages(business: Business) -> dict[str, tuple[str, ...]]:
    """State's language (`Expect.language`) → sentences."""
    person = _person(business)
    sentences = {
        name: [one for example in intent.examples for one in expand(example, intent, FILLINGS)]
        for name, intent in business.intents.items()
    }
    wants = [one for texts in sentences.values() for one in texts]
    controls = [one for name, texts in sentences.items() if name in CONTROLS for one in texts]
    always = _unique([*person, *SAID])
    waiting = _unique([*person, *(one for one in SAID if wished(one) in WHILE_WAITING)])
    filled = _all_slot_values(business)
    plain_answers = _unique([*YES, *NO, *always, *controls, *filled])
    found = {
        "main": (*_unique([*wants, *always, *YES, *NO, *filled]), ANYTHING),
        "waiting": (*_unique([*wants, *waiting, *YES, *NO, *filled]), ANYTHING),
        "yes_no": (*plain_answers, YES_OR_NO),
        "confirm": plain_answers,
    }
    if SURVEY_ASKS in business.prompts.texts:
        found["survey"] = (*SCORES * 3, *_unique([*YES, *NO, *always, *controls]), ANYTHING)
    for length in _lengths(business):
        found[number(length)] = _with_numbers(length, _unique([*YES, *NO, *always, *controls]))
    for intent in business.intents.values():
        for slot in intent.slots:
            language, others = f"slot:{intent.name}.{slot.name}", [*wants, *always, *YES, *NO]
            if slot.kind == "digits" and slot.digits is not None:
                found[language] = _with_numbers(slot.digits, _unique(others))
                continue
            said = [f"{before}{value}" for value in answers(slot) for before in ("", "uh ", "it's ", "my ")]
            found[language] = _unique([*said, *others])
        if intent.confirm is not None and intent.slots:
            found[read_back(intent)] = _corrections(intent, _unique([*YES, *NO, *always, *controls]))
    return found


def read_back(intent: Intent) -> str:
    """The language of an answer to what is read back before a deed: yes, no, and what is put right.

    It is not heard a second time for a short yes (`YES_OR_NO`): so 4 of 14 people's noes were heard as a yes, before 2.
    """
    return f"confirm:{intent.name}" if intent.slots else "confirm"


def _corrections(intent: Intent, others: tuple[str, ...]) -> tuple[str, ...]:
    """As many plain answers as corrections."""
    said: list[str] = []
    for slot in intent.slots:
        ways = answers(slot)
        shuffled = random.Random(slot.name).sample(ways, len(ways))
        said += [f"{before}{way}" for before in ("", "no ", "no i said ") for way in ways]
        said += [f"{way} not {other}" for way, other in zip(ways, shuffled, strict=True)]
        said += [f"no not {other} {way}" for way, other in zip(ways, shuffled, strict=True)]
        said += [f"{before}{cue} {way}" for cue in slot.cues for way in ways for before in ("", "no ")]
    return (*others * max(1, len(said) // len(others)), *_unique(said))


def number(digits: int) -> str:
    """The language of a question for a number of exactly so many digits: 9 of 10 are heard right that way, of such as
    may have any length 7 [measured; tests/bench/spoken_digits.py]."""
    return f"digits:{digits}"


def _with_numbers(digits: int, others: tuple[str, ...]) -> tuple[str, ...]:
    """Most answers are the number alone."""
    return (*(f"#{digits}", f"#{digits}", f"it's #{digits}") * (NUMBERS * len(others) // 3), *others)


def training_examples(business: Business) -> dict[str, tuple[str, ...]]:
    """Intent → example sentences with slots filled in, for `IntentModel.fit`: no sentence under two intents."""
    owner: dict[str, str] = {}
    found: dict[str, tuple[str, ...]] = {}
    for name, intent in business.intents.items():
        sentences = _unique(sentence for example in intent.examples for sentence in expand(example, intent, TRAINED))
        found[name] = tuple(one for one in sentences if owner.setdefault(one, name) == name)
    return found


def expand(example: str, intent: Intent, most: int) -> Iterator[str]:
    """One example with every "(a|b)" taken in turn and its slots filled: so often that each value comes up, or `most`
    times when `most` is small."""
    for sentence in _alternatives(example, most):
        names = _SLOT.findall(sentence)
        if not names:
            yield sentence
            continue
        yield from _filled(sentence, [values(intent.slot(name)) for name in names], most)


def values(slot: Slot) -> tuple[str, ...]:
    """Ways to say the slot's values."""
    match slot.kind:
        case "amount":
            return AMOUNTS
        case "date":
            return DAYS
        case "digits":
            return tuple(_strings(slot.digits or 4, 20))
        case _:
            return _unique(way for value, ways in slot.choices.items() for way in (value.replace("_", " "), *ways))


def answers(slot: Slot) -> tuple[str, ...]:
    """Ways to answer the question for the slot."""
    match slot.kind:
        case "amount":
            return _unique([*AMOUNTS, *said_values.amounts()])
        case "date":
            return _unique([*DAYS, *said_values.days()])
        case _:
            return values(slot)


def _alternatives(example: str, most: int) -> list[str]:
    """The example with its "(a|b|)" chosen: all combinations when they are few, else as many drawn ones."""
    parts = _CHOICE.split(example)  # text, choice, text, choice, ...
    options = [part.split("|") if at % 2 else [part] for at, part in enumerate(parts)]
    count = 1
    for option in options:
        count *= len(option)
    if count <= most:
        chosen = list(product(*options))
    else:
        draw = random.Random(example)
        rounds = most if most < FILLINGS else max(most, *map(len, options))
        chosen = list(zip(*(_drawn(option, rounds, draw) for option in options), strict=True))
    return [" ".join("".join(one).split()) for one in chosen]


def _filled(sentence: str, lists: list[tuple[str, ...]], most: int) -> Iterator[str]:
    draw = random.Random(sentence)
    rounds = most if most < FILLINGS else min(MOST_FILLINGS, max(most, *map(len, lists)))
    columns = [_drawn(list(one), rounds, draw) for one in lists]
    for row in zip(*columns, strict=True):
        taken = iter(row)
        yield _SLOT.sub(lambda _: next(taken), sentence)  # noqa: B023 - used at once


def _drawn(options: list[str], count: int, draw: random.Random) -> list[str]:
    """`count` options in a mixed order in which each comes up equally often."""
    column: list[str] = []
    while len(column) < count:
        column += draw.sample(options, len(options))
    return column[:count]


def _person(business: Business) -> tuple[str, ...]:
    """Ways to ask for a person, from the rule and the intent."""
    rule = next((one for one in business.rules if isinstance(one, asked.Rule)), None)
    known = business.intents.get("talk_to_person")
    alone = [word for word in rule.bare if len(word.split()) < 3] if rule else []
    return _unique([*PERSON, *alone, *(known.examples if known else ())])


def _all_slot_values(business: Business) -> list[str]:
    return [
        value
        for intent in business.intents.values()
        if intent.kind is not IntentKind.CONTROL
        for slot in intent.slots
        for value in values(slot)
    ]


def _lengths(business: Business) -> list[int]:
    """Of the numbers that are asked for, whatever the task."""
    identity = business.identity
    return sorted({CALLBACK_DIGITS} | ({identity.member_digits, identity.pin_digits} if identity else set()))


def _strings(length: int, count: int) -> Iterator[str]:
    draw = random.Random(length)
    for _ in range(count):
        yield " ".join(draw.choice(DIGIT_WORDS) for _ in range(length))


def _unique(sentences: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sentences))
