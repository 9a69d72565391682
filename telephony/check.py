"""`warmline check`: what would run with these settings on this machine, why, and what prevents serving."""

import asyncio
import math
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.table import Table
from rich.text import Text

from models.errors import WeightsMissing, WrongContent
from models.files import FileState, read_manifest, require, status
from telephony import engines, measuring, ports
from telephony.copiloting import knowledge
from telephony.dialling import SWITCH_FILE, switched_off
from telephony.errors import ConfigError, DialRefused, LineError, TelephonyError
from telephony.known_prompts import known_prompts
from telephony.lines import asterisk
from telephony.lines.twilio.destinations import Destinations
from telephony.published import publish
from telephony.settings import FILE, AgentSettings, Settings, load, secret
from telephony.sizing import LIMIT_MS, Load, proposal
from telephony.speaking import cache_of
from voice.dialogue import check_rules
from voice.dialogue.business import Business
from voice.dialogue.load import load_business
from voice.errors import VoiceError
from voice.stt.whisper import Settings as Whisper
from voice.stt.whisper_window import safe_windows

FREE_BYTES = 1_000_000_000  # a day of 16 busy lines records 0.9 GB: two channels of 16 bit at 8 kHz are 32 kB/s a call


@dataclass(frozen=True, slots=True)
class Finding:
    part: str
    says: str
    state: str = "good"  # good | note | prevents

    @property
    def prevents(self) -> bool:
        return self.state == "prevents"


def examine(config: Path, *, today: date | None = None) -> list[Finding]:
    """Raises nothing that settings or machine may cause: that is a finding."""
    try:
        settings = load(config)
    except TelephonyError as error:
        return [Finding("settings", line, "prevents") for line in str(error).splitlines()]
    findings = [Finding("settings", str(config / FILE))]
    machine = (_hearing, _sizes, _speaking, _understanding, _weights, _port)
    lines = (_twilio, _asterisk, _agents, _queues, _dialling)
    for part in (_business(today or date.today()), _rules, *machine, *lines, _disk):
        findings += part(settings)
    return findings


def table(findings: list[Finding]) -> Table:
    marks = {"good": Text("✓", "green"), "note": Text("!", "yellow"), "prevents": Text("✗", "bold red")}
    grid = Table.grid(padding=(0, 1))
    grid.add_column()
    grid.add_column(style="bold")
    grid.add_column()
    for finding in findings:
        grid.add_row(marks[finding.state], finding.part, Text(finding.says))
    return grid


def _business(today: date) -> Callable[[Settings], Iterator[Finding]]:
    def look(settings: Settings) -> Iterator[Finding]:
        try:
            business = load_business(settings.business.folder)
        except VoiceError as error:
            yield from (Finding("business", line, "prevents") for line in str(error).splitlines())
            return
        yield Finding("business", f"{business.name}, {len(business.intents)} intents, from {settings.business.folder}")
        for file, what in check_rules.reminders(business, today):
            part = "scope register" if file == check_rules.SCOPE else "rules"
            yield Finding(part, f"{settings.business.folder / file}: {what}", "note")
        for name, article in sorted(business.articles.items()):
            if article.stale(today):
                late = f"{name}.md: a review was due on {article.review_by}, and callers are told what it says"
                yield Finding("knowledge", late, "note")
        yield from _copilot(settings, business, today)

    return look


def _copilot(settings: Settings, business: Business, today: date) -> Iterator[Finding]:
    """What agents are told; the callers' articles are spoken of above."""
    pages, _, wrong = knowledge(settings.business.folder, business)
    yield Finding("co-pilot", f"{len(pages)} articles, {len(pages) - len(business.articles)} of them for agents alone")
    yield from (Finding("co-pilot", f"left out: {line}", "note") for one in wrong for line in one.splitlines())
    for page in pages:
        if page.name not in business.articles and page.stale(today):
            late = f"{page.name}.md: a review was due on {page.review_by}, and agents are told what it says"
            yield Finding("co-pilot", late, "note")


