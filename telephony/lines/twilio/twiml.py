"""The documents that tell Twilio what to do with a call, built with its own classes so that every word is escaped.

Text is prompts and numbers from config/ only: nothing a caller said ever goes into TwiML.
"""

from collections.abc import Sequence

from twilio.twiml.voice_response import Connect, Dial, Start, Stop, VoiceResponse

TOKEN_PARAMETER = "t"
ASSIST = "assist"
"""Name of the stream that carries both sides of a conference to us."""

CONFERENCE_EVENTS = "start end join leave"


def connect_stream(*, stream_url: str, action_url: str, token: str, stops: Sequence[str] = ()) -> str:
    """The call's audio both ways over our websocket. A `<Stream>` URL takes no query: the token is a parameter.

    `stops`: names of one-way streams that the call has, and that are to end.
    """
    response = VoiceResponse()
    for name in stops:
        stop = Stop()
        stop.stream(name=name)
        response.append(stop)
    connect = Connect(action=action_url, method="POST")
    connect.stream(url=stream_url).parameter(name=TOKEN_PARAMETER, value=token)
    response.append(connect)
    return str(response)


def conference(*, room: str, action_url: str, events_url: str, stream_url: str | None = None, token: str = "") -> str:
    """Into the conference `room`, without beep or music; with `stream_url` both sides are sent there as well.

    `small` costs 150 to 200 ms of buffering, the default up to a second. The events are those of the first participant
    alone, so both get them. https://www.twilio.com/docs/voice/twiml/conference
    """
    response = VoiceResponse()
    if stream_url is not None:
        start = Start()
        start.stream(url=stream_url, name=ASSIST, track="both_tracks").parameter(name=TOKEN_PARAMETER, value=token)
        response.append(start)
    dial = Dial(action=action_url, method="POST")
    dial.conference(
        room,
        beep="false",
        start_conference_on_enter=True,
        end_conference_on_exit=True,
        wait_url="",
        jitter_buffer_size="small",
        status_callback=events_url,
        status_callback_event=CONFERENCE_EVENTS,
        status_callback_method="POST",
    )
    response.append(dial)
    return str(response)


def on_hold(*, sound_url: str) -> str:
    """What a participant on hold hears, over and over."""
    response = VoiceResponse()
    response.play(sound_url, loop=0)
    return str(response)


def hang_up() -> str:
    response = VoiceResponse()
    response.hangup()
    return str(response)


def fallback(*, say: str, number: str | None) -> str:
    """What happens to a call we cannot serve: a word, then a person. Also the static text behind VoiceFallbackUrl,
    which must lie on another host than ours."""
    response = VoiceResponse()
    if say:
        response.say(say)
    if number:
        response.dial(number)
    response.hangup()
    return str(response)
