"""A SIP call to another product says which brief belongs to it."""

from telephony.lines.twilio.destinations import with_reference
from telephony.reference import sip_headers


def test_the_headers_name_the_handoff_in_the_clear_and_as_user_to_user_information() -> None:
    headers = sip_headers("call-7f3a-h1-2")
    assert headers["X-Warmline-Handoff"] == "call-7f3a-h1"
    value, _, encoding = headers["User-to-User"].partition(";")
    assert bytes.fromhex(value).decode() == "call-7f3a-h1"
    assert encoding == "encoding=hex"
    assert len(headers["User-to-User"]) <= 128  # octets that every network passes on (RFC 7433, section 3.2)


def test_only_sip_addresses_carry_them() -> None:
    assert with_reference("+12025550101", "c-h1-1") == "+12025550101"
    assert with_reference("sip:queue@pbx.example", "c-h1-1").startswith(
        "sip:queue@pbx.example?X-Warmline-Handoff=c-h1&"
    )
    assert "tls&X-Warmline-Handoff=c-h1" in with_reference("sip:q@pbx.example?transport=tls", "c-h1-1")
