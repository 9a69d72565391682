"""The documents that tell Twilio what to do with a call, built with its own classes so that every word is escaped.

Text is prompts and numbers from config/ only: nothing a caller said ever goes into TwiML.
"""

from twilio.twiml.voice_response import Connect, VoiceResponse

TOKEN_PARAMETER = "t"


def connect_stream(*, stream_url: str, action_url: str, token: str) -> str:
    """The call's audio both ways over our websocket. A `<Stream>` URL takes no query: the token is a parameter."""
    response = VoiceResponse()
    connect = Connect(action=action_url, method="POST")
    connect.stream(url=stream_url).parameter(name=TOKEN_PARAMETER, value=token)
    response.append(connect)
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
