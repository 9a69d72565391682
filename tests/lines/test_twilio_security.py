"""Who is let in: signed webhooks and websockets, and stream tokens once, in time, for their own call."""

import base64
import hashlib
import hmac
import json

import pytest

from telephony.errors import ConfigError, Refused
from telephony.lines.twilio.messages import Start
from telephony.lines.twilio.security import Form, Signatures, StreamTokens, stream_urls
from telephony.sim.caller import Caller
from telephony.sim.clock import run_virtual
from telephony.sim.socket import HandshakeRefused, InMemory
from tests.lines.stage import ACCOUNT, SETTINGS, stage, with_settings

BASE = "https://voice.example.org"
FORM = {"CallSid": "CA1", "From": "+15550123", "To": "", "Body": "a & b <c>"}


def signature(url: str, form: dict[str, str], secret: str, digest: str = "sha1") -> str:
    text = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), digest).digest()).decode()


def checker(tokens: tuple[str, ...] = ("new", "old")) -> Signatures:
    return Signatures(base_url=BASE, auth_tokens=tokens, shared_keys={"webhooks_key_1": "shared"})


class TestSignatures:
    def test_a_signed_webhook_is_let_in(self):
        headers = {"X-Twilio-Signature": signature(f"{BASE}/twilio/voice", FORM, "new")}
        checker().check_webhook("/twilio/voice", "", Form(FORM), headers)

    def test_during_a_rotation_both_tokens_hold(self):
        headers = {"X-Twilio-Signature": signature(f"{BASE}/twilio/voice", FORM, "old")}
        checker().check_webhook("/twilio/voice", "", Form(FORM), headers)
        with pytest.raises(Refused):
            checker(("new",)).check_webhook("/twilio/voice", "", Form(FORM), headers)

    def test_a_missing_signature_is_refused_and_nothing_breaks(self):
        with pytest.raises(Refused, match="none came"):
            checker().check_webhook("/twilio/voice", "", Form(FORM), {})

    @pytest.mark.parametrize("forged", ["", "x", "ü" * 28, "A" * 28, "A" * 10_000])
    def test_a_forged_signature_is_refused(self, forged):
        with pytest.raises(Refused):
            checker().check_webhook("/twilio/voice", "", Form(FORM), {"X-Twilio-Signature": forged})

    def test_a_changed_field_or_query_breaks_the_signature(self):
        headers = {"X-Twilio-Signature": signature(f"{BASE}/twilio/status?attempt=1", FORM, "new")}
        checker().check_webhook("/twilio/status", "attempt=1", Form(FORM), headers)
        with pytest.raises(Refused):
            checker().check_webhook("/twilio/status", "attempt=2", Form(FORM), headers)
        with pytest.raises(Refused):
            checker().check_webhook("/twilio/status", "attempt=1", Form({**FORM, "From": "+1555"}), headers)

    def test_sha256_with_a_shared_key_is_let_in(self):
        url = f"{BASE}/twilio/voice"
        headers = {
            "X-Twilio-Signature": signature(url, FORM, "shared", "sha256"),
            "X-Twilio-Webhooks-Signature-Settings": "key=webhooks_key_1,algorithm=HMAC_SHA256",
        }
        checker().check_webhook("/twilio/voice", "", Form(FORM), headers)

    @pytest.mark.parametrize("settings", ["key=other,algorithm=HMAC_SHA256", "algorithm=HMAC_SHA256", "algorithm=MD5"])
    def test_an_unknown_key_or_algorithm_is_refused(self, settings):
        headers = {
            "X-Twilio-Signature": signature(f"{BASE}/twilio/voice", FORM, "new", "sha256"),
            "X-Twilio-Webhooks-Signature-Settings": settings,
        }
        with pytest.raises(Refused):
            checker().check_webhook("/twilio/voice", "", Form(FORM), headers)

    @pytest.mark.parametrize("url", stream_urls("https://voice.example.org/twilio/stream"))
    def test_any_form_of_the_websocket_url_may_be_signed(self, url):
        checker().check_stream("/twilio/stream", {"X-Twilio-Signature": signature(url, {}, "new")})

    def test_a_websocket_signed_for_another_host_is_refused(self):
        forged = signature("wss://inside.example/twilio/stream", {}, "new")
        with pytest.raises(Refused):
            checker().check_stream("/twilio/stream", {"X-Twilio-Signature": forged})


