"""What went over the loopback interface, packet by packet: the witness that no phone and no PBX can talk round.

A phone's own recording stops at hold and says nothing of encryption; the packets do. Needs root (a raw socket).
"""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass
from typing import Self

import numpy as np

from tests.sip import tones
from tests.sip.phone import Phone
from tests.sip.tones import Samples
from tests.sip.waiting import until
from voice import g711

ETH_P_ALL = 3
PACKET_OUTGOING = 4  # loopback shows each packet twice: as it leaves and as it arrives
RTCP_TYPES = range(64, 96)  # RFC 5761: what looks like these payload types is RTCP
Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Packet:
    at: float  # loop time, seconds
    source: Address
    target: Address
    payload: bytes


@dataclass(frozen=True, slots=True)
class Rtp:
    packet: Packet
    kind: int  # payload type
    sequence: int
    timestamp: int
    ssrc: int
    sound: bytes


class Capture:
    """Every UDP packet on loopback while it is open."""

    def __init__(self) -> None:
        self.packets: list[Packet] = []

    async def __aenter__(self) -> Self:
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self._socket.bind(("lo", ETH_P_ALL))
        self._socket.setblocking(False)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket, self._read)
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._read()
        self._loop.remove_reader(self._socket)
        self._socket.close()

    def _read(self) -> None:
        while True:
            try:
                data, (_, _, direction, _, _) = self._socket.recvfrom(65535)
            except BlockingIOError:
                return
            if direction != PACKET_OUTGOING and (packet := _udp(self._loop.time(), data)):
                self.packets.append(packet)

    def sip(self) -> list[str]:
        """The SIP messages, in order."""
        texts = (packet.payload for packet in self.packets if b"SIP/2.0" in packet.payload[:200])
        return [text.decode("utf-8", "replace") for text in texts]

    def rtp(self, *, to: Phone | None = None, by: Phone | None = None, since: float = 0.0) -> list[Rtp]:
        """The RTP that a phone got, or sent. A phone is known by its ports: its address may be any on loopback."""
        wanted = (
            packet
            for packet in self.packets
            if packet.at >= since
            and (to is None or packet.target[1] in to.rtp_ports)
            and (by is None or packet.source[1] in by.rtp_ports)
        )
        return [rtp for packet in wanted if (rtp := _rtp(packet))]

    def order(self, *, to: Phone) -> list[int]:
        """Everything the phone was sent, one pitch after the other."""
        return tones.order(sound(self.rtp(to=to)))

    async def hears(self, phone: Phone, *pitches: int, seconds: float = 10) -> None:
        """Waits until 0.3 s in a row to this phone holds exactly these pitches."""

        def latest() -> set[int] | None:
            return tones.steady(sound(self.rtp(to=phone, since=self.now() - 0.4))[-tones.SURE :])

        await until(lambda: latest() == set(pitches), f"{phone.folder.name} hears {pitches}", seconds=seconds)

    async def quiet(self, phone: Phone) -> None:
        """Waits until no packet was sent to this phone for 0.3 s."""
        await until(lambda: not self.rtp(to=phone, since=self.now() - 0.3), f"nothing is sent to {phone.folder.name}")

    def now(self) -> float:
        return self._loop.time()


def sound(stream: list[Rtp]) -> Samples:
    """Decoded mu-law in the order of sequence numbers, a gap in the timestamps as silence."""
    parts: list[Samples] = []
    due: int | None = None
    for packet in sorted((rtp for rtp in stream if rtp.kind == 0), key=lambda rtp: rtp.packet.at):
        gap = 0 if due is None else packet.timestamp - due
        if 0 < gap < 8000 * 60:
            parts.append(np.zeros(gap, dtype=np.int16))
        parts.append(g711.mulaw_decode(packet.sound))
        due = packet.timestamp + len(packet.sound)
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int16)


def _udp(at: float, data: bytes) -> Packet | None:
    if len(data) < 28 or data[0] >> 4 != 4 or data[9] != socket.IPPROTO_UDP:
        return None
    header = (data[0] & 15) * 4
    source_port, target_port = struct.unpack_from("!HH", data, header)
    source, target = socket.inet_ntoa(data[12:16]), socket.inet_ntoa(data[16:20])
    return Packet(at=at, source=(source, source_port), target=(target, target_port), payload=data[header + 8 :])


def _rtp(packet: Packet) -> Rtp | None:
    data = packet.payload
    if len(data) < 12 or data[0] >> 6 != 2 or data[1] & 0x7F in RTCP_TYPES:
        return None
    sequence, timestamp, ssrc = struct.unpack_from("!HII", data, 2)
    start = 12 + (data[0] & 15) * 4
    return Rtp(
        packet=packet, kind=data[1] & 0x7F, sequence=sequence, timestamp=timestamp, ssrc=ssrc, sound=data[start:]
    )
