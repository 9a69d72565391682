"""The brief: how soon on screen, how long when spoken, how much of it right, how many false lines.

Right and false are counted over the labelled calls that a person is brought into. The screen is a page's own websocket
to the real service in real time: from the trigger in the journal to the page's word that the brief was drawn.
"""

import asyncio
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from models.brief import Attempt, Caller, Material, Reason
from models.compose import compose
from models.transcript import Transcript
from telephony.assembly.speaking import open_voices
from telephony.assembly.world import World
from telephony.demo.make_clips import CALLS
from telephony.desk.settings import DeskSettings
from telephony.events import AgentBriefed, BriefReady, BriefSeen, Heard
from telephony.journal import Record
from telephony.replay import DAY, replay
from telephony.settings import load
from telephony.sim import fixture as fx
from telephony.sim.agent import never_answers
from telephony.sim.caller import Caller as Telephone
from telephony.sim.script import Key, SpeakAfterPrompt, Wait
from telephony.sim.voices import read
from tests.bench.context import ROOT, Context
from tests.bench.writer import Row
from tests.calls.false_lines import false_lines
from tests.calls.truth import newest_brief, parts_right
from tests.sim.house import TOKEN, TOKEN_VARIABLE, serving
from voice.audio import RATE
from voice.dialogue.load import load_business
from voice.events import Escalated

IDS = (
    "brief_on_screen_p95_ms", "brief_correction_on_screen_p95_ms", "brief_spoken_p95_s", "brief_parts_right",
    "brief_false_lines",
)  # fmt: skip
LABELLED = ROOT / "tests" / "calls" / "labelled"
CALLS_ON_SCREEN = 22
SIGNED_IN = ("ana", "ben")
TOLD = "my-debit-card-is-missing-*.flac"


def rows(context: Context) -> Sequence[Row]:
    make = context.samples.row
    os.environ[TOKEN_VARIABLE] = TOKEN
    with tempfile.TemporaryDirectory(prefix="warmline-bench-") as folder:
        first, later = asyncio.run(_on_screen(Path(folder)))
    replayed = [(fixture, _replay(context, path)) for path in _calls() if (fixture := fx.load(path)).truth.trigger]
    parts = [
        float(right)
        for fixture, records in replayed
        if (brief := newest_brief(records)) is not None
        for right in parts_right(fixture, brief).values()
    ]
    false = [float(len(false_lines(fixture, records, DAY))) for fixture, records in replayed]
    spoken = [*_spoken(replayed), *asyncio.run(_every_intent())]
    return [
        make(IDS[0], first, "p95", unit="ms", goal="<= 1000", of="trigger to brief 1 drawn by a page, real time",
             note="a page without a screen: the browser's own frame, some 16 ms, is not in it"),
        make(IDS[1], later, "p95", unit="ms", goal="<= 500", of="end of recognition to the next version drawn"),
        make(IDS[2], spoken, "p95", unit="s", goal="<= 12", of="one brief as spoken",
             note="briefs of the labelled calls, and one a kind of request for a member and for a stranger"),
        make(IDS[3], parts, "share", unit="of parts with a truth", goal=">= 0.95", of="1: as the truth says",
             note=f"{len(replayed)} labelled calls with a person; blank parts count where the truth is blank"),
        make(IDS[4], false, "sum", unit="lines", goal="0", of="false lines in one call's briefs, all versions"),
    ]  # fmt: skip


def _calls() -> list[Path]:
    return sorted(CALLS.glob("*.toml")) + sorted(LABELLED.glob("*.toml"))


def _replay(context: Context, path: Path) -> tuple[Record, ...]:
    return replay(path, config=ROOT / "config", out=context.folder / "calls").records


# --- how long it takes to say -----------------------------------------------------------------------------------------


def _spoken(replayed: Sequence[tuple[fx.Fixture, Sequence[Record]]]) -> Iterator[float]:
    """Whole briefs that were heard to their end."""
    for _, records in replayed:
        whole = {record.entry.brief.spoken for record in records if isinstance(record.entry, BriefReady)}
        for record in records:
            if isinstance(record.entry, AgentBriefed) and record.entry.text in whole:
                yield record.entry.seconds


async def _every_intent() -> list[float]:
    """One brief for each kind of request, in the service's own voice."""
    settings = load(ROOT / "config")
    voices = await open_voices(settings.speaking, models_folder=settings.service.models_folder, cache_folder=None)
    try:
        texts = [compose(material).spoken for material in _materials()]
        return [await _seconds(voices.voice.stream(text)) for text in texts]
    finally:
        await voices.close()


async def _seconds(pieces: Any) -> float:
    return float(sum([len(piece) async for piece in pieces])) / RATE


