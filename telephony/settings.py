"""Settings as one frozen value: `config/warmline.toml` and the environment are read here and nowhere else."""

import os
import tomllib
from collections.abc import Mapping
from datetime import time
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import phonenumbers
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from telephony.access.roles import Role
from telephony.admission import AdmissionSettings
from telephony.dialling import DiallingSettings
from telephony.errors import ConfigError
from telephony.handoff.settings import HandoffSettings
from telephony.numbers import E164
from telephony.reviews.ladder import Ladder
from telephony.reviews.queue import Rules as ReviewRules
from telephony.supervision.alerts import AlertRules
from telephony.supervision.service_level import ServiceGoal
from voice import hearing, turn_guess
from voice import vad as detection
from voice.dialogue.survey_draw import Survey
from voice.stt import whisper
from voice.stt.guards import Limits
from voice.stt.whisper_weights import Device
from voice.stt.whisper_window import Choice, Windows
from voice.tts.espeak import Settings as EspeakSettings

FILE = "warmline.toml"

Seconds = Annotated[float, Field(gt=0, le=86_400)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _https(url: str) -> str:
    parts = urlsplit(url)
    here = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")
    if url and not (here or (parts.scheme == "https" and parts.hostname)):
        raise ValueError("an https:// address (or http on this machine) expected")
    return url.rstrip("/")


def _region(region: str) -> str:
    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError("a country with telephone numbers of its own, such as US, expected")
    return region


def _without_zone(hour: time) -> time:
    if hour.tzinfo is not None:
        raise ValueError("an hour without a zone expected: it is that of whoever is rung")
    return hour


def _network(network: str) -> str:
    try:
        return str(ip_network(network))
    except ValueError as error:
        raise ValueError("a network such as 10.1.0.0/16, or an address, expected") from error


Network = Annotated[str, AfterValidator(_network)]

HourThere = Annotated[time, AfterValidator(_without_zone)]


class Service(Section):
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65_535)
    public_url: Annotated[str, AfterValidator(_https)] = ""
    max_calls: int = Field(default=16, ge=1)
    drain_seconds: Seconds = 600
    region: Annotated[str, AfterValidator(_region)] = "US"
    callback_countries: tuple[int, ...] = (1,)
    records_folder: Path = Path("var")
    models_folder: Path = Path("var/models")


class Metrics(Section):
    networks: tuple[Network, ...] = ("127.0.0.0/8", "::1/128")
    token_variable: str = "WARMLINE_METRICS_TOKEN"


class BusinessFolder(Section):
    folder: Path = Path()
    backend: Literal["demo", "http"] = "demo"
    http_url: Annotated[str, AfterValidator(_https)] = ""
    http_timeout_seconds: Seconds = 5.0


class WhisperSettings(Section):
    weights: str = ""
    device: Device = "auto"
    compute_type: str = "auto"
    threads: int = Field(default=1, ge=1, le=64)
    window: Choice = "gated"
    windows_seconds: tuple[float, ...] = Windows().seconds
    margin_seconds: float = Field(default=Windows().margin_s, validate_default=True)
    retry_seconds: Seconds = 2.0
    hint_tokens: int = Field(default=24, ge=0, le=200)
    limits: Limits = Limits()

    @field_validator("margin_seconds")
    @classmethod
    def _windows_hold_it(cls, margin: float, given: ValidationInfo) -> float:
        Windows(given.data.get("windows_seconds", Windows().seconds), margin)
        return margin

    def of_engine(self, folder: Path, *, workers: int, gates: Path | None) -> whisper.Settings:
        """What the recogniser takes. `gates`: where a gate record lies that could not be written beside the weights."""
        return whisper.Settings(
            folder=folder,
            device=self.device,
            compute_type=self.compute_type,
            workers=workers,
            threads=self.threads,
            window=self.window,
            windows=Windows(self.windows_seconds, self.margin_seconds),
            gate_folder=gates,
            retry_seconds=self.retry_seconds,
            hint_tokens=self.hint_tokens,
            limits=self.limits,
        )


