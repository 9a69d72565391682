"""What can go wrong between Twilio and us around a transfer, as whole calls: the caller is kept, and nobody rings on.

The conference's own branches are in test_twilio_conference.py, an agent's answers in test_handoffs.py.
"""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from telephony.events import AgentAccepted, AgentDeclined, AgentOffered, AgentRung, Bridged, Heard, Problem
from telephony.sim.agent import SimAgent, accepts_at_once, declines, is_busy, never_answers
from telephony.sim.carrier import CarrierCall
from telephony.sim.faults import Delivery, Drop, Fault
from telephony.sim.script import Key, Speak, Wait
from tests.sim.broken import Gone
from tests.sim.virtual import WORDS, Call, Town, play

QUICK = accepts_at_once(after_seconds=1.0, ring_seconds=1.0)
CREATE = r"POST .*/Calls\.json"
FALLBACK = "<Response><Say>One moment.</Say><Dial>+12025550190</Dial></Response>"
STATUS = r"/twilio/status\?attempt="


def asks(town: Town, stays_ms: int = 120_000) -> Call:
    return town.ring(Wait(1000), Key("0"), stays_ms=stays_ms)


def declined(call: Call) -> list[tuple[str, str]]:
    return [(entry.agent, entry.by) for entry in call.all(AgentDeclined)]


def transferred(
    folder: Path,
    *,
    ana: SimAgent,
    faults: tuple[Fault, ...] = (),
    deliveries: tuple[Delivery, ...] = (),
    **changes: Any,
) -> tuple[Call, list[CarrierCall]]:
    """Ana is asked first and Ben takes the call if she does not; the call, and those the service made."""

    async def story(town: Town) -> tuple[Call, list[CarrierCall]]:
        town.rest.faults += faults
        town.carrier.webhooks.deliveries += deliveries
        call = asks(town)
        await call.until(Bridged)
        await asyncio.sleep(8)
        await call.hangs_up()
        await asyncio.sleep(12)
        return call, [leg for leg in town.carrier.calls.values() if leg.direction == "outbound-api"]

    call, legs = play(story, folder, agents={"ana": ana, "ben": QUICK}, **changes)
    assert call.outcome == "transferred"
    assert [leg.status for leg in legs if leg.status in ("queued", "ringing", "in-progress")] == []
    return call, legs


def test_too_many_requests_are_only_waited_for(tmp_path: Path) -> None:
    call, legs = transferred(tmp_path, ana=QUICK, faults=(Fault(CREATE, 429, 20429, times=2),))
    assert [entry.agent for entry in call.all(Bridged)] == ["ana"]
    assert len(legs) == 1


def test_a_dial_that_failed_at_the_carrier_and_rang_all_the_same_is_ended_and_the_next_agent_asked(
    tmp_path: Path,
) -> None:
    """Nobody is rung twice for one offer: it may have dialled."""
    call, legs = transferred(tmp_path, ana=QUICK, faults=(Fault(CREATE, 503, carried_out=True),))
    assert declined(call) == [("ana", "failed")]
    assert [entry.agent for entry in call.all(Bridged)] == ["ben"]
    assert [entry.agent for entry in call.all(AgentAccepted)] == ["ben"]
    assert len(legs) == 2
    assert legs[0].streams == []


def test_a_dial_that_is_never_answered_costs_its_time_limit_and_the_late_leg_is_ended(tmp_path: Path) -> None:
    call, legs = transferred(tmp_path, ana=never_answers(), faults=(Fault(CREATE, carried_out=True, lost=True),))
    assert declined(call) == [("ana", "failed")]
    assert legs[0].status == "canceled"


@pytest.mark.parametrize("ana", [declines(ring_seconds=1), is_busy()], ids=["declines", "is busy"])
@pytest.mark.parametrize(
    "delivery",
    [
        Delivery(STATUS, times=20, copies=2),
        Delivery(STATUS, times=3, after_next=True),
        Delivery(STATUS, times=20, late_seconds=1.5),
    ],
    ids=["twice", "out of order", "late"],
)
def test_news_of_a_leg_twice_late_or_out_of_order_lead_to_the_same_end(
    delivery: Delivery, ana: SimAgent, tmp_path: Path
) -> None:
    call, _ = transferred(tmp_path, ana=ana, deliveries=(replace(delivery),))
    assert [entry.agent for entry in call.all(AgentOffered)] == ["ana", "ben"]
    assert [entry.agent for entry in call.all(Bridged)] == ["ben"]


def test_without_the_news_that_an_agent_is_busy_the_offer_runs_out(tmp_path: Path) -> None:
    call, _ = transferred(
        tmp_path, ana=is_busy(), deliveries=(Delivery(STATUS + ".* busy", lost=True),), handoff={"ring_seconds": 6.0}
    )
    assert declined(call) == [("ana", "no_answer")]


def test_forged_news_of_a_leg_end_nothing(tmp_path: Path) -> None:
    async def story(town: Town) -> tuple[Call, str]:
        town.carrier.webhooks.deliveries.append(Delivery(STATUS + ".* in-progress", forged=True))
        call = asks(town)
        await call.until(Bridged)
        await call.hangs_up()
        return call, await town.metrics()

    call, metrics = play(story, tmp_path, agents={"ana": QUICK})
    assert call.outcome == "transferred"
    assert 'warmline_refused_total{kind="webhook_signature"} 1' in metrics


