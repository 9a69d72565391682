"""What must hold between the files of a business: every name that one uses, another defines."""

import string
from collections.abc import Iterable, Iterator

from voice.dialogue import check_approvals, check_rules
from voice.dialogue.business import CONTROLS, Business, Intent, IntentKind
from voice.dialogue.hours import minutes, zone

DIGITS_KEYED_MAX = 19
"""Of a payment card (ISO/IEC 7812-1); nothing longer is keyed without a mistake."""

DIGITS_SHOWN_MAX = 4
"""The last four are all of a card that may be kept beside its first six (PCI DSS 3.4), and all that is read out."""

Mistake = tuple[str, str]  # file within the folder, and "section key: expected, got"

ALWAYS_SAID = (
    "greeting", "greeting.unrecorded", "recording.stopped", "anything_else", "how_can_i_help", "goodbye", "back",
    "cancelled", "nothing_to_cancel", "no_longer_sought", "menu.intro", "menu.item", "menu.more", "menu.always",
    "keys.choice", "keys.yes_no", "keys.wrong", "no_match.open", "no_match.slot", "no_match.yes_no", "no_input",
    "no_input.patient", "out_of_scope", "confirm_intent", "wrong_guess", "one_moment", "still_working", "unsaid",
    "article", "engine_down", "identity.too_few", "action.failed", "action.unknown", "offer_person", "seek.check",
    "seek.topic", "seek.getting", "seek.keys", "seek.thanks", "seek.correct", "seek.noted", "seek.wait_unknown",
    "seek.wait", "seek.wait_one", "seek.ringing", "seek.next", "seek.already", "seek.comfort", "seek.coming",
    "seek.coming_unnamed", "held", "held_unnamed", "held.again", "held.again_unnamed", "seek.handed_back",
    "beside", "agent.join",
    "seek.passed_on", "seek.passed_on_unnamed", "seek.handed_back_unnamed",
    "seek.left", "seek.gave_up", "seek.one_moment", "seek.nobody", "seek.offer_callback",
    "seek.keep_waiting", "callback.this_number", "brief.done", "brief.told", "brief.failed", "brief.cancelled",
    "brief.unclear", "brief.keypad_pin", "brief.tier", "brief.since", "callback.ask_number", "callback.read_back",
    "callback.misread", "callback.agreed", "callback.topic", "called_back", "called_back.unrecorded",
    "called_back.question", "called_back.verify", "called_back.later", "called_back.not_wanted", "busy",
    "busy.person", "busy.offer", "engine_back",
    "seek.check_later", "seek.topic_later", "seek.closed", "seek.wait_up_to", "seek.line_lost",
    "seek.line_lost_unnamed", "seek.ready", "seek.topic_hint", "seek.music_hint", "seek.callback_hint",
    "seek.ask_hint", "seek.cancel_hint", "seek.tip", "seek.music_on", "seek.music_off", "seek.too_late",
    "identity.late", "unsayable", "hold.on", "hold.still", "hold.over", "confirm.change", "several.first",
    "several.next", "problem.too_few_digits", "problem.too_many_digits", "problem.check_digit", "problem.too_little",
    "problem.too_much", "problem.no_such_day", "whisper.say",
)  # fmt: skip
APPROVAL_SAID = (
    "approval.needed", "approval.asked", "approval.approved", "approval.edited", "approval.rejected",
    "approval.timed_out", "approval.nobody", "approval.taken", "approval.lapsed", "approval.one_at_a_time",
    "checking.comfort",
)  # fmt: skip
CONSULT_SAID = ("consult.asking", "consult.asked", "consult.answer", "consult.unanswered", "checking.comfort")
"""A business with all of these may ask colleagues what nothing here answers (`[desk] consult`)."""
KEYPAD_SAID = ("keyed.ask", "keyed.again", "keyed.unfit", "keyed.taken", "keyed.left")
IDENTITY_SAID = (
    "identity.why", "identity.ask_member", "identity.read_back", "identity.ask_pin", "identity.not_aloud",
    "identity.wrong", "identity.done", "identity.failed", "seek.identity",
    "seek.keys.identity",
)  # fmt: skip


