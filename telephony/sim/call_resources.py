"""Calls, their media streams and their recordings over REST."""

import asyncio
from xml.etree import ElementTree

from telephony.sim.call import FINAL, Act, CarrierCall
from telephony.sim.carrier import CALL_SECONDS_MAX, Carrier
from telephony.sim.forms import Form, Handled, Refusal
from telephony.sim.shapes import Recording, Shapes
from telephony.sim.streaming import close_tap, open_tap
from telephony.sim.twiml import document

TWIML_LENGTH_MAX = 4000
RING_SECONDS = 60.0  # `Timeout` of a created call, by default


class CallResources:
    def __init__(self, carrier: Carrier, shapes: Shapes) -> None:
        self.recordings: dict[str, Recording] = {}
        self._carrier = carrier
        self._shapes = shapes

    async def create_call(self, form: Form) -> Handled:
        if "Twiml" not in form and "Url" not in form:
            raise Refusal(400, 21205, "Twiml or Url expected, got neither")
        call = self._carrier.new_call(from_=form.get("From"), to=form.get("To"), direction="outbound-api")
        call.status_callback = form.get("StatusCallback") or None
        call.events = frozenset(form.all("StatusCallbackEvent") or ["completed"])
        call.fallback_url = form.get("FallbackUrl") or None
        dialling = self._carrier.dial(
            call,
            ring_seconds=form.seconds("Timeout", RING_SECONDS),
            act=self._document(call, form),
            max_seconds=min(CALL_SECONDS_MAX, form.seconds("TimeLimit", CALL_SECONDS_MAX)),
        )
        self._carrier.background.start(dialling, f"call to {call.to}")
        return 201, self._shapes.call(call)

    async def list_calls(self, query: Form) -> Handled:
        wanted = {"status": query.get("Status"), "to": query.get("To"), "from_": query.get("From")}
        found = [
            call
            for call in reversed(self._carrier.calls.values())
            if all(not value or getattr(call, name) == value for name, value in wanted.items())
        ]
        return 200, self._shapes.page("calls", "/Calls.json", [self._shapes.call(call) for call in found])

    async def fetch_call(self, _: Form, call: str) -> Handled:
        return 200, self._shapes.call(self._known(call))

    async def update_call(self, form: Form, call: str) -> Handled:
        known = self._known(call)
        if known.status in FINAL:
            raise Refusal(400, 21220, "Call is not in-progress. Cannot redirect.")
        if "Status" in form and ("Twiml" in form or "Url" in form):
            raise Refusal(400, 21218, "Status or a document expected, got both")
        match form.get("Status"):
            case "completed":
                known.complete()
            case "canceled" if known.status != "in-progress":
                known.complete()
        if "Twiml" in form or "Url" in form:
            if known.status != "in-progress":
                raise Refusal(400, 21220, "Call is not in-progress. Cannot redirect.")
            known.note("redirected", form.get("Url") or "Twiml")
            known.redirect(self._document(known, form))
        return 200, self._shapes.call(known)

    async def create_stream(self, form: Form, call: str) -> Handled:
        known = self._in_progress(call)
        attributes = {"url": form.get("Url"), "name": form.get("Name"), "track": form.get("Track", "inbound_track")}
        element = ElementTree.Element("Stream", attributes)
        if "StatusCallback" in form:
            element.set("statusCallback", form.get("StatusCallback"))
        number = 1
        while f"Parameter{number}.Name" in form:
            given = {"name": form.get(f"Parameter{number}.Name"), "value": form.get(f"Parameter{number}.Value")}
            ElementTree.SubElement(element, "Parameter", given)
            number += 1
        sid = await open_tap(self._carrier, known, element)
        if sid is None:
            raise Refusal(400, 31920, "the stream could not be opened")
        return 200, self._shapes.stream(known, sid, "in-progress")

    async def stop_stream(self, form: Form, call: str, stream: str) -> Handled:
        known = self._known(call)
        taps = [tap for tap in known.taps if stream in (tap.sid, tap.name)]
        if not taps:
            raise Refusal(404, 20404, f"stream {stream} was not found")
        await close_tap(self._carrier, taps[-1].sid)
        return 200, self._shapes.stream(known, taps[-1].sid, "stopped")

    async def create_recording(self, form: Form, call: str) -> Handled:
        known = self._in_progress(call)
        recording = Recording(self._carrier.new_sid("RE"), known.sid, _now())
        self.recordings[recording.sid] = recording
        return 201, self._shapes.recording(recording)

    async def update_recording(self, form: Form, call: str, recording: str) -> Handled:
        of_call = [one for one in self.recordings.values() if one.call_sid == call]
        found = of_call[-1:] if recording == "Twilio.CURRENT" else [r for r in of_call if r.sid == recording]
        if not found:
            raise Refusal(404, 20404, f"recording {recording} was not found")
        if found[0].status == "stopped":
            raise Refusal(400, 21220, "the recording is stopped")
        found[0].status = form.get("Status")
        found[0].moments.append((_now(), found[0].status))
        return 200, self._shapes.recording(found[0])

    def _document(self, call: CarrierCall, form: Form) -> Act:
        """`Url` is ignored where both are given, as Twilio's document says of `Twiml`."""
        if "Twiml" not in form:
            return self._carrier.fetching(call, form.get("Url"))
        if len(form.get("Twiml")) > TWIML_LENGTH_MAX:
            raise Refusal(400, 21205, f"Twiml of at most {TWIML_LENGTH_MAX} characters expected")
        return document(form.get("Twiml"))

    def _known(self, sid: str) -> CarrierCall:
        call = self._carrier.calls.get(sid)
        if call is None:
            raise Refusal(404, 20404, f"call {sid} was not found")
        return call

    def _in_progress(self, sid: str) -> CarrierCall:
        call = self._known(sid)
        if call.status != "in-progress":
            raise Refusal(400, 21220, f"call {sid} is not in progress")
        return call


def _now() -> float:
    return asyncio.get_running_loop().time()
