"""What the shipped configuration lets nobody do, and what it makes of garbage."""

from __future__ import annotations

import asyncio
import random
import socket
import ssl
from pathlib import Path

import aiohttp
import pytest

from tests.sip.ari import Ari
from tests.sip.asterisk import Asterisk, free_port
from tests.sip.capture import Capture
from tests.sip.phone import Phone
from tests.sip.stage import NUMBER, with_agent

pytestmark = pytest.mark.sip

STRANGER = "127.0.0.3"  # neither the carrier's address nor a phone's

GARBAGE = [
    b"",
    b"\r\n\r\n",
    b"\x00" * 1200,
    b"INVITE\r\n\r\n",
    b"INVITE sip:+15550199@127.0.0.1 SIP/2.0\r\nContent-Length: 99999\r\n\r\n",
    b"SIP/2.0 200 OK\r\nCSeq: x INVITE\r\n\r\n",
    b"INVITE sip:+15550199@127.0.0.1 SIP/2.0\r\nVia: " + b"A" * 8000 + b"\r\n\r\n",
    b"OPTIONS sip:%00%ff@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.3;branch=z9hG4bK\r\nTo: <\r\nFrom: >\r\n\r\n",
]


async def test_a_stranger_is_not_let_in(pbx: Asterisk, ari: Ari, folder: Path) -> None:
    account = f"<sip:+15550100@{STRANGER};transport=udp>;regint=0;audio_codecs=PCMU/8000/1"
    async with Phone(folder / "stranger", host=STRANGER, account=account, pitch=1400) as stranger:
        await stranger.dial(f"sip:{NUMBER}@{pbx.address}")
        closed = await stranger.call_event("CALL_CLOSED")
        assert "401" in closed["param"]
        assert not ari.log.find("StasisStart")


async def test_a_wrong_password_registers_nothing(pbx: Asterisk, folder: Path) -> None:
    account = f"<sip:agent100@{pbx.address};transport=udp>;auth_user=agent100;auth_pass=guessed;regint=0"
    async with Phone(folder / "guesser", host="127.0.0.1", account=account, pitch=1400) as guesser:
        await guesser.do("register", "60")
        await guesser.dial(f"sip:101@{pbx.address}")
        closed = await guesser.call_event("CALL_CLOSED")
        assert "401" in closed["param"]
    assert "agent100/sip:" not in await pbx.cli("pjsip show contacts")
    assert "ChallengeResponseFailed" in pbx.log() or "InvalidPassword" in pbx.log()


async def test_an_agents_phone_reaches_colleagues_and_nothing_that_costs_money(pbx: Asterisk, folder: Path) -> None:
    async with Phone.agent(folder, pbx, 100) as agent, Phone.agent(folder, pbx, 101) as colleague:
        await agent.dial(f"sip:+15550777@{pbx.address}")
        assert "404" in (await agent.call_event("CALL_CLOSED"))["param"]
        await agent.dial(f"sip:101@{pbx.address}")
        await colleague.call_event("CALL_ESTABLISHED")


async def test_with_a_certificate_sip_is_spoken_over_tls(folder: Path) -> None:
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    made = await asyncio.create_subprocess_exec(
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "1",
        "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate),
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert await made.wait() == 0
    (folder / "pbx").mkdir()
    port = free_port()
    tls = {"TLS_CERTIFICATE": str(certificate), "TLS_KEY": str(key), "TLS_PORT": str(port)}
    async with Asterisk(folder / "pbx", **tls), asyncio.timeout(10):
        trusted = ssl.create_default_context(cafile=str(certificate))
        reading, writing = await asyncio.open_connection("127.0.0.1", port, ssl=trusted, server_hostname="localhost")
        here = "127.0.0.1:5099;transport=tls"
        lines = ["REGISTER sip:localhost SIP/2.0", f"Via: SIP/2.0/TLS {here};branch=z9hG4bK1;rport"]
        lines += ["From: <sip:agent100@localhost>;tag=1", "To: <sip:agent100@localhost>", "Call-ID: 1"]
        lines += ["CSeq: 1 REGISTER", f"Contact: <sip:agent100@{here}>", "Max-Forwards: 70", "Content-Length: 0"]
        writing.write("\r\n".join([*lines, "", ""]).encode())
        assert b"401 Unauthorized" in await reading.readline()
        writing.close()


async def test_garbage_on_the_sip_port_disturbs_no_call(pbx: Asterisk, ari: Ari, folder: Path) -> None:
    noise = random.Random(3)
    async with Capture() as capture, Phone.caller(folder, pbx) as caller, Phone.agent(folder, pbx, 100):
        await with_agent(ari, pbx, caller)
        await capture.hears(caller, 880)
        for host in (STRANGER, "127.0.0.2"):  # from anywhere, and from the carrier's own address
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.bind((host, 0))
                for data in [*GARBAGE, *(noise.randbytes(noise.randrange(1, 1400)) for _ in range(200))]:
                    sender.sendto(data, ("127.0.0.1", pbx.sip_port))
        since = capture.now()
        await capture.hears(caller, 880)
        assert capture.now() - since < 5
    async with Phone.caller(folder / "second", pbx) as caller:
        await caller.dial(f"sip:{NUMBER}@{pbx.address}")
        await ari.caller()


async def test_the_rest_interface_wants_its_password_and_listens_on_loopback(pbx: Asterisk) -> None:
    async with aiohttp.ClientSession() as http:
        for headers in ({}, {"Authorization": aiohttp.encode_basic_auth("warmline", "guessed")}):
            async with http.get(f"{pbx.ari}/channels", headers=headers) as answer:
                assert answer.status == 401
        async with http.get(f"http://127.0.0.1:{pbx.ari_port}/httpstatus") as answer:
            assert answer.status == 404
    assert addresses_listening(pbx.ari_port) == ["127.0.0.1"]


def addresses_listening(port: int) -> list[str]:
    """From the kernel's own table (addresses are little-endian hexadecimal there, 0A is LISTEN)."""
    lines = Path("/proc/net/tcp").read_text().splitlines() + Path("/proc/net/tcp6").read_text().splitlines()
    fields = [line.split() for line in lines]
    doors = [field[1].split(":") for field in fields if field[3] == "0A"]
    return [socket.inet_ntoa(bytes.fromhex(host)[::-1]) for host, at in doors if int(at, 16) == port]