class PoolSettings(Section):
    process: bool = True
    start_seconds: Seconds = 60.0
    silent_seconds: float = Field(default=1.5, gt=0, le=60)
    late_seconds: float = Field(default=1.5, gt=0, le=60)
    niceness: int = Field(default=5, ge=0, le=19)
    most_together: int = Field(default=4, ge=1, le=64)
    gather_ms: float = Field(default=0.0, ge=0, le=5)


class Hearing(Section):
    engine: Literal["auto", "whisper", "pocketsphinx"] = "auto"
    deadline_seconds: Seconds = 4.0
    workers: int = Field(default=0, ge=0, le=64)
    queue_limit: int = Field(default=32, ge=1)
    pool: PoolSettings = PoolSettings()
    whisper: WhisperSettings = WhisperSettings()
    ear: hearing.Settings = Field(default_factory=hearing.Settings)
    guess: turn_guess.Settings = turn_guess.Settings()
    vad: detection.Settings = detection.Settings()

    @property
    def cores(self) -> int:
        """Workers of the inference pool: as many as asked for, else one a core that this process may use."""
        return self.workers or len(os.sched_getaffinity(0))


class PiperSettings(Section):
    """`length_scale` and the noises: without them the voice file's own."""

    model: str = ""
    speaker: int | None = Field(default=None, ge=0)
    length_scale: float | None = Field(default=None, ge=0.5, le=2.0)
    noise_scale: float | None = Field(default=None, ge=0.0, le=2.0)
    noise_w_scale: float | None = Field(default=None, ge=0.0, le=2.0)
    volume_percent: int = Field(default=65, ge=1, le=100)
    first_clause_chars: int = Field(default=40, ge=15, le=200)


class Speaking(Section):
    engine: Literal["auto", "piper", "espeak", "flite"] = "auto"
    prerender: bool = True
    cache_days: int = Field(default=90, ge=1)  # without use; a prompt said twice a year is rendered again in a second
    workers: int = Field(default=2, ge=1, le=16)
    espeak: EspeakSettings = EspeakSettings()
    piper: PiperSettings = PiperSettings()


class TwilioSettings(Section):
    enabled: bool = False
    account_sid: str = ""
    auth_token_variable: str = "TWILIO_AUTH_TOKEN"
    previous_token_variable: str = "TWILIO_AUTH_TOKEN_PREVIOUS"
    api_key_variable: str = "TWILIO_API_KEY"
    shared_keys_variable: str = "TWILIO_SHARED_KEYS"
    sip_login_variable: str = "TWILIO_SIP_LOGIN"
    number: str = ""
    bridge: Literal["conference", "relay"] = "conference"
    fallback_number: str = Field(default="", pattern=rf"^({E164})?$")
    api_url: Annotated[str, AfterValidator(_https)] = ""


class WebRtcSettings(Section):
    enabled: bool = True


class AsteriskSettings(Section):
    enabled: bool = False
    ari_url: str = "http://127.0.0.1:8088"
    user: str = "warmline"
    password_variable: str = "ASTERISK_ARI_PASSWORD"
    app: str = "warmline"
    media_client: str = "warmline"
    technology: str = "PJSIP"
    trunk: str = ""
    shown_number: str = ""

    def of_line(self) -> dict[str, Any]:
        """What the line's own settings take, but for the password."""
        return self.model_dump(exclude={"enabled", "password_variable"})


class Lines(Section):
    twilio: TwilioSettings = TwilioSettings()
    asterisk: AsteriskSettings = AsteriskSettings()
    webrtc: WebRtcSettings = WebRtcSettings()


class CallbackSettings(Section):
    enabled: bool = True
    not_before: HourThere = time(8)
    not_after: HourThere = Field(default=time(21), validate_default=True)
    tries: int = Field(default=3, ge=1, le=10)
    retry_seconds: float = Field(default=900, ge=60, le=86_400)
    do_not_call: str = ""

    @field_validator("not_after")
    @classmethod
    def _after_the_other(cls, last: time, given: ValidationInfo) -> time:
        first = given.data.get("not_before")
        if first is not None and first >= last:
            raise ValueError(f"a time after not_before = {first:%H:%M} expected, else nobody would ever be rung")
        return last


