"""What Twilio is told to do with each leg: the documents of `twiml`, with this line's addresses and one-time tokens.

Each document asks to come back to an address of its own, so that a webhook repeated can be told from the next one.
"""

from collections.abc import Callable

from telephony.lines.twilio import twiml
from telephony.lines.twilio.leg import TwilioLeg
from telephony.lines.twilio.security import StreamTokens
from telephony.lines.twilio.settings import (
    AFTER_CONFERENCE_PATH,
    CONFERENCE_PATH,
    HOLD_SOUND_PATH,
    STREAM_ENDED_PATH,
    Settings,
)

NUMBER = "#"  # between a token's leg and the number of the document that holds it
OVERHEARS = "assist:"  # what a token's subject begins with when its stream carries both sides of a conference


class Documents:
    """`now`: seconds, for the tokens."""

    def __init__(self, settings: Settings, tokens: StreamTokens, *, now: Callable[[], float]) -> None:
        self._settings = settings
        self._tokens = tokens
        self._now = now

    def stream(self, leg: TwilioLeg, *, seconds: float | None = None, from_conference: bool = False) -> str:
        """The leg's audio both ways over a stream of ours, which must start within `seconds`."""
        leg.documents += 1
        return twiml.connect_stream(
            stream_url=self._settings.stream_url,
            action_url=self._settings.url(f"{STREAM_ENDED_PATH}?n={leg.documents}"),
            token=self._token(f"{leg.subject}{NUMBER}{leg.documents}", seconds),
            stops=leg.overhearers if from_conference else (),
        )

    def conference(self, leg: TwilioLeg, room: str, *, overhear: bool) -> str:
        """The leg into `room`; with `overhear` both sides come to us over the leg's stream."""
        leg.overhearers = [twiml.ASSIST] if overhear else []
        return twiml.conference(
            room=room,
            action_url=self._settings.url(f"{AFTER_CONFERENCE_PATH}?room={room}"),
            events_url=self._settings.url(f"{CONFERENCE_PATH}?room={room}"),
            stream_url=self._settings.stream_url if overhear else None,
            token=self.overhearing(leg) if overhear else "",
        )

    def overhearing(self, leg: TwilioLeg) -> str:
        """The token of a stream that carries what the leg says and hears in a conference."""
        return self._token(OVERHEARS + leg.subject, None)

    def on_hold(self) -> str:
        return twiml.on_hold(sound_url=self._settings.url(HOLD_SOUND_PATH))

    def hang_up(self) -> str:
        return twiml.hang_up()

    def fallback(self) -> str:
        """For a caller whom we cannot serve."""
        return twiml.fallback(say=self._settings.fallback_say, number=self._settings.fallback_number)

    def _token(self, subject: str, seconds: float | None) -> str:
        return self._tokens.issue(subject, now=self._now(), seconds=seconds or self._settings.token_seconds)