class TestStreamTokens:
    tokens = StreamTokens(key=b"k" * 32, process="p1")

    def issue(self, subject: str = "CA1", now: float = 1000.0) -> str:
        return self.tokens.issue(subject, now=now, seconds=60)

    def test_a_token_names_its_call_and_holds_for_its_time(self):
        assert self.tokens.read(self.issue(), now=1059) == "CA1"
        with pytest.raises(Refused, match="expired"):
            self.tokens.read(self.issue(), now=1060)

    def test_a_token_is_good_once(self):
        token = self.issue("CA-once")
        self.tokens.spend(token, now=1001)
        with pytest.raises(Refused, match="used before"):
            self.tokens.spend(token, now=1002)

    def test_any_changed_character_is_refused(self):
        token = self.issue()
        for at in range(len(token) - 2):  # the last character of base64 has spare bits: tested by the whole compare
            changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
            with pytest.raises(Refused):
                self.tokens.read(changed, now=1001)

    @pytest.mark.parametrize("bad", [None, "", "a", "a.b.c.d", "...", "CA1.x.p1.y", "ü.1.p1.y", "a" * 5000])
    def test_nonsense_is_refused(self, bad):
        with pytest.raises(Refused):
            self.tokens.read(bad, now=0)

    def test_a_token_of_another_process_or_key_is_refused(self):
        for other in (StreamTokens(key=b"k" * 32, process="p2"), StreamTokens(key=b"x" * 32, process="p1")):
            with pytest.raises(Refused):
                self.tokens.read(other.issue("CA1", now=1000, seconds=60), now=1001)


async def streamed(it, *, call_sid: str, token: str | None, account: str = ACCOUNT, hold: list | None = None):
    """Opens the media websocket by hand; the code it was closed with."""
    url = SETTINGS.stream_url
    socket = await InMemory(it.app).connect(url, {"X-Twilio-Signature": it.carrier.sign(url, {})})
    start = {
        "accountSid": account, "streamSid": "MZ1", "callSid": call_sid, "tracks": ["inbound"],
        "customParameters": {} if token is None else {"t": token},
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
    }  # fmt: skip
    await socket.send(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}))
    await socket.send(json.dumps({"event": "start", "sequenceNumber": "1", "streamSid": "MZ1", "start": start}))
    if hold is not None:
        hold.append(socket)
        return None
    await socket.receive()
    return socket.closed_with


def token_of(document: str) -> str:
    return document.partition('name="t" value="')[2].partition('"')[0]


class TestStreams:
    def run(self, story):
        async def on_stage():
            async with stage() as it:
                await story(it)

        run_virtual(on_stage())

    def test_a_reused_token_is_closed_with_1008(self):
        async def story(it):
            token, held = token_of(it.line.ring(call_sid="CA1", caller=None, called=None)), []
            await streamed(it, call_sid="CA1", token=token, hold=held)
            assert await streamed(it, call_sid="CA1", token=token) == 1008
            await held[0].close()

        self.run(story)

    def test_a_second_stream_of_a_call_with_its_own_token_is_refused(self):
        async def story(it):
            first, second = (token_of(it.line.ring(call_sid="CA1", caller=None, called=None)) for _ in range(2))
            held = []
            await streamed(it, call_sid="CA1", token=first, hold=held)
            assert await streamed(it, call_sid="CA1", token=second) == 1008
            await held[0].close()

        self.run(story)

    def test_another_call_and_another_account_are_refused_and_the_token_stays_good(self):
        async def story(it):
            token = token_of(it.line.ring(call_sid="CA1", caller=None, called=None))
            assert await streamed(it, call_sid="CA2", token=token) == 1008
            assert await streamed(it, call_sid="CA1", token=token, account="AC9") == 1008
            start = Start("MZ1", "CA1", ACCOUNT, {"t": token})
            assert (await it.line.admit(start))[0].id == "CA1"

        self.run(story)

    def test_no_token_is_refused_and_counted(self):
        async def story(it):
            assert await streamed(it, call_sid="CA1", token=None) == 1008
            assert it.line.refusals["stream"] == 1

        self.run(story)

    def test_a_socket_that_says_nothing_is_closed(self):
        async def story(it):
            url = SETTINGS.stream_url
            socket = await InMemory(it.app).connect(url, {"X-Twilio-Signature": it.carrier.sign(url, {})})
            assert await socket.receive() is None
            assert socket.closed_with == 1008

        self.run(story)

    def test_an_unsigned_websocket_is_not_accepted(self):
        async def story(it):
            with pytest.raises(HandshakeRefused) as refused:
                await InMemory(it.app).connect(SETTINGS.stream_url, {})
            assert refused.value.status == 403

        self.run(story)


