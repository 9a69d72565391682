"""What a SIP call to an agent says of itself, so that another product finds its brief; see docs/brief-webhook.md."""

from collections.abc import Mapping

HANDOFF, UUI = "X-Warmline-Handoff", "User-to-User"  # RFC 7433 for the second


def sip_headers(attempt: str) -> Mapping[str, str]:
    """Headers of the call that asks an agent; the handoff is the attempt's id without its number."""
    handoff = attempt.rpartition("-")[0] or attempt
    return {HANDOFF: handoff, UUI: f"{handoff.encode().hex()};encoding=hex"}