def mistakes(business: Business) -> list[Mistake]:
    return [
        *_prompts(business), *check_rules.mistakes(business), *check_approvals.mistakes(business),
        *_intents(business), *_examples(business),
        *_menu(business), *_articles(business), *_queues(business), *_keypad(business),
    ]  # fmt: skip


def _prompts(business: Business) -> Iterator[Mistake]:
    texts = business.prompts.texts
    needed = (*ALWAYS_SAID, *(IDENTITY_SAID if business.identity else ()), *(KEYPAD_SAID if business.keypad else ()))
    for name in (*needed, *(APPROVAL_SAID if business.approvals.intents else ())):
        if name not in texts:
            yield "prompts/en.toml", f"[prompts] {name}: a sentence expected (the system says it), got none"
    for name in sorted({"one_moment", *(intent.opener for intent in business.intents.values())} & set(texts)):
        if len(texts[name]) < 2:
            yield "prompts/en.toml", f"[prompts] {name}: two or more sentences expected, got one (said twice in a row)"
    for name, variants in texts.items():
        for text in variants:
            try:
                list(string.Formatter().parse(text))
            except ValueError as error:
                yield "prompts/en.toml", f"[prompts] {name}: a sentence with {{slots}} expected, got {error}"


def _intents(business: Business) -> Iterator[Mistake]:
    for intent in business.intents.values():
        file = f"intents/{intent.name}.toml"
        if intent.kind is IntentKind.CONTROL and intent.name not in CONTROLS:
            yield file, f"kind: task or answer expected (control is for {_list(CONTROLS)}), got control"
        if intent.kind is not IntentKind.CONTROL and intent.name in CONTROLS:
            yield file, f"kind: control expected for {intent.name}, got {intent.kind}"
        yield from ((file, what) for what in _intent(business, intent))


def _intent(business: Business, intent: Intent) -> Iterator[str]:
    if not intent.title:
        yield "title: what is said in “Would you like ...?” expected, got none"
    for key, prompt in _named(intent):
        if prompt not in business.prompts.texts:
            yield f"{key}: a prompt of prompts/en.toml expected, got {prompt!r}"
    if intent.action and not intent.done:
        yield "done: the prompt after the action expected, got none"
    yield from _cost(intent)
    if intent.verified and business.identity is None:
        yield "verified: [identity] in business.toml expected, got none"
    names = [slot.name for slot in intent.slots]
    for slot in intent.slots:
        if names.count(slot.name) > 1:
            yield f"slots.{slot.name}: a name of its own expected, got it more than once"
        if slot.kind == "choice" and not slot.choices:
            yield f"slots.{slot.name}.choices: at least one choice expected, got none"
        if slot.differs_from is not None and slot.differs_from not in names:
            yield f"slots.{slot.name}.differs_from: another slot expected, got {slot.differs_from!r}"


def _cost(intent: Intent) -> Iterator[str]:
    if intent.action is None:
        return
    if intent.cost == "lookup" and intent.confirm is not None:
        yield "cost: harmless or costly expected for an act with confirm, got lookup"
    if intent.cost != "lookup" and intent.confirm is None:
        yield f"confirm: the prompt that reads a {intent.cost} act back expected (or cost = 'lookup'), got none"
    if intent.cost == "harmless" and intent.doing is None:
        yield "doing: the prompt that says what is being done expected for cost = 'harmless', got none"


def _named(intent: Intent) -> Iterator[tuple[str, str]]:
    said = {"confirm": intent.confirm, "doing": intent.doing, "opener": intent.opener, "done": intent.done}
    for key, prompt in said.items():
        if prompt is not None:
            yield key, prompt
    for slot in intent.slots:
        yield f"slots.{slot.name}.ask", slot.ask
        if slot.keys is not None:
            yield f"slots.{slot.name}.keys", slot.keys
    for word, prompt in intent.errors.items():
        yield f"errors.{word}", prompt