class TestLog:
    def test_keys_before_a_start_are_refused_and_not_logged(self, caplog):
        async def story(it):
            url = SETTINGS.stream_url
            socket = await InMemory(it.app).connect(url, {"X-Twilio-Signature": it.carrier.sign(url, {})})
            await socket.send(json.dumps({"event": "dtmf", "streamSid": "MZ1", "dtmf": {"digit": "7"}}))
            assert await socket.receive() is None
            assert socket.closed_with == 1008

        TestStreams().run(story)
        (refused,) = [one.getMessage() for one in caplog.records if "refused" in one.getMessage()]
        assert "got Dtmf" in refused and "7" not in refused


class TestWebhooks:
    def post(self, path: str, body: str, headers: dict[str, str]) -> int:
        async def story():
            async with stage() as it:
                return (await InMemory(it.app).request("POST", BASE + path, body, headers)).status

        return run_virtual(story())

    @pytest.mark.parametrize("path", ["/twilio/voice", "/twilio/status", "/twilio/stream-ended"])
    @pytest.mark.parametrize("headers", [{}, {"X-Twilio-Signature": "forged"}])
    def test_unsigned_and_forged_get_403(self, path, headers):
        assert self.post(path, "CallSid=CA1&CallStatus=busy", headers) == 403

    def test_a_huge_body_is_not_read(self):
        assert self.post("/twilio/voice", "a=" + "x" * 70_000, {}) == 413

    def test_a_body_with_too_many_fields_is_refused(self):
        assert self.post("/twilio/voice", "&".join("a=1" for _ in range(500)), {}) == 400

    def test_a_signed_request_without_its_call_is_answered_400(self):
        signed = {"X-Twilio-Signature": signature(f"{BASE}/twilio/voice", {"From": "+1"}, "auth-token")}
        assert self.post("/twilio/voice", "From=%2B1", signed) == 400

    def test_a_carrier_with_the_wrong_secret_reaches_nobody(self):
        async def story():
            async with stage(token="stolen") as it:
                call = await it.carrier.call(from_="+1", to="+2", party=Caller([]))
                return call, it.line.refusals["webhook_signature"]

        call, refused = run_virtual(story())
        assert call.streams == []
        assert refused == 2  # the voice webhook, and the status callback


class TestSettings:
    def test_secrets_are_not_shown(self):
        assert "auth-token" not in repr(SETTINGS)
        assert "kkkk" not in repr(SETTINGS)

    @pytest.mark.parametrize(
        ("key", "value"),
        [("public_base_url", "voice.example.org"), ("public_base_url", "https://voice.example.org/"),
         ("auth_tokens", ()), ("stream_key", b"short"), ("process", "a.b")],
    )  # fmt: skip
    def test_a_wrong_setting_names_its_key(self, key, value):
        with pytest.raises(ConfigError, match=key):
            with_settings(**{key: value})


def test_signature_of_twilios_own_example():
    """From Twilio's documentation of request validation: URL, parameters and the signature they give."""
    form = {
        "CallSid": "CA1234567890ABCDE", "Caller": "+14158675309", "Digits": "1234",
        "From": "+14158675309", "To": "+18005551212",
    }  # fmt: skip
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    digest = hmac.new(b"12345", (url + "".join(k + form[k] for k in sorted(form))).encode(), hashlib.sha1).digest()
    assert base64.b64encode(digest).decode() == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    asked = Signatures(base_url="https://mycompany.com", auth_tokens=("12345",), shared_keys={})
    asked.check_webhook("/myapp.php", "foo=1&bar=2", Form(form), {"X-Twilio-Signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="})
