"""The lines as the settings and the environment describe them."""

import logging
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import numpy as np

from telephony.assembly.world import World
from telephony.errors import ConfigError
from telephony.leg import Line
from telephony.lines import asterisk, twilio, webrtc
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


@dataclass(frozen=True, slots=True)
class OpenLines:
    """Those that calls come and go over, and each by its kind; the browser's carries the desk's softphones even where
    no caller may ring on it."""

    by_name: Mapping[str, Line]
    browser: webrtc.WebRtcLine
    twilio: twilio.TwilioLine | None
    asterisk: asterisk.AsteriskLine | None


@asynccontextmanager
async def open_lines(
    settings: Settings, business: Business, world: World, *, ringer: webrtc.Ringer, voice: Synthesizer
) -> AsyncIterator[OpenLines]:
    """Raises `ConfigError`."""
    async with AsyncExitStack() as stack:
        browser = webrtc.WebRtcLine(ringer=ringer)
        stack.push_async_callback(browser.close)
        by_name: dict[str, Line] = {browser.name: browser} if settings.lines.webrtc.enabled else {}
        carrier = await twilio_line(
            settings, business, fallback=fallback(business), voice=voice, open_http=world.twilio_http
        )
        if carrier is not None:
            by_name[carrier.name] = carrier
            stack.push_async_callback(carrier.close)
        pbx = asterisk_line(settings, fallback=fallback(business), connect=world.asterisk)
        if pbx is not None:
            by_name[pbx.name] = await stack.enter_async_context(pbx.open())
        yield OpenLines(by_name, browser, carrier, pbx)


def fallback(business: Business) -> Mapping[str, tuple[str, ...]]:
    """Queue → line:address, rung when roster or queue are out of order; read at start."""
    return {name: queue.fallback for name, queue in business.queues.items()}


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