def _materials() -> Iterator[Material]:
    member = Caller("Ines Cordeiro", "ending 90", "by PIN on the keypad", ("standard member", "member since 2021"))
    for intent in load_business(ROOT / "config").intents.values():
        if not intent.next_step:
            continue
        known = {"topic": intent.summary, "next_step": intent.next_step, "limits": intent.limits}
        for caller, tried in ((Caller(), ()), (member, (Attempt(intent.attempt or intent.title, "failed"),))):
            reason = Reason("frustrated", ("frustration 0.60 of 1", 'said "outrageous"'), ())
            yield Material(Transcript(), DAY, caller=caller, attempts=tried, reason=reason, **known)  # type: ignore[arg-type]  # of strings


# --- how soon it is seen ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Page:
    """A desk's page without a screen: says it has drawn each version as soon as it has read it."""

    client: aiohttp.ClientSession
    headers: Mapping[str, str]
    socket: aiohttp.ClientWebSocketResponse

    async def run(self) -> None:
        drawn: set[tuple[str, int]] = set()
        async for received in self.socket:
            message = received.json()
            shown = message.get("offer") or message.get("call")
            if not shown or not shown.get("brief"):
                continue
            version = (shown["call"], shown["brief"]["version"])
            if version not in drawn:
                drawn.add(version)
                await _post(self.client, f"/desk/api/calls/{version[0]}/brief/{version[1]}/seen", self.headers)


async def _post(client: aiohttp.ClientSession, path: str, headers: Mapping[str, str], **body: str) -> Any:
    async with client.post(path, json=body, headers=headers) as answer:
        return await answer.json()


async def _open_page(address: str, agent: str) -> _Page:
    client = aiohttp.ClientSession(address, headers={"origin": address}, cookie_jar=aiohttp.DummyCookieJar())
    async with client.post("/desk/api/sign-in", json={"agent": agent}) as answer:
        name = DeskSettings(secure_cookie=True).cookie  # for https alone, which there is none of here
        cookie = f"{name}={answer.cookies[name].value}"
        headers = {"x-csrf-token": (await answer.json())["csrf"], "cookie": cookie}
    ticket = (await _post(client, "/desk/api/ticket", headers))["ticket"]
    socket = await client.ws_connect("/desk/feed")
    await socket.send_json({"v": 1, "type": "hello", "ticket": ticket})
    await _post(client, "/desk/api/presence", headers, presence="available")
    return _Page(client, headers, socket)


async def _on_screen(folder: Path) -> tuple[list[float], list[float]]:
    """Milliseconds to the first version, and to the one after the caller has said what it is about."""
    records: list[Record] = []
    telephones = {f"+1202555020{number}": never_answers() for number, _ in enumerate(SIGNED_IN, start=1)}
    roster = [
        {**agent.model_dump(), "line": "twilio", "address": number}
        for agent, number in zip(load(ROOT / "config").agents, telephones, strict=False)
    ]
    changes: dict[str, Any] = {"desk": {"demo_sign_in": True}, "handoff": {"ring_seconds": 60.0}}
    story = read(next(CALLS.parent.glob(f"**/{TOLD}"), next(LABELLED.glob(f"**/{TOLD}"))))
    async with serving(folder, World(on_record=records.append), agents=telephones, roster=roster, **changes) as (
        _,
        carrier,
        address,
    ):
        pages = [await _open_page(address, agent) for agent in SIGNED_IN]
        drawing = [asyncio.create_task(page.run()) for page in pages]
        lanes = [_lane(carrier, story, f"+120255502{lane}") for lane, _ in enumerate(SIGNED_IN)]
        await asyncio.gather(*lanes)
        await asyncio.sleep(1)
        for page, task in zip(pages, drawing, strict=True):
            await page.socket.close()
            await asyncio.wait({task})
            await page.client.close()
    return _waits(records, 1), _waits(records, 2)


async def _lane(carrier: Any, story: Any, numbers: str) -> None:
    """One call after another: asks for a person by key, says what it is about, hangs up."""
    for turn in range(CALLS_ON_SCREEN // len(SIGNED_IN)):
        script = (Wait(500), Key("0"), SpeakAfterPrompt(story), Wait(2500))
        await carrier.call(from_=f"{numbers}{turn:02d}", to="+12025550100", party=Telephone(script, stays_ms=0))
        await asyncio.sleep(0.5)


def _waits(records: Sequence[Record], version: int) -> list[float]:
    """From the trigger, or from the words that made the version, to its being drawn; one a call."""
    found = []
    for call in dict.fromkeys(record.call for record in records):
        mine = [record for record in records if record.call == call]
        seen = [r for r in mine if isinstance(r.entry, BriefSeen) and r.entry.brief_version == version]
        causes = [r for r in mine if isinstance(r.entry, Escalated if version == 1 else Heard)]
        if seen and causes:
            found.append(float(seen[0].at_ms - max(r.at_ms for r in causes if r.at_ms <= seen[0].at_ms)))
    return found
