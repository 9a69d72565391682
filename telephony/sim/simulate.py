"""`warmline simulate twilio`: the carrier's stand-in for a service that runs elsewhere on this machine.

It serves the REST address of `[lines.twilio] api_url`, rings the service as recorded callers do, answers its agents'
numbers, does wrong what it is told to, and tells what happened. No account, no telephone, no money.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from telephony.errors import ConfigError
from telephony.settings import Settings, secret
from telephony.sim.agent import SimAgent
from telephony.sim.behaviours import BEHAVIOURS
from telephony.sim.carrier import Carrier, CarrierCall
from telephony.sim.cast import Cast
from telephony.sim.leaving import Leaver, Leaving, Stage
from telephony.sim.phone import Party
from telephony.sim.rest import RestStandIn
from telephony.sim.serving import HOST, listen, serving
from telephony.sim.socket import Loopback
from telephony.sim.timeline import Line, Timeline
from telephony.sim.troubles import TROUBLES

CALLER = "+12025550143"  # who has no number of their own
SETTLE_SECONDS = 5.0  # after the last call, for what is still under way
EVERYBODY = "all"
DEMO_CALLS = [Path(__file__).parents[1] / "demo" / "calls" / f"{name}.toml" for name in ("balance", "dispute")]


@dataclass(frozen=True, slots=True)
class Plan:
    """`agents`: agent id or number, or "all" → behaviour. `leaves`: when each caller hangs up, if not by script."""

    calls: Sequence[Cast]
    agents: Mapping[str, str]
    troubles: Sequence[str] = ()
    leaves: Leaving | None = None
    gives_up: bool = False
    apart_seconds: float = 3.0
    fallback: str | None = None  # the document behind VoiceFallbackUrl


@dataclass(frozen=True, slots=True)
class Told:
    calls: tuple[CarrierCall, ...]
    lines: tuple[Line, ...]
    violations: tuple[str, ...]


def plan(
    calls: Sequence[Cast], *, agents: Sequence[str] = (), troubles: Sequence[str] = (), leaves: str | None = None,
    apart_seconds: float = 3.0, fallback: Path | None = None,
) -> Plan:  # fmt: skip
    """From the words of the command line. Raises `ConfigError` naming the option and what it takes."""
    named = dict(_behaviour(word) for word in agents)
    for trouble in troubles:
        if trouble not in TROUBLES:
            known = "\n".join(f"  {name:<20}{words}" for name, (words, _) in TROUBLES.items())
            raise ConfigError(f"--trouble: one of these expected, got {trouble!r}\n{known}")
    try:
        text = fallback.read_text(encoding="utf-8") if fallback is not None else None
    except OSError as error:
        raise ConfigError(f"--fallback: a readable file expected, got {fallback} ({error.strerror})") from error
    ringing = leaves == "ringing"
    return Plan(calls, named, troubles, None if ringing else _leaving(leaves), ringing, apart_seconds, text)


async def simulate(settings: Settings, plan: Plan, say: Callable[[Line], None]) -> Told:
    """Plays the plan against the running service. Raises `ConfigError` when there is nothing to play against."""
    table, at = settings.lines.twilio, _rest_address(settings)
    token = secret(table.auth_token_variable)
    if not token:
        raise ConfigError(f"the environment variable {table.auth_token_variable} expected, as the service has it")
    await _must_answer(settings)
    reach = Loopback(settings.service.port, settings.service.host)
    public_url = settings.service.public_url
    carrier = Carrier(
        reach, public_base_url=public_url, account_sid=table.account_sid, auth_token=token, fallback=plan.fallback
    )
    numbers = {agent.address: agent.id for agent in settings.agents if agent.line == "twilio"}
    listening = listen(at)
    async with AsyncExitStack() as stack:
        rest = await stack.enter_async_context(RestStandIn(carrier, agents={}, password=token))
        for trouble in plan.troubles:
            TROUBLES[trouble][1](rest)
        names = {number: f"agent {agent}" for number, agent in numbers.items()}
        names |= {cast.number or CALLER: f"caller {cast.name}" for cast in plan.calls}
        timeline = Timeline(say, names=names, now=asyncio.get_running_loop().time)
        timeline.watch(rest)
        await stack.enter_async_context(serving(rest.app, listening))
        calls = await _play(rest, plan, numbers, table.number)
        await asyncio.sleep(SETTLE_SECONDS)
    violations = [*rest.violations, *_of(carrier.calls.values())]
    return Told(tuple(calls), tuple(timeline.lines), tuple(violations))


async def _play(rest: RestStandIn, plan: Plan, numbers: Mapping[str, str], to: str) -> list[CarrierCall]:
    async def one(cast: Cast, after_seconds: float) -> CarrierCall:
        await asyncio.sleep(after_seconds)
        for number, agent in numbers.items():
            rest.agents[number] = _telephone(plan, cast, number, agent)
        caller: Party = cast.caller()
        if plan.leaves is not None:
            caller = Leaver(caller, plan.leaves)
        return await rest.carrier.call(from_=cast.number or CALLER, to=to, party=caller, gives_up=plan.gives_up)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(cast, n * plan.apart_seconds)) for n, cast in enumerate(plan.calls)]
    return [task.result() for task in tasks]


def _telephone(plan: Plan, cast: Cast, number: str, agent: str) -> SimAgent:
    """What the command line says of this agent, else what the call's own fixture says, else somebody who accepts."""
    word = plan.agents.get(agent) or plan.agents.get(number) or plan.agents.get(EVERYBODY)
    if word is not None:
        return BEHAVIOURS[word]()
    return cast.agents.get(agent) or BEHAVIOURS["accepts"]()


def _behaviour(word: str) -> tuple[str, str]:
    agent, equals, behaviour = word.rpartition("=")
    if behaviour not in BEHAVIOURS:
        raise ConfigError(f"--agent: AGENT=BEHAVIOUR with one of {', '.join(BEHAVIOURS)} expected, got {word!r}")
    return (agent if equals else EVERYBODY), behaviour


def _leaving(words: str | None) -> Leaving | None:
    """STAGE or STAGE:SECONDS."""
    if words is None:
        return None
    stage, _, seconds = words.partition(":")
    try:
        return Leaving(Stage(stage), round(float(seconds or 0) * 1000))
    except ValueError as error:
        stages = ", ".join(["ringing", *Stage])
        raise ConfigError(f"--caller-leaves: one of {stages}, with :SECONDS, expected, got {words!r}") from error


def _rest_address(settings: Settings) -> int:
    table = settings.lines.twilio
    if not table.enabled or not settings.service.public_url or not table.account_sid or not table.number:
        raise ConfigError(
            "[lines.twilio] enabled, account_sid and number, and [service] public_url expected, as the service has them"
        )
    url = urlsplit(table.api_url)
    if url.scheme != "http" or url.hostname not in (HOST, "localhost") or url.port is None:
        raise ConfigError(
            f"[lines.twilio] api_url: an address of this machine with a port, such as http://{HOST}:8090, expected, "
            f"got {table.api_url!r}; the service must have been started with it"
        )
    return url.port


async def _must_answer(settings: Settings) -> None:
    host, port = settings.service.host, settings.service.port
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError as error:
        raise ConfigError(f"a running service expected at {host}:{port}, got none: `warmline serve` first") from error
    writer.close()


def _of(calls: Iterable[CarrierCall]) -> list[str]:
    return [f"call {call.sid}: {violation.code} {violation.what}" for call in calls for violation in call.violations]
