"""What a desk shows of the bridge its call is on: held, a lost network, a number that the caller keys, a colleague."""

from telephony.desk.companions import told
from telephony.desk.messages import CallModel
from telephony.events import (
    CompanionAsked,
    CompanionJoined,
    CompanionOver,
    Held,
    KeyPressed,
    KeysAsked,
    KeysTaken,
    PartyBack,
    PartyLost,
)

OnTheBridge = (
    PartyLost | PartyBack | Held | KeysAsked | KeysTaken | KeyPressed | CompanionAsked | CompanionJoined | CompanionOver
)  # fmt: skip


def on_the_bridge(entry: OnTheBridge, call: CallModel, *, me: str) -> dict[str, object]:
    """What is another in `call`, at the desk of the agent `me`."""
    match entry:
        case Held(on=on):
            return {"held": on}
        case PartyLost(speaker="colleague"):
            return {} if call.host else {"lost": "colleague"}  # their own page says so itself
        case PartyLost(speaker="agent") if call.host:
            return {"lost": "colleague"}
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
        case CompanionAsked():
            return {"host": entry.agent_name} if entry.companion == me else {"asking": entry.name, "colleague": ""}
        case CompanionJoined():
            return {} if entry.companion == me else {"asking": "", "beside": entry.name}
        case CompanionOver():
            lost = "" if call.lost == "colleague" else call.lost
            words = "" if entry.companion == me else told(entry)
            return {"asking": "", "beside": "", "host": "", "colleague": words, "lost": lost}
