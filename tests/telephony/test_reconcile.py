"""The start after a crash: whose telephone still rings is let go, who talks is left alone, each call has its end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from telephony import events as e
from telephony.assembly.reconcile import cut_off, reconcile
from telephony.journal import Record
from telephony.lines.twilio import TwilioLine
from telephony.records import open_store
from telephony.records.queries import Queries
from telephony.records.store import Store, default_url
from telephony.records.upgrade import open_engine
from telephony.sim import agent as agents
from telephony.sim.faults import Fault
from tests.lines.stage import AGENTS, SETTINGS, Stage, stage

CALLER = "CA" + "c" * 32
FOUND = r"(GET|POST) .*/Calls/.+\.json"


def keep(store: Store, *told: e.Entry) -> None:
    for seq, entry in enumerate(told, start=1):
        store.keep(Record("c1", seq, 1000 * seq, float(seq), entry))


def until_rung(sid: str, caller_sid: str = CALLER) -> list[e.Entry]:
    return [
        e.CallOffered("twilio", "inbound", "+12025550143", "+12025550100", caller_sid),
        e.HandoffMoved("h1", "queued", "requested", None),
        e.AgentOffered("h1", "ada", 1, 20.0),
        e.HandoffMoved("h1", "offered", "queued", None),
        e.AgentRung("h1", "ada", "twilio", sid),
    ]


async def after_a_start(folder: Path, it: Stage) -> list[e.Entry]:
    """A new process: its own line, the record as it lies there. The entries it adds."""
    line = TwilioLine(SETTINGS, agents=AGENTS, control=it.line._control)
    store = open_store("", folder)
    found = await cut_off(store)
    await reconcile(found, store, {"twilio": line}, wall=lambda: 99.0)
    assert await cut_off(store) == []
    store.close()
    queries = Queries(open_engine(default_url(folder)))
    assert queries.verify("c1") is None
    known = found[0].last_seq if found else len(queries.journal("c1"))
    return [(row.type, dict(row.fields)) for row in queries.journal("c1") if row.seq > known]


@asynccontextmanager
async def crashed(folder: Path, *then: e.Entry, who: agents.SimAgent) -> AsyncIterator[tuple[Stage, str]]:
    """A service that rang Ada and died without a word, right after `then`."""
    async with stage(agents={"ada": who}) as it:
        leg = await it.line.dial("ada", ring_seconds=20.0, call="c1", attempt="h1-1")
        store = open_store("", folder)
        keep(store, *until_rung(leg.party.carrier_id), *then)
        store.close()
        yield it, leg.party.carrier_id


async def test_a_telephone_that_rings_for_a_call_cut_off_is_let_go(tmp_path: Path) -> None:
    async with crashed(tmp_path, who=agents.never_answers()) as (it, sid):
        added = await after_a_start(tmp_path, it)
        assert it.carrier.calls[sid].completed.is_set()
    assert [kind for kind, _ in added] == ["Problem", "HandoffMoved", "CallEnded"]
    assert "agent ada's leg was ended" in added[0][1]["what"]
    assert (added[1][1]["state"], added[1][1]["why"]) == ("abandoned", "service_stopped")
    assert (added[2][1]["outcome"], added[2][1]["seconds"]) == ("failed", 5.0)


async def test_a_leg_that_is_over_is_left_so(tmp_path: Path) -> None:
    async with crashed(tmp_path, who=agents.is_busy(ring_seconds=0.0)) as (it, _):
        await it.line._by_attempt["h1-1"].ended()  # the stand-in has told us that she is busy
        added = await after_a_start(tmp_path, it)
    assert "agent ada's leg was over" in added[0][1]["what"]


async def test_a_carrier_that_does_not_answer_is_said_so(tmp_path: Path) -> None:
    async with crashed(tmp_path, who=agents.never_answers()) as (it, _):
        it.rest.faults.append(Fault(FOUND, 401, 20003, times=9))
        added = await after_a_start(tmp_path, it)
    assert "agent ada's leg may still be up" in added[0][1]["what"]
    assert added[-1][0] == "CallEnded"


async def test_two_who_talk_in_a_conference_are_left_alone(tmp_path: Path) -> None:
    bridged = (e.HandoffMoved("h1", "bridged", "accepted", None), e.Bridged("h1", "ada"))
    async with crashed(tmp_path, *bridged, who=agents.never_answers()) as (it, sid):
        caller = it.carrier.new_call(from_="+12025550143", to="+12025550100", direction="inbound")
        caller.sid = CALLER
        caller.status = "in-progress"
        it.carrier.calls[CALLER] = caller
        added = await after_a_start(tmp_path, it)
        assert not it.carrier.calls[sid].completed.is_set()
    assert [kind for kind, _ in added] == ["Problem", "Unbridged", "HandoffMoved", "CallEnded"]
    assert "the two go on talking" in added[0][1]["what"]
    assert added[-1][1]["outcome"] == "transferred"


async def test_an_agent_whose_caller_is_gone_is_let_go(tmp_path: Path) -> None:
    bridged = (e.HandoffMoved("h1", "bridged", "accepted", None), e.Bridged("h1", "ada"))
    async with crashed(tmp_path, *bridged, who=agents.never_answers()) as (it, sid):
        await after_a_start(tmp_path, it)
        assert it.carrier.calls[sid].completed.is_set()


async def test_a_call_that_had_its_end_is_not_touched(tmp_path: Path) -> None:
    async with crashed(tmp_path, e.CallEnded("ended", "caller", "hung up", 9.0), who=agents.never_answers()) as (it, _):
        assert await after_a_start(tmp_path, it) == []
