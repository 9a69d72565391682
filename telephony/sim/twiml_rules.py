"""Which verbs, attributes and children TwiML has, as far as Warmline and its operators use it.

From https://www.twilio.com/docs/voice/twiml. Twilio warns (12200) and goes on; the stand-in keeps the warnings.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.etree import ElementTree

from telephony.sim.contract import Violation

SCHEMA = 12200
CALLBACK = {"statusCallback", "statusCallbackEvent", "statusCallbackMethod"}
RECORDING = {"recordingStatusCallback", "recordingStatusCallbackMethod", "recordingStatusCallbackEvent"}
AMD = {"machineDetection", "machineDetectionTimeout", "machineDetectionSpeechThreshold",
       "machineDetectionSpeechEndThreshold", "machineDetectionSilenceTimeout", "amdStatusCallback",
       "amdStatusCallbackMethod"}  # fmt: skip
PROMPTS = frozenset({"Say", "Play", "Pause"})


@dataclass(frozen=True, slots=True)
class Rule:
    attributes: frozenset[str]
    children: frozenset[str] = frozenset()


def _rule(*attributes: str, more: set[str] | None = None, children: frozenset[str] = frozenset()) -> Rule:
    return Rule(frozenset(attributes) | (more or set()), children)


RULES: Mapping[str, Rule] = {
    "Response": _rule(
        children=frozenset(
            {"Say", "Play", "Pause", "Gather", "Connect", "Start", "Stop", "Dial", "Redirect", "Hangup", "Reject"}
        )
    ),
    "Say": _rule("voice", "language", "loop"),
    "Play": _rule("loop", "digits"),
    "Pause": _rule("length"),
    "Hangup": _rule(),
    "Reject": _rule("reason"),
    "Redirect": _rule("method"),
    "Gather": _rule(
        "action", "method", "timeout", "finishOnKey", "numDigits", "input", "actionOnEmptyResult", "language", "hints",
        "speechTimeout", "maxSpeechTime", "profanityFilter", "bargeIn", "speechModel", "enhanced", "debug",
        "partialResultCallback", "partialResultCallbackMethod", children=PROMPTS,
    ),
    "Connect": _rule("action", "method", children=frozenset({"Stream"})),
    "Start": _rule("action", "method", children=frozenset({"Stream"})),
    "Stop": _rule(children=frozenset({"Stream"})),
    "Stream": _rule(
        "name", "url", "track", "statusCallback", "statusCallbackMethod", children=frozenset({"Parameter"})
    ),
    "Parameter": _rule("name", "value"),
    "Dial": _rule(
        "action", "method", "timeout", "hangupOnStar", "timeLimit", "callerId", "record", "trim", "answerOnBridge",
        "ringTone", "recordingTrack", "sequential", "referUrl", "referMethod", "events", more=RECORDING,
        children=frozenset({"Number", "Sip", "Conference"}),
    ),
    "Number": _rule("sendDigits", "url", "method", "byoc", more=CALLBACK | AMD),
    "Sip": _rule("username", "password", "url", "method", more=CALLBACK | AMD),
    "Conference": _rule(
        "muted", "beep", "startConferenceOnEnter", "endConferenceOnExit", "participantLabel", "jitterBufferSize",
        "waitUrl", "waitMethod", "maxParticipants", "record", "trim", "coach", "region", "eventCallbackUrl",
        more=CALLBACK | RECORDING,
    ),
}  # fmt: skip

ONE_OF: Mapping[tuple[str, str], frozenset[str]] = {
    ("Stream", "track"): frozenset({"inbound_track", "outbound_track", "both_tracks"}),
    ("Conference", "beep"): frozenset({"true", "false", "onEnter", "onExit"}),
    ("Conference", "jitterBufferSize"): frozenset({"off", "small", "medium", "large"}),
    ("Conference", "startConferenceOnEnter"): frozenset({"true", "false"}),
    ("Conference", "endConferenceOnExit"): frozenset({"true", "false"}),
}
EACH_OF: Mapping[tuple[str, str], frozenset[str]] = {
    ("Conference", "statusCallbackEvent"): frozenset(
        {"start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement"}
    ),
    ("Number", "statusCallbackEvent"): frozenset({"initiated", "ringing", "answered", "completed"}),
    ("Sip", "statusCallbackEvent"): frozenset({"initiated", "ringing", "answered", "completed"}),
}


def wrongs(root: ElementTree.Element) -> list[Violation]:
    """What Twilio would warn of in this document."""
    if root.tag != "Response":
        return [Violation(SCHEMA, f"expected Response, got {root.tag}")]
    return list(_of(root))


def _of(element: ElementTree.Element) -> Iterator[Violation]:
    rule = RULES[element.tag]
    for name in sorted(set(element.attrib) - rule.attributes):
        yield Violation(SCHEMA, f"{element.tag}: unknown attribute {name}")
    for name, value in element.attrib.items():
        yield from _value(element.tag, name, value)
    for child in element:
        if child.tag not in rule.children:
            yield Violation(SCHEMA, f"{element.tag}: unknown child {child.tag}")
        elif child.tag in RULES:
            yield from _of(child)
    if element.tag == "Stream" and "url" in element.attrib:
        yield from _stream_url(element.attrib["url"])


def _value(tag: str, name: str, value: str) -> Iterator[Violation]:
    allowed, each = ONE_OF.get((tag, name)), EACH_OF.get((tag, name))
    if allowed is not None and value not in allowed:
        yield Violation(SCHEMA, f"{tag} {name}: expected one of {sorted(allowed)}, got {value!r}")
    if each is not None and not set(value.split()) <= each:
        yield Violation(SCHEMA, f"{tag} {name}: expected some of {sorted(each)}, got {value!r}")
    if tag == "Parameter" and name == "value" and len(value) > 500:
        yield Violation(SCHEMA, "Parameter value: expected at most 500 characters")


def _stream_url(url: str) -> Iterator[Violation]:
    if urlsplit(url).query:
        yield Violation(31922, "Stream url: expected none with a query")