def _rules(settings: Settings) -> Iterator[Finding]:
    """Which escalation rules `serve` would run."""
    try:
        published = publish(settings.business.folder, settings.service.records_folder)
    except VoiceError:
        return  # said of the business
    if published.alarm:
        yield Finding("rules", published.alarm, "note")
    else:
        yield Finding("rules", str(published.accepted))


def _hearing(settings: Settings) -> Iterator[Finding]:
    try:
        folder = settings.service.models_folder
        chosen = engines.recogniser(settings.hearing, folder, gates=settings.service.records_folder)
    except VoiceError as error:
        yield Finding("hears with", str(error), "prevents")
        return
    yield Finding("hears with", f"{chosen.name}: {chosen.why}")
    if chosen.whisper is not None:
        yield _windows(chosen.whisper)


def _windows(engine: Whisper) -> Finding:
    safe = sorted(safe_windows(engine.window, engine.folder, engine.windows, records=engine.gate_folder))
    if safe:
        proof = "" if engine.window == "gated" else ", without a proof: [hearing.whisper] window = 'short'"
        which = ", ".join(f"{seconds:g}" for seconds in safe)
        return Finding("windows", f"{which} and 30 s{proof}", "note" if proof else "good")
    if engine.window == "full":
        return Finding("windows", "30 s alone, as the settings say")
    why = "no shorter one is proven for these weights; `warmline calibrate stt RECORDINGS` may, at a seventh of the CPU"
    return Finding("windows", f"30 s alone: {why}", "note")


def _sizes(settings: Settings) -> Iterator[Finding]:
    """What was measured here with `--measure`, and what follows from it."""
    measured = measuring.kept(settings)
    if not measured:
        yield Finding("sizes", "not measured on this machine; `warmline check --measure` does, in a minute or two")
        return
    load = Load(calls=settings.service.max_calls, workers=settings.hearing.cores)
    assumed = (
        f"{load.calls} calls, {load.workers} workers, a turn every {load.turn_seconds:g} s, {load.decodes_per_turn:g}"
        f" decodes a turn, {load.share_of_core:.0%} of a core a call"
    )
    for window, costs in (
        ("short windows", [(one.size, one.short) for one in measured]),
        ("the 30 s window", [(one.size, one.full) for one in measured]),
    ):
        found = proposal(costs, load)
        each = ", ".join(f"{name} {_in_ms(ms)}" for name, ms in found.p95_ms.items())
        advice = f"{found.name} is the largest size" if found.name else "no size is quick enough"
        says = f"in {window} {advice} with 95 % of texts within {LIMIT_MS:.0f} ms ({each}; {assumed})"
        yield Finding("sizes", says)
    if any(one.busy for one in measured):
        yield Finding("sizes", "measured while this machine had other work: the times are too long", "note")


def _in_ms(ms: float) -> str:
    return "too slow" if math.isinf(ms) else f"{ms:.0f} ms"


def _speaking(settings: Settings) -> Iterator[Finding]:
    try:
        chosen = engines.voice(settings)
    except VoiceError as error:
        yield Finding("speaks with", str(error), "prevents")
        return
    then = f"; then {', '.join(chosen.then)}" if chosen.then else ""
    yield Finding("speaks with", f"{chosen.name}: {chosen.why}{then}")
    try:
        prompts = known_prompts(load_business(settings.business.folder), settings)
        folder = settings.service.records_folder / "prompts"
        cache = cache_of(
            settings.speaking, chosen.name, models_folder=settings.service.models_folder, cache_folder=folder
        )
    except VoiceError:
        return  # said of the business, or of the voice
    if cache is not None and settings.speaking.prerender:
        ready, known = cache.ready(prompts)
        later = "" if ready == known else "; the others are rendered when the service starts"
        yield Finding("prompts", f"{ready} of {known} known sentences lie rendered in {folder}{later}")


