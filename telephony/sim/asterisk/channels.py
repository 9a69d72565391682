"""Channels as a PBX keeps them, and what flows between them: each channel of a bridge hears all the others."""

from dataclasses import dataclass, field

import numpy as np

from telephony.sim.asterisk.sockets import MediaChannel
from telephony.sim.phone import Party
from telephony.sim.stream import Capture
from voice.audio import FRAME_MS, Pcm, silence


@dataclass(slots=True, eq=False)
class SimChannel:
    """`said`: its audio of this tick. `spied`: whom a snoop channel listens to."""

    id: str
    kind: str  # caller | agent | media | spy | local
    state: str = "Up"
    number: str = ""
    exten: str = ""
    in_app: bool = False
    party: Party | None = None
    media: MediaChannel | None = None
    spied: "SimChannel | None" = None
    bridge: str | None = None
    held: bool = False
    capture: Capture = field(default_factory=Capture)
    said: Pcm = field(default_factory=lambda: silence(FRAME_MS))

    def described(self) -> dict[str, object]:
        """As ARI shows a channel."""
        return {
            "id": self.id,
            "name": f"{'WebSocket' if self.kind == 'media' else 'PJSIP'}/{self.id}",
            "state": self.state,
            "caller": {"name": "", "number": self.number},
            "connected": {"name": "", "number": ""},
            "accountcode": "",
            "dialplan": {"context": "warmline-in", "exten": self.exten, "priority": 3, "app_name": "Stasis"},
            "creationtime": "2026-11-23T09:00:00.000+0000",
            "language": "en",
        }


def mixed(channels: list[SimChannel], listener: SimChannel) -> Pcm:
    """What `listener` hears of the others."""
    others = [channel.said for channel in channels if channel is not listener]
    if not others:
        return silence(FRAME_MS)
    return added(*others)


def added(*sounds: Pcm) -> Pcm:
    return np.clip(np.sum(sounds, axis=0, dtype=np.int32), -32768, 32767).astype(np.int16)