class Outside(Section):
    url: Annotated[str, AfterValidator(_https)] = ""
    secret_variable: str = "WARMLINE_OUTSIDE_SECRET"
    timeout_seconds: float = Field(default=3.0, gt=0, le=30)


class LanguageModelSettings(Section):
    url: str = ""
    model: str = ""
    timeout_ms: int = Field(default=1500, gt=0, le=4000)


class Judging(Section):
    prosody_weight: float = Field(default=1.0, ge=0, le=1)


class Records(Section):
    url: str = ""
    record_audio: bool = True
    audio_days: int = Field(default=30, ge=0)
    transcript_days: int = Field(default=90, ge=0)
    record_days: int = Field(default=395, ge=0)


class PersonSettings(Section):
    id: str = Field(pattern=r"^[a-z0-9_-]+$")
    name: str
    roles: tuple[Role, ...]

    @field_validator("roles")
    @classmethod
    def _no_agent(cls, roles: tuple[Role, ...]) -> tuple[Role, ...]:
        if Role.AGENT in roles:
            raise ValueError("who takes calls is listed in [[agents]]: other roles expected")
        return roles


class OidcSettings(Section):
    issuer: str
    client_id: str
    secret_variable: str = "WARMLINE_OIDC_SECRET"
    name: str = "your organisation"
    roles_claim: str = "roles"
    roles: dict[str, Role] = Field(min_length=1)
    email_domains: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ("openid", "email", "profile")

    @field_validator("issuer")
    @classmethod
    def _safe(cls, issuer: str) -> str:
        _https(issuer)  # kept as it is: the token's issuer must be the same to the last slash
        return issuer


class DeskSettings(Section):
    demo_sign_in: bool = False
    demo_people: tuple[PersonSettings, ...] = ()
    oidc: OidcSettings | None = None
    phone_number: str = ""
    consult: bool = False  # what nothing here answers is asked of a colleague who is there


class SurveySettings(Section):
    """One question at the end of a call: how well were you helped?"""

    enabled: bool = False  # as the other things that callers are asked: config/warmline.toml asks them
    share: float = Field(default=1.0, ge=0, le=1)  # of the calls, drawn by the call's id; 1: everybody
    queues: tuple[str, ...] = ()  # only calls of these; empty: all

    @property
    def survey(self) -> Survey | None:
        return Survey(self.share, self.queues) if self.enabled else None


class ReviewsSettings(Section):
    """What is reviewed, and what a rung of the scope ladder takes; where the numbers come from stands with these."""

    random_calls: int = Field(default=ReviewRules().random, ge=0, le=1000)
    double_share: float = Field(default=ReviewRules().double, ge=0, le=1)
    seed: int = ReviewRules().seed
    ladder_calls: int = Field(default=Ladder().calls, ge=10, le=100_000)
    ladder_bound: float = Field(default=Ladder().bound, gt=0, lt=1)
    ladder_recent: int = Field(default=Ladder().recent, ge=5, le=100_000)

    @property
    def rules(self) -> ReviewRules:
        return ReviewRules(self.random_calls, self.double_share, self.seed)

    @property
    def ladder(self) -> Ladder:
        return Ladder(self.ladder_calls, self.ladder_bound, self.ladder_recent)


class SupervisionSettings(Section):
    """What the wall calls late, and what it calls an alert; where the numbers come from stands with these classes."""

    service_level_share: float = Field(default=ServiceGoal().share, gt=0, le=1)
    service_level_seconds: Seconds = ServiceGoal().within_seconds
    service_level_window_seconds: float = Field(default=ServiceGoal().window_seconds, ge=60, le=86_400)
    alert_frustration: float = Field(default=AlertRules().frustration, gt=0, le=1)
    alert_wait_seconds: Seconds = AlertRules().wait_seconds

    @property
    def goal(self) -> ServiceGoal:
        return ServiceGoal(self.service_level_share, self.service_level_seconds, self.service_level_window_seconds)

    @property
    def alerts(self) -> AlertRules:
        return AlertRules(frustration=self.alert_frustration, wait_seconds=self.alert_wait_seconds)


