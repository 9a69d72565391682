"""The conferences of this process, by room: whatever Twilio tells of one, or asks after it, finds its bridge here."""

import logging
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from telephony.lines.twilio.bridge import ConferenceBridge, ConferenceNews
from telephony.lines.twilio.control import CallControl
from telephony.lines.twilio.documents import Documents
from telephony.lines.twilio.leg import TwilioLeg
from telephony.lines.twilio.settings import Settings

log = logging.getLogger(__name__)

REMEMBERED = 500  # for late news; the oldest are forgotten first


class Rooms:
    """`fetch` puts a leg on a stream of its own; `refused` counts news told before, or of no conference of ours."""

    def __init__(
        self,
        control: CallControl,
        documents: Documents,
        settings: Settings,
        *,
        fetch: Callable[[TwilioLeg], Awaitable[None]],
        refused: Callable[[str], None],
    ) -> None:
        self._control = control
        self._documents = documents
        self._settings = settings
        self._fetch = fetch
        self._refused = refused
        self._rooms: OrderedDict[str, ConferenceBridge] = OrderedDict()

    def open(self, caller: TwilioLeg, agent: TwilioLeg) -> ConferenceBridge:
        room = f"warmline-{secrets.token_hex(8)}"  # nobody's name or number
        bridge = ConferenceBridge(
            room=room,
            caller=caller,
            agent=agent,
            control=self._control,
            documents=self._documents,
            settings=self._settings,
            fetch=self._fetch,
        )
        self._rooms[room] = bridge
        if len(self._rooms) > REMEMBERED:
            self._rooms.popitem(last=False)
        return bridge

    def find(self, room: str) -> ConferenceBridge | None:
        return self._rooms.get(room)

    def on_news(self, room: str, news: ConferenceNews) -> None:
        bridge = self._rooms.get(room)
        if bridge is None:
            self._refused("unknown_conference")
            log.info("%s of unknown conference %s", news.event, news.conference)
        elif not bridge.on_news(news):
            self._refused("repeated")
