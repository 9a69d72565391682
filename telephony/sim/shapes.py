"""What the carrier's REST resources look like, field by field as Twilio's document has them."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from telephony.sim.call import CarrierCall
from telephony.sim.carrier import Carrier
from telephony.sim.conference import Participant, Room


@dataclass(slots=True)
class Recording:
    sid: str
    call_sid: str
    created_at: float
    status: str = "in-progress"
    moments: list[tuple[float, str]] = field(default_factory=list)  # loop time, status


class Shapes:
    """`root`: the path of the account."""

    def __init__(self, carrier: Carrier, root: str) -> None:
        self._carrier = carrier
        self._root = root

    def call(self, call: CarrierCall) -> dict[str, Any]:
        stamp, answered = self._carrier.stamp, call.answered_at
        length = None if answered is None or call.ended_at is None else str(round(call.ended_at - answered))
        return {
            **self._resource(f"/Calls/{call.sid}.json", call.created_at),
            "sid": call.sid,
            "parent_call_sid": call.parent_sid,
            "to": call.to,
            "from": call.from_,
            "status": call.status,
            "start_time": None if answered is None else stamp(answered),
            "end_time": None if call.ended_at is None else stamp(call.ended_at),
            "duration": length,
            "direction": call.direction,
            "api_version": "2010-04-01",
        }

    def stream(self, call: CarrierCall, sid: str, status: str) -> dict[str, Any]:
        name = next(tap.name for tap in call.taps if tap.sid == sid)
        fields = {"sid": sid, "call_sid": call.sid, "name": name or None, "status": status}
        resource = self._resource(f"/Calls/{call.sid}/Streams/{sid}.json", _now())
        del resource["date_created"]
        return resource | fields

    def recording(self, recording: Recording) -> dict[str, Any]:
        path = f"/Calls/{recording.call_sid}/Recordings/{recording.sid}.json"
        return {
            **self._resource(path, recording.created_at),
            "sid": recording.sid,
            "call_sid": recording.call_sid,
            "conference_sid": None,
            "status": recording.status,
            "start_time": self._carrier.stamp(recording.created_at),
            "source": "StartCallRecordingAPI",
            "channels": 2,
            "duration": None,
            "api_version": "2010-04-01",
        }

    def room(self, room: Room) -> dict[str, Any]:
        fields = {
            **self._resource(f"/Conferences/{room.sid}.json", room.created_at),
            "sid": room.sid,
            "friendly_name": room.name,
            "status": room.status,
            "region": "us1",
            "call_sid_ending_conference": room.ended_by,
            "api_version": "2010-04-01",
        }
        return fields | ({"reason_conference_ended": room.reason_ended} if room.reason_ended else {})

    def participant(self, room: Room, participant: Participant, status: str = "connected") -> dict[str, Any]:
        path = f"/Conferences/{room.sid}/Participants/{participant.call_sid}.json"
        return {
            **self._resource(path, room.created_at),
            "call_sid": participant.call_sid,
            "conference_sid": room.sid,
            "label": participant.label,
            "muted": participant.muted,
            "hold": participant.hold,
            "coaching": participant.coaching,
            "call_sid_to_coach": None,
            "start_conference_on_enter": participant.starts,
            "end_conference_on_exit": participant.ends,
            "status": status,
        }

    def _resource(self, path: str, created_at: float) -> dict[str, Any]:
        stamp = self._carrier.stamp(created_at)
        return {
            "account_sid": self._carrier.account_sid,
            "date_created": stamp,
            "date_updated": self._carrier.stamp(),
            "uri": self._root + path,
        }

    def page(self, name: str, path: str, items: list[dict[str, Any]]) -> dict[str, Any]:
        """One page holds all."""
        uri = f"{self._root}{path}?PageSize=50&Page=0"
        return {
            name: items, "page": 0, "page_size": 50, "start": 0, "end": max(0, len(items) - 1),
            "uri": uri, "first_page_uri": uri, "next_page_uri": None, "previous_page_uri": None,
        }  # fmt: skip


def _now() -> float:
    return asyncio.get_running_loop().time()
