"""The lines of carriers as the settings and the environment describe them."""

import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from functools import partial

import numpy as np

from telephony.errors import ConfigError
from telephony.lines import asterisk, twilio
from telephony.lines.asterisk.ari import Connection
from telephony.lines.twilio import twiml
from telephony.lines.twilio.control import CallControl, RestHttp
from telephony.lines.twilio.hold import hold_sound
from telephony.settings import Settings, secret
from voice.audio import Pcm
from voice.dialogue.business import Business
from voice.tts import Synthesizer

log = logging.getLogger(__name__)

STREAM_KEY_BYTES = 32


async def twilio_line(
    settings: Settings,
    business: Business,
    *,
    fallback: Mapping[str, Sequence[str]],
    voice: Synthesizer,
    open_http: Callable[[], RestHttp] | None,
) -> twilio.TwilioLine | None:
    """None where it is off. `fallback`: queue → line:address; `open_http` instead of sockets to the carrier.

    Raises `ConfigError`.
    """
    table = settings.lines.twilio
    if not table.enabled:
        return None
    tokens = tuple(filter(None, (secret(table.auth_token_variable), secret(table.previous_token_variable))))
    if not tokens:
        raise ConfigError(
            f"[lines.twilio] the environment variable {table.auth_token_variable} expected, it is not set"
        )
    line = twilio.Settings(
        public_base_url=settings.service.public_url,
        account_sid=table.account_sid,
        auth_tokens=tokens,
        stream_key=secrets.token_bytes(STREAM_KEY_BYTES),
        from_number=table.number,
        shared_keys=_pairs(table.shared_keys_variable, separator="="),
        api_key=next(iter(_pairs(table.api_key_variable).items()), None),
        sip_login=next(iter(_pairs(table.sip_login_variable).items()), None),
        countries=frozenset(settings.dialling.countries),
        bridge=table.bridge,
        api_base=table.api_url or None,
        fallback_say=_fallback_say(business, table.fallback_number),
        fallback_number=table.fallback_number or None,
    )
    addresses = {a.id: a.address for a in settings.agents if a.line == "twilio"}
    addresses |= {to: to for entries in fallback.values() for to in _addresses(entries, twilio.TwilioLine.name)}
    held = await _words(voice, business.prompts.texts["held_unnamed"][0])
    control = CallControl(line, open_http=open_http) if open_http else None
    return twilio.TwilioLine(line, agents=addresses, control=control, hold_sound=partial(hold_sound, held))


def fallback_document(settings: Settings, business: Business) -> str:
    """TwiML for callers whom Warmline cannot serve, to lie where Twilio finds it when Warmline is gone."""
    number = settings.lines.twilio.fallback_number
    return twiml.fallback(say=_fallback_say(business, number), number=number or None)


def _fallback_say(business: Business, number: str) -> str:
    return business.prompts.texts["seek.one_moment" if number else "rescue.goodbye"][0]


def _pairs(variable: str, *, separator: str = ":") -> dict[str, str]:
    """Names and their secrets from the environment, space between two: none where the variable is not set."""
    pairs = [pair.partition(separator) for pair in (secret(variable) or "").split()]
    if not all(name and value for name, _, value in pairs):
        raise ConfigError(f"[lines.twilio] ${variable}: name{separator}secret expected, got something else")
    return {name: value for name, _, value in pairs}


def asterisk_line(
    settings: Settings, *, fallback: Mapping[str, Sequence[str]], connect: Callable[[], Connection] | None
) -> asterisk.AsteriskLine | None:
    """None where it is off. `connect` instead of sockets to the PBX. Raises `ConfigError`."""
    table = settings.lines.asterisk
    if not table.enabled:
        return None
    password = secret(table.password_variable)
    if not password:
        raise ConfigError(
            f"[lines.asterisk] the environment variable {table.password_variable} expected, it is not set"
        )
    addresses = {a.id: a.address for a in settings.agents if a.line == "asterisk"}
    addresses |= {to: to for entries in fallback.values() for to in _addresses(entries, asterisk.AsteriskLine.name)}
    line = asterisk.Settings(password=password, **table.of_line())
    return asterisk.AsteriskLine(line, agents=addresses, connect=connect)


def _addresses(entries: Sequence[str], line: str) -> list[str]:
    """The addresses of a fallback list that are rung over `line`."""
    return [to for name, _, to in (entry.partition(":") for entry in entries) if name == line]


async def _words(voice: Synthesizer, text: str) -> Pcm:
    """`text` as the voice says it; nothing when it cannot speak."""
    try:
        async with aclosing(voice.stream(text)) as pieces:
            return np.concatenate([np.zeros(0, dtype=np.int16), *[piece async for piece in pieces]])
    except Exception as error:  # whatever a voice does, the service must start
        log.warning("the sentence for callers on hold expected from %s, got %r", voice.voice_key, error)
        return np.zeros(0, dtype=np.int16)