def test_an_agent_whose_stream_cannot_be_opened_is_not_waited_for(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        call = asks(town)
        await call.until(AgentOffered)
        town.carrier.drops.append(Drop(refused=True))
        await call.until(Bridged)
        await call.hangs_up()
        return call

    call = play(story, tmp_path, agents={"ana": QUICK, "ben": QUICK})
    assert [entry.agent for entry in call.all(Bridged)] == ["ben"]


def test_when_the_service_dies_the_caller_is_put_through_by_the_fallback_document(tmp_path: Path) -> None:
    async def story(town: Town) -> CarrierCall:
        town.carrier._fallback = FALLBACK
        town.carrier.drops.append(Drop(after_seconds=4.0))
        call = asks(town)
        await asyncio.sleep(3)
        town.carrier.webhooks._reach = Gone()  # type: ignore[assignment]  # half a reach is enough
        town.carrier.reach = Gone()  # type: ignore[assignment]
        await asyncio.sleep(30)
        return town.carrier.calls[call.sid]

    call = play(story, tmp_path, agents={"ana": never_answers()})
    assert call.happened("say") == ["One moment."]
    assert call.happened("dial") == ["+12025550190"]


def test_two_in_a_conference_do_not_notice_that_the_service_died(tmp_path: Path) -> None:
    async def story(town: Town) -> tuple[str, str]:
        call = asks(town)
        await call.until(Bridged)
        await asyncio.sleep(2)
        town.carrier.webhooks._reach = Gone()  # type: ignore[assignment]  # half a reach is enough
        await asyncio.sleep(30)
        return town.carrier.calls[call.sid].status, town.leg_of("ana").status

    assert play(story, tmp_path, agents={"ana": QUICK}) == ("in-progress", "in-progress")


# --- who may be dialled ---------------------------------------------------------------------------------------------

PREMIUM = "+19005550100"


def test_a_number_that_the_caller_names_is_never_dialled(tmp_path: Path) -> None:
    said = "connect me to plus one nine hundred five five five zero one zero zero and to sip eve at example dot org"

    async def story(town: Town) -> tuple[Call, set[str]]:
        town.rest.agents[PREMIUM] = QUICK
        call = town.ring(Wait(1500), Speak(WORDS), Wait(4000), Speak(WORDS), Wait(4000), Key("0"), stays_ms=60_000)
        await call.until(Bridged)
        await call.hangs_up()
        return call, {leg.to for leg in town.carrier.calls.values() if leg.direction != "inbound"}

    call, dialled = play(story, tmp_path, agents={"ana": QUICK}, lines=[said, said])
    assert len(call.all(Heard)) == 2
    assert dialled == {"+12025550201"}


def test_while_dialling_is_switched_off_nobody_is_rung_and_the_caller_is_offered_a_callback(tmp_path: Path) -> None:
    (tmp_path / "dialling-off").write_text("fraud suspected\n")

    async def story(town: Town) -> tuple[Call, list[str]]:
        call = asks(town)
        await asyncio.sleep(25)
        requests = [line for line in town.rest.requests if line.endswith("Calls.json")]
        await call.hangs_up()
        return call, requests

    call, requests = play(story, tmp_path, agents={"ana": QUICK, "ben": QUICK})
    assert requests == []
    assert declined(call) == [("ana", "failed"), ("ben", "failed")]
    assert [problem.what.partition(": ")[2] for problem in call.all(Problem)] == [
        "dialling is switched off: fraud suspected",
        "dialling is switched off: fraud suspected",
    ]
    assert call.all(AgentRung) == []


def test_a_call_rings_no_more_telephones_than_its_cap(tmp_path: Path) -> None:
    async def story(town: Town) -> tuple[Call, int]:
        call = asks(town)
        await asyncio.sleep(25)
        dials = sum(line.endswith("Calls.json") for line in town.rest.requests)
        await call.hangs_up()
        return call, dials

    agents = {"ana": declines(ring_seconds=1), "ben": QUICK}
    call, dials = play(story, tmp_path, agents=agents, dialling={"per_call": 1})
    assert dials == 1
    assert "at most 1 dials for one call" in call.all(Problem)[0].what


def test_an_agent_in_a_country_that_is_not_dialled_is_not_rung(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        call = asks(town)
        await call.until(AgentDeclined)
        await call.hangs_up()
        return call

    call = play(story, tmp_path, agents={"ana": QUICK}, dialling={"countries": [44]})
    assert "expected a number in a country that we dial (+44), got +1" in call.all(Problem)[0].what


def test_an_agent_at_a_sip_address_is_rung_there_with_the_login_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, forms = "sip:ana@pbx.example.org;transport=tls", []
    monkeypatch.setenv("TWILIO_SIP_LOGIN", "warmline:a-secret")

    async def story(town: Town) -> Call:
        town.rest.agents[address] = QUICK
        create = town.rest.resources.calls.create_call

        async def noted(form: Any) -> Any:
            forms.append((form.get("To"), form.get("SipAuthUsername"), form.get("SipAuthPassword")))
            return await create(form)

        town.rest.resources._routes = [
            (method, pattern, noted if handler == create else handler)
            for method, pattern, handler in town.rest.resources._routes
        ]
        town.available("sid")
        call = asks(town)
        await call.until(Bridged)
        await call.hangs_up()
        return call

    seat = {"id": "sid", "name": "Sid", "skills": ["general", "cards"], "line": "twilio", "address": address}
    call = play(story, tmp_path, seats=[seat])
    assert [entry.agent for entry in call.all(Bridged)] == ["sid"]
    ((to, user, password),) = forms
    assert to.startswith(f"{address}?X-Warmline-Handoff={call.records[0].call}-h1&User-to-User=")
    assert (user, password) == ("warmline", "a-secret")
