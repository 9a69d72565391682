"""The carrier: we register there when it wants that, prove our password without sending it, and dial out through it."""

from __future__ import annotations

import asyncio
import re
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.sip.ari import Ari
from tests.sip.asterisk import TRUNK, Asterisk

pytestmark = pytest.mark.sip


class Carrier(asyncio.DatagramProtocol):
    """Keeps what it is sent; asks a REGISTER for its password once."""

    def __init__(self) -> None:
        self.requests: asyncio.Queue[str] = asyncio.Queue()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        request = data.decode()
        self.requests.put_nowait(request)
        if not request.startswith("REGISTER"):
            return
        proven = "Authorization:" in request
        answer = ["SIP/2.0 200 OK" if proven else "SIP/2.0 401 Unauthorized"]
        answer += re.findall(r"^(?:Via|From|Call-ID|CSeq|Contact): .*(?=\r)", request, re.M)
        answer += [re.findall(r"^To: .*(?=\r)", request, re.M)[0] + ";tag=carrier", "Content-Length: 0"]
        if not proven:
            answer.append('WWW-Authenticate: Digest realm="carrier", nonce="once", algorithm=MD5, qop="auth"')
        self._transport.sendto("\r\n".join([*answer, "", ""]).encode(), addr)


async def test_we_register_with_a_carrier_that_wants_it_and_call_out_through_it(folder: Path) -> None:
    loop = asyncio.get_running_loop()
    transport, carrier = await loop.create_datagram_endpoint(Carrier, local_addr=(TRUNK, 0))
    host = f"{TRUNK}:{transport.get_extra_info('sockname')[1]}"
    (folder / "pbx").mkdir()
    account = {"TRUNK_HOST": host, "TRUNK_MATCH": TRUNK, "TRUNK_USER": "house", "TRUNK_PASSWORD": "between-us"}
    async with Asterisk(folder / "pbx", **account) as pbx, Ari(pbx) as ari, asyncio.timeout(10):
        asked = await carrier.requests.get()
        assert asked.startswith(f"REGISTER sip:{host} ") and f"sip:house@{TRUNK}" in asked
        proven = await carrier.requests.get()
        assert 'username="house"' in proven and "between-us" not in proven
        await ari.dial("PJSIP/+15550123@trunk")
        invite = await carrier.requests.get()
        assert invite.startswith(f"INVITE sip:+15550123@{host} ") and re.search(r"From: .*<sip:house@", invite)
    transport.close()


async def test_the_ports_of_the_sound_are_the_ones_the_firewall_opens(pbx: Asterisk, ari: Ari, folder: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind(("127.0.0.1", 0))
        phone.setblocking(False)
        await ari.dial(f"PJSIP/agent100/sip:agent100@127.0.0.1:{phone.getsockname()[1]}")
        async with asyncio.timeout(10):
            invite = (await asyncio.get_running_loop().sock_recv(phone, 4096)).decode()
    offered = re.search(r"m=audio (\d+) ", invite)
    assert offered
    assert pbx.rtp_start <= int(offered[1]) <= int(pbx.settings["RTP_END"])
