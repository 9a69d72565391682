"""Whether what a caller said tells what the call is about, or only answers, greets, thanks or asks for a person."""

import re

_ANSWERING = """
yes yeah yep yup no nope nah okay ok alright right correct exactly sure fine good great perfect please thanks thank
you hello hi hey well um uh er erm hmm mm oh ah so and but just now really very that that's is it it's its all this
the a an of course i i'm i'd i'll i've am said say do don't not know mean be would like will can could may want need
ask ahead go sorry pardon what huh bye goodbye morning afternoon evening wait moment second one more nothing else
everything there are anybody anyone sir madam ma'am let me see then too much actually
"""
_ANSWERS = frozenset(_ANSWERING.split())
_ASKING = """
agent agents representative rep human person people somebody someone operator advisor adviser speak talk speaking
talking to with put through get call back callback real live connect rather have my your from here
"""
_ASKS = frozenset(_ASKING.split())


def says_something(text: str) -> bool:
    """False for "no", "yes please", "okay thank you", "can I talk to a person": they do not say what is wanted."""
    return any(word not in _ANSWERS and word not in _ASKS for word in _words(text))


def only_answers(text: str) -> bool:
    """ "Yes please", "no that's right": an answer to a question, and no wish of its own."""
    return all(word in _ANSWERS for word in _words(text))


def _words(text: str) -> list[str]:
    straight = text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").replace("transfer me", "")
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*|\[[^\]]*\]", straight)
