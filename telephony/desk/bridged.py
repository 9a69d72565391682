"""What a desk shows of the bridge its call is on: held, a lost network, a number that the caller keys."""

from telephony.desk.messages import CallModel
from telephony.events import Held, KeyPressed, KeysAsked, KeysTaken, PartyBack, PartyLost

OnTheBridge = PartyLost | PartyBack | Held | KeysAsked | KeysTaken | KeyPressed


def on_the_bridge(entry: OnTheBridge, call: CallModel) -> dict[str, object]:
    """What is another in `call`."""
    match entry:
        case Held(on=on):
            return {"held": on}
        case PartyLost(speaker=speaker):
            return {"lost": speaker}
        case PartyBack():
            return {"lost": ""}
        case KeysAsked(what=what):
            return {"keying": what, "keyed": 0}
        case KeysTaken():
            return {"keying": "", "keyed": 0}
        case KeyPressed(speaker=speaker):
            return {"keyed": call.keyed + 1} if call.keying and speaker == "caller" else {}