def _examples(business: Business) -> Iterator[Mistake]:
    owner: dict[str, str] = {}
    for intent in business.intents.values():
        file = f"intents/{intent.name}.toml"
        if not intent.examples:
            yield file, "examples: at least one sentence expected, got none"
        for example in intent.examples:
            key = " ".join(example.casefold().split())
            if not key:
                yield file, "examples: a sentence expected, got an empty one"
            elif owner.setdefault(key, intent.name) != intent.name:
                yield file, f"examples: sentences of its own expected, got {example!r} of {owner[key]} as well"
            for _, name, _, _ in string.Formatter().parse(example):
                if name is not None and name not in [slot.name for slot in intent.slots]:
                    yield file, f"examples: a slot of this intent in {{}} expected, got {{{name}}}"


def _menu(business: Business) -> Iterator[Mistake]:
    for page in business.menu:
        if len(page) > 7:
            yield "business.toml", f"menu: at most 7 intents a page expected (8 turns it), got {len(page)}"
        for name in page:
            if name not in business.intents:
                yield "business.toml", f"menu: intents of intents/*.toml expected, got {name!r}"
    if not business.menu:
        yield "business.toml", "menu: at least one page expected, got none"


def _articles(business: Business) -> Iterator[Mistake]:
    for intent in business.intents.values():
        wanted = [] if intent.article is None else [intent.article]
        if intent.article is not None and intent.articles_by in [slot.name for slot in intent.slots]:
            wanted = [f"{intent.article}_{value}" for value in intent.slot(intent.articles_by or "").choices]
        elif intent.articles_by is not None:
            yield f"intents/{intent.name}.toml", f"articles_by: a slot expected, got {intent.articles_by!r}"
        if intent.kind is IntentKind.ANSWER and not wanted:
            yield f"intents/{intent.name}.toml", "article: a page of knowledge/ expected, got none"
        for name in wanted:
            if name not in business.articles:
                yield f"intents/{intent.name}.toml", f"article: knowledge/{name}.md expected, got no such page"
    for name in business.staying.tips:
        if name not in business.articles:
            yield "business.toml", f"[staying] tips: pages of knowledge/ expected, got {name!r}"


def _keypad(business: Business) -> Iterator[Mistake]:
    for name, item in business.keypad.items():
        if not 1 <= item.digits <= DIGITS_KEYED_MAX:
            got = f"1 to {DIGITS_KEYED_MAX} expected, got {item.digits}"
            yield "business.toml", f"[keypad.{name}] digits: {got}"
        if not 0 <= item.shown <= min(item.digits, DIGITS_SHOWN_MAX):
            got = f"0 to {DIGITS_SHOWN_MAX}, and no more than digits, expected, got {item.shown}"
            yield "business.toml", f"[keypad.{name}] shown: {got}"


def _queues(business: Business) -> Iterator[Mistake]:
    file = "queues.toml"
    try:
        zone(business.time_zone)
    except ValueError as error:
        yield "business.toml", f"time_zone: {error} expected, got {business.time_zone!r}"
    for name, queue in business.queues.items():
        times: dict[str, int] = {}
        for key, text in (("opens", queue.opens), ("closes", queue.closes)):
            try:
                times[key] = minutes(text)
            except ValueError as error:
                yield file, f"[{name}] {key}: {error} expected, got {text!r}"
        if len(times) == 2 and times["opens"] >= times["closes"]:
            yield file, f"[{name}] closes: a time after opens = {queue.opens!r} expected, got {queue.closes!r}"
        if not queue.days:
            yield file, f"[{name}] days: at least one day expected, got none"
        if queue.overflow is not None and queue.overflow not in business.queues:
            yield file, f"[{name}] overflow: one of {_list(business.queues)} expected, got {queue.overflow!r}"
    for name in business.queues:
        if name in (circle := _overflows(business, name)):
            yield file, f"[{name}] overflow: a chain that ends expected, got {' → '.join((name, *circle))}"


def _overflows(business: Business, name: str) -> list[str]:
    """The queues that `name` overflows to, in order, until the chain ends or comes round."""
    chain: list[str] = []
    while (queue := business.queues.get(chain[-1] if chain else name)) is not None:
        if queue.overflow is None or queue.overflow in chain:
            break
        chain.append(queue.overflow)
    return chain


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