def _understanding(settings: Settings) -> Iterator[Finding]:
    """Which of the two ways tells intents apart: both are meant to be used."""
    folder, model = settings.service.models_folder, read_manifest().model(engines.SENTENCES)
    try:
        require(folder, model)
        yield Finding("understands by", f"n-grams and the sentence encoder in {folder / model.folder}")
    except WeightsMissing:
        fetch = f"`warmline models fetch {model.name}` brings the sentence encoder, which knows more wordings"
        yield Finding("understands by", f"n-grams alone; {fetch}")
    except WrongContent as error:
        yield Finding("understands by", f"n-grams alone: {error}", "note")


def _weights(settings: Settings) -> Iterator[Finding]:
    for found in status(settings.service.models_folder, read_manifest()):
        wrong = [name for name, state in found.files.items() if state is FileState.WRONG]
        if wrong:
            fetch = f"`warmline models fetch {found.model.name}` brings it anew"
            yield Finding("weights", f"{found.model.name}: {', '.join(wrong)} has other content; {fetch}", "note")


def _port(settings: Settings) -> Iterator[Finding]:
    where = f"{settings.service.host}:{settings.service.port}"
    try:
        is_free = ports.free(settings.service.host, settings.service.port)
    except TelephonyError as error:
        yield Finding("listens on", str(error), "prevents")
        return
    yield Finding("listens on", where if is_free else f"{where}, which is in use", "good" if is_free else "prevents")


def _twilio(settings: Settings) -> Iterator[Finding]:
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


def _asterisk(settings: Settings) -> Iterator[Finding]:
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


def _agents(settings: Settings) -> Iterator[Finding]:
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
        if not settings.desk.demo_sign_in and not (agent.pin_variable and secret(agent.pin_variable)):
            lacks = f"${agent.pin_variable}" if agent.pin_variable else "[[agents]] pin_variable"
            yield Finding("desk", f"{agent.name} cannot sign in: no PIN, which {lacks} would bring", "note")
    local = settings.service.host in ("127.0.0.1", "localhost", "::1")
    if settings.desk.demo_sign_in and not local:
        yield Finding("desk", "[desk] demo_sign_in: anybody who reaches this address can sign in as an agent", "note")


def _dialled(agent: AgentSettings, countries: frozenset[int]) -> Iterator[Finding]:
    try:
        Destinations({agent.id: agent.address}, countries=countries).of(agent.id)
    except DialRefused as error:
        yield Finding("agents", f"{agent.name}: [[agents]] address: {error}", "prevents")


def _dialling(settings: Settings) -> Iterator[Finding]:
    caps = settings.dialling
    off = switched_off(settings.service.records_folder / SWITCH_FILE)
    if not caps.enabled or off is not None:
        yield Finding("dialling", f"off: {off or '[dialling] enabled = false'}; no telephone is rung", "note")
    else:
        yield Finding("dialling", f"at most {caps.per_call} telephones a call, {caps.per_hour} an hour")


def _queues(settings: Settings) -> Iterator[Finding]:
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
    asked = {skill for queue in queues.values() for skill in queue.skills}
    for agent in settings.agents:
        if unused := sorted(set(agent.skills) - asked):
            what = f"{agent.name}: [[agents]] skills: {', '.join(unused)}: no queue asks for it (queues.toml)"
            yield Finding("agents", what, "note")


def _disk(settings: Settings) -> Iterator[Finding]:
    folder = settings.service.records_folder
    there = next(part for part in (folder, *folder.absolute().parents) if part.exists())
    free = shutil.disk_usage(there).free
    if not os.access(there, os.W_OK):
        yield Finding("records", f"{folder}: a folder that may be written expected", "prevents")
    elif free < FREE_BYTES:
        yield Finding("records", f"{folder}: {free / 1e9:.1f} GB free, recordings need about 1 GB a busy day", "note")
    else:
        yield Finding("records", f"{folder}, {free / 1e9:.0f} GB free")
