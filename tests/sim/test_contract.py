"""The simulated carrier's REST side is held to Twilio's own document, in what it takes and in what it answers."""

import asyncio
import json
import string
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telephony.sim import agent as agents
from telephony.sim.openapi import trim
from tests.sim.little_service import ADA, US, response, told

TWIML = response('<Pause length="5"/>')
CALL = {"To": ADA, "From": US, "Twiml": TWIML}
UNKNOWN = "CA" + "0" * 32
DOCUMENT = json.loads((Path(trim.__file__).parent / "twilio.json").read_text())


def asked(method: str, path: str, form=None, *, wrong: int = 0):
    return told(lambda it: it.request(method, path, form), {}, {ADA: agents.silent()}, wrong=wrong)


@pytest.mark.parametrize(
    "form",
    [
        {"To": ADA, "Twiml": TWIML},
        {"From": US, "Twiml": TWIML},
        {**CALL, "Timeout": "soon"},
        {**CALL, "StatusCallbackEvents": "ringing"},
        {**CALL, "Method": "PUT"},
    ],
    ids=["no From", "no To", "a Timeout in words", "an unknown field", "an unknown method"],
)
def test_a_request_that_breaks_the_contract_is_noted_and_refused(form):
    status, error = asked("POST", "Calls.json", form, wrong=1)
    assert (status, error["status"]) == (400, 400)


@pytest.mark.parametrize(
    ("form", "code"),
    [({"To": ADA, "From": US}, 21205), ({**CALL, "Twiml": "x" * 4001}, 21205)],
    ids=["no document", "a document too long"],
)
def test_what_the_document_allows_and_twilio_does_not_is_refused_with_its_code(form, code):
    status, error = asked("POST", "Calls.json", form)
    assert (status, error["code"]) == (400, code)


@pytest.mark.parametrize(
    ("method", "path", "form"),
    [
        ("GET", f"Calls/{UNKNOWN}.json", None),
        ("POST", f"Calls/{UNKNOWN}.json", {"Status": "completed"}),
        ("POST", f"Calls/{UNKNOWN}/Streams.json", {"Url": "wss://service.example/s"}),
        ("POST", f"Calls/{UNKNOWN}/Recordings/Twilio.CURRENT.json", {"Status": "paused"}),
        ("GET", f"Conferences/CF{'0' * 32}.json", None),
        ("GET", f"Conferences/CF{'0' * 32}/Participants.json", None),
        ("DELETE", f"Conferences/CF{'0' * 32}/Participants/{UNKNOWN}.json", None),
    ],
)
def test_what_is_not_there_is_said_to_be_missing(method, path, form):
    status, error = asked(method, path, form)
    assert (status, error["code"]) == (404, 20404)


def test_a_status_and_a_document_at_once_change_nothing():
    async def story(it):
        await it.request("POST", "Calls.json", CALL)
        await asyncio.sleep(3)
        form = {"Status": "completed", "Twiml": TWIML}
        status, error = await it.request("POST", f"Calls/{it.call_of(ADA).sid}.json", form)
        return status, error["code"], it.call_of(ADA).status

    assert told(story, {}, {ADA: agents.silent()}) == (400, 21218, "in-progress")


def test_several_events_may_be_asked_for():
    events = ["initiated", "ringing", "answered", "completed"]
    assert asked("POST", "Calls.json", {**CALL, "StatusCallbackEvent": events})[0] == 201


def test_calls_are_listed_by_status_and_number():
    async def story(it):
        await it.request("POST", "Calls.json", CALL)
        await asyncio.sleep(3)
        found = [
            len((await it.request("GET", f"Calls.json?{query}"))[1]["calls"])
            for query in ("Status=in-progress", "Status=completed", f"To=%2B{ADA[1:]}", "From=%2B1")
        ]
        _, one = await it.request("GET", f"Calls/{it.call_of(ADA).sid}.json")
        return found, one["status"], one["direction"]

    assert told(story, {}, {ADA: agents.silent()}) == ([1, 0, 1, 0], "in-progress", "outbound-api")


FIELDS = {
    "Calls.json": ("To", "From", "Twiml", "Url", "Timeout", "TimeLimit", "StatusCallback", "StatusCallbackEvent"),
    f"Calls/{UNKNOWN}.json": ("Status", "Twiml", "Url"),
    f"Conferences/CF{'0' * 32}/Participants.json": ("To", "From", "Label", "Muted", "Beep", "Timeout"),
    f"Conferences/CF{'0' * 32}/Participants/{UNKNOWN}.json": ("Hold", "Muted", "HoldUrl"),
}
values = st.one_of(
    st.sampled_from([ADA, US, "", "completed", "true", "-1", "1e9", "<Response/>", "<", "https://service.example/x"]),
    st.text(string.printable, max_size=30),
)
requests = st.sampled_from(sorted(FIELDS)).flatmap(
    lambda path: st.tuples(
        st.just(path),
        st.dictionaries(st.sampled_from((*FIELDS[path], "Nonsense")), st.one_of(values, st.lists(values, max_size=3))),
    )
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(requests, min_size=1, max_size=6))
def test_no_form_breaks_the_carrier_or_makes_it_break_its_own_contract(forms):
    """Whatever is asked, the answer is one that Twilio's document knows."""

    async def story(it):
        statuses = [(await it.request("POST", path, form))[0] for path, form in forms]
        await asyncio.sleep(10)
        broken = [violation for violation in it.rest.violations if not violation.startswith("POST ")]
        it.rest.violations.clear()
        for call in it.carrier.calls.values():
            call.documents.clear()
        return statuses, broken

    statuses, broken = told(story, {}, {ADA: agents.silent()})
    assert broken == []
    assert set(statuses) <= {201, 400, 404}


class TestDocument:
    def test_it_is_a_part_of_twilios_with_its_licence(self):
        assert set(DOCUMENT["paths"]) == set(trim.PATHS)
        licence = (Path(trim.__file__).parent / "LICENSE").read_text(encoding="utf-8")
        assert licence.startswith("MIT License\n\nCopyright (C) 2023, Twilio")

    def test_trimming_it_again_changes_nothing(self):
        assert trim.trimmed(DOCUMENT) == DOCUMENT

    def test_arrays_in_forms_repeat_their_name(self):
        form = DOCUMENT["paths"][trim.ACCOUNT + "/Calls.json"]["post"]["requestBody"]["content"][trim.FORM]
        assert form["encoding"]["StatusCallbackEvent"] == {"style": "form", "explode": True}

    def test_every_schema_that_is_named_is_there(self):
        assert set(trim._named(DOCUMENT)) <= DOCUMENT["components"]["schemas"].keys()
