"""Which lines are open, who can be rung over them, and whether every queue has somebody."""

import asyncio
from collections.abc import Iterator

from telephony.check.finding import Finding
from telephony.dialling import SWITCH_FILE, switched_off
from telephony.errors import ConfigError, DialRefused, LineError
from telephony.lines import asterisk
from telephony.lines.twilio.destinations import Destinations
from telephony.settings import AgentSettings, OidcSettings, Settings, secret
from voice.dialogue.load import load_business
from voice.errors import VoiceError


def twilio(settings: Settings) -> Iterator[Finding]:
    twilio = settings.lines.twilio
    if not twilio.enabled:
        yield Finding("Twilio", "off ([lines.twilio] enabled = false)")
        return
    lacks = [
        f"[{section}] {key}"
        for section, key, value in (
            ("service", "public_url", settings.service.public_url),
            ("lines.twilio", "account_sid", twilio.account_sid),
            ("lines.twilio", "number", twilio.number),
        )
        if not value
    ]
    if not secret(twilio.auth_token_variable):
        lacks.append(f"${twilio.auth_token_variable}")
    if lacks:
        yield Finding("Twilio", f"on, but needs {', '.join(lacks)}", "prevents")
        return
    yield Finding("Twilio", f"{twilio.number} at {settings.service.public_url}, joined by {twilio.bridge}")
    if not twilio.fallback_number:
        yield Finding("Twilio", "[lines.twilio] fallback_number: none, so nobody answers while Warmline cannot", "note")


def pbx(settings: Settings) -> Iterator[Finding]:
    table = settings.lines.asterisk
    if not table.enabled:
        yield Finding("Asterisk", "off ([lines.asterisk] enabled = false)")
        return
    password = secret(table.password_variable)
    if not password:
        yield Finding("Asterisk", f"on, but needs ${table.password_variable}", "prevents")
        return
    try:
        line = asterisk.Settings(password=password, **table.of_line())
        yield Finding("Asterisk", f"{asyncio.run(asterisk.version_at(line))} at {table.ari_url}")
    except ConfigError as error:
        yield Finding("Asterisk", str(error), "prevents")
    except LineError as error:
        yield Finding("Asterisk", f"no calls until it answers at {table.ari_url}: {error}", "note")


def agents(settings: Settings) -> Iterator[Finding]:
    if not settings.agents:
        yield Finding("agents", "none: callers who need a person can only be called back", "note")
    else:
        yield Finding("agents", ", ".join(f"{agent.name} ({agent.line})" for agent in settings.agents))
    for agent in settings.agents:
        if agent.line == "asterisk" and not agent.address:
            what = f"{agent.name}: [[agents]] address: an endpoint, +E.164 or sip: expected (line asterisk), got none"
            yield Finding("agents", what, "prevents")
        if agent.line == "asterisk" and not settings.lines.asterisk.enabled:
            yield Finding("agents", f"{agent.name}: cannot be rung while [lines.asterisk] enabled = false", "note")
        if agent.line == "twilio":
            yield from _dialled(agent, frozenset(settings.dialling.countries))
        if agent.line == "twilio" and not settings.lines.twilio.enabled:
            yield Finding("agents", f"{agent.name}: cannot be rung while [lines.twilio] enabled = false", "note")
        if not settings.desk.demo_sign_in and (why := _shut_out(agent, settings.desk.oidc)):
            yield Finding("desk", f"{agent.name} cannot sign in: {why}", "note")
    local = settings.service.host in ("127.0.0.1", "localhost", "::1")
    if settings.desk.demo_sign_in and not local:
        yield Finding("desk", "[desk] demo_sign_in: anybody who reaches this address can sign in as an agent", "note")


def _shut_out(agent: AgentSettings, organisation: OidcSettings | None) -> str:
    """Why neither a PIN nor the organisation lets this agent in; empty where one does."""
    if agent.pin_variable and secret(agent.pin_variable):
        return ""
    lacks = f"${agent.pin_variable}" if agent.pin_variable else "[[agents]] pin_variable"
    no_pin = f"no PIN, which {lacks} would bring"
    if organisation is None:
        return no_pin
    if not agent.email:
        return f"{no_pin}, and no [[agents]] email, by which [desk.oidc] would know them"
    domains = [domain.lower() for domain in organisation.email_domains]
    if domains and agent.email.lower().rpartition("@")[2] not in domains:
        return f"{no_pin}, and [desk.oidc] email_domains lacks that of {agent.email}"
    return ""


def _dialled(agent: AgentSettings, countries: frozenset[int]) -> Iterator[Finding]:
    try:
        Destinations({agent.id: agent.address}, countries=countries).of(agent.id)
    except DialRefused as error:
        yield Finding("agents", f"{agent.name}: [[agents]] address: {error}", "prevents")


def dialling(settings: Settings) -> Iterator[Finding]:
    caps = settings.dialling
    off = switched_off(settings.service.records_folder / SWITCH_FILE)
    if not caps.enabled or off is not None:
        yield Finding("dialling", f"off: {off or '[dialling] enabled = false'}; no telephone is rung", "note")
    else:
        yield Finding("dialling", f"at most {caps.per_call} telephones a call, {caps.per_hour} an hour")


def queues(settings: Settings) -> Iterator[Finding]:
    """Queues that nobody can serve, and what agents can do that nobody asks for."""
    try:
        queues = load_business(settings.business.folder).queues
    except VoiceError:
        return  # said already
    for name, queue in queues.items():
        if settings.agents and not any(set(queue.skills) <= set(agent.skills) for agent in settings.agents):
            lacks = ", ".join(queue.skills)
            then = f"callers go on to {queue.overflow}" if queue.overflow else "callers can only be called back"
            yield Finding("queues", f"{name}: no agent has the skills it needs ({lacks}); {then}", "note")
    for name in settings.survey.queues:
        if name not in queues:
            what = f"[survey] queues: one of {', '.join(queues)} expected, got {name}; nobody of it is asked"
            yield Finding("queues", what, "note")
    asked = {skill for queue in queues.values() for skill in queue.skills}
    for agent in settings.agents:
        if unused := sorted(set(agent.skills) - asked):
            what = f"{agent.name}: [[agents]] skills: {', '.join(unused)}: no queue asks for it (queues.toml)"
            yield Finding("agents", what, "note")