class AgentSettings(Section):
    id: str = Field(pattern=r"^[a-z0-9_-]+$")
    name: str
    skills: tuple[str, ...]
    languages: tuple[str, ...] = ("en",)
    tiers: tuple[str, ...] = ()
    line: Literal["webrtc", "twilio", "asterisk", "simulated"] = "webrtc"
    address: str = ""
    pin_variable: str = ""
    email: str = ""
    outside: bool = False


class Settings(Section):
    service: Service = Service()
    admission: AdmissionSettings = AdmissionSettings()
    metrics: Metrics = Metrics()
    business: BusinessFolder = BusinessFolder()
    hearing: Hearing = Field(default_factory=Hearing)  # made, not copied: it holds a read-only mapping
    speaking: Speaking = Speaking()
    lines: Lines = Lines()
    dialling: DiallingSettings = DiallingSettings()
    handoff: HandoffSettings = HandoffSettings()
    outside: Outside = Outside()
    callbacks: CallbackSettings = CallbackSettings()
    judging: Judging = Judging()
    language_model: LanguageModelSettings = LanguageModelSettings()
    records: Records = Records()
    desk: DeskSettings = DeskSettings()
    supervision: SupervisionSettings = SupervisionSettings()
    reviews: ReviewsSettings = ReviewsSettings()
    survey: SurveySettings = SurveySettings()
    agents: tuple[AgentSettings, ...] = ()


def load(folder: Path) -> Settings:
    """The settings in `folder`. Raises `ConfigError` naming file, section and key, what was expected and what came."""
    path = folder / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: a settings file expected here, got {error.strerror}") from error
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: TOML expected, got {error}") from error
    settings = parse(table, origin=str(path))
    business = settings.business.model_copy(update={"folder": (folder / settings.business.folder).resolve()})
    callbacks = settings.callbacks
    if callbacks.do_not_call:
        callbacks = callbacks.model_copy(update={"do_not_call": str((folder / callbacks.do_not_call).resolve())})
    return settings.model_copy(update={"business": business, "callbacks": callbacks})


def parse(table: Mapping[str, Any], *, origin: str) -> Settings:
    """Settings from a parsed table. `origin` names it in errors."""
    try:
        settings = Settings.model_validate(table)
    except ValidationError as error:
        raise ConfigError("\n".join(_explain(origin, problem) for problem in error.errors())) from error
    ids = [agent.id for agent in settings.agents] + [person.id for person in settings.desk.demo_people]
    doubles = sorted({i for i in ids if ids.count(i) > 1})
    if doubles:
        where = "[[agents]] and [[desk.demo_people]] id"
        raise ConfigError(f"{origin}: {where}: each once expected, got {', '.join(doubles)} more than once")
    if settings.desk.demo_sign_in and settings.service.public_url:
        raise ConfigError(
            f"{origin}: [desk] demo_sign_in: false expected where [service] public_url is set, got true: whoever "
            "reaches that address could sit down as an agent. A pin_variable in [[agents]] lets each sign in by PIN"
        )
    if settings.desk.oidc is not None and not settings.service.public_url:
        raise ConfigError(
            f"{origin}: [service] public_url: an address expected where [desk.oidc] is set, got none: the organisation "
            "sends people back to it"
        )
    return settings


def _explain(origin: str, problem: Mapping[str, Any]) -> str:
    *section, key = [str(part) for part in problem["loc"]] or [""]
    expected = str(problem["msg"]).removeprefix("Value error, ")
    if problem["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        expected = "no such key"
    return f"{origin}: [{'.'.join(section)}] {key}: {expected}, got {problem['input']!r}"


def secret(variable: str) -> str | None:
    """A secret from the environment, `None` when it is not set."""
    return os.environ.get(variable) or None


def config_folder(given: Path | None) -> Path:
    """`--config`, else `WARMLINE_CONFIG`, else `./config`."""
    return given or Path(os.environ.get("WARMLINE_CONFIG", "config"))
