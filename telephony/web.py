"""The one HTTP door: health, metrics, the carrier's webhooks and streams, the desk."""

from collections.abc import Callable, Iterable

from fastapi import FastAPI, Response
from fastapi.responses import PlainTextResponse

from models.inference import Pool
from telephony.desk.app import DeskDeps, create_desk
from telephony.desk.auth import HASHER, Credentials
from telephony.desk.desks import Desks
from telephony.desk.front_office import FrontOffice
from telephony.desk.settings import DeskSettings
from telephony.lines import twilio
from telephony.lines.asterisk import AsteriskLine
from telephony.lines.webrtc import WebRtcLine
from telephony.settings import AgentSettings, Settings, secret
from telephony.switchboard import Switchboard
from voice.dialogue.business import Business
from voice.tts.clips import CacheCounts


def create_app(
    *,
    settings: Settings,
    business: Business,
    front: FrontOffice,
    desks: Desks,
    phone: WebRtcLine,
    carrier: twilio.TwilioLine | None,
    pbx: AsteriskLine | None,
    switchboard: Switchboard,
    pool: Pool,
    prompts: CacheCounts,
    clock: Callable[[], float],
) -> FastAPI:
    app = FastAPI(title="Warmline", docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/healthz")
    async def healthz(response: Response) -> dict[str, object]:
        """503 while draining: no new calls should be sent here."""
        response.status_code = 503 if switchboard.draining else 200
        return {"ok": not switchboard.draining, "calls": len(switchboard.calls)}

    @app.get("/metrics")
    async def metrics() -> Response:
        return PlainTextResponse(_metrics(switchboard, pool, prompts, carrier, pbx))

    if carrier is not None:
        app.include_router(twilio.router(carrier))
    if pbx is not None:
        app.include_router(pbx.routes())
    public = settings.service.public_url
    desk = create_desk(
        DeskDeps(
            office=front,
            phone=phone,
            desks=desks,
            credentials=Credentials(_pins(settings.agents), one_click=settings.desk.demo_sign_in),
            clock=clock,
            settings=DeskSettings(
                business=business.name,
                secure_cookie=public.startswith("https://"),
                phone_number=settings.desk.phone_number,
            ),
        )
    )
    app.mount("/", desk)
    return app


def _pins(agents: Iterable[AgentSettings]) -> dict[str, str]:
    """Hashes of the agents' PINs, as the environment holds them; an agent without one cannot sign in by PIN."""
    return {a.id: HASHER.hash(pin) for a in agents if a.pin_variable and (pin := secret(a.pin_variable))}


def _metrics(
    switchboard: Switchboard,
    pool: Pool,
    prompts: CacheCounts,
    carrier: twilio.TwilioLine | None,
    pbx: AsteriskLine | None,
) -> str:
    """Prometheus text: https://prometheus.io/docs/instrumenting/exposition_formats/"""
    stats = pool.stats()
    values = {
        "warmline_calls": len(switchboard.calls),
        "warmline_inference_queued": stats.queued,
        "warmline_inference_running": stats.running,
        "warmline_inference_done_total": stats.done,
        "warmline_inference_dropped_total": stats.dropped,
        "warmline_inference_failed_total": stats.failed,
        "warmline_inference_p50_ms": stats.p50_ms,
        "warmline_inference_p95_ms": stats.p95_ms,
        'warmline_sentences_total{from="memory"}': prompts.from_memory,
        'warmline_sentences_total{from="disk"}': prompts.from_disk,
        'warmline_sentences_total{from="engine"}': prompts.rendered,
        "warmline_prompt_disk_failures_total": prompts.disk_failures,
    }
    lines = [f"{name} {value}" for name, value in values.items()]
    if carrier is not None:
        lines += [f'warmline_refused_total{{kind="{kind}"}} {count}' for kind, count in carrier.refusals.items()]
        lines += [f'warmline_media_dropped_total{{reason="{why}"}} {n}' for why, n in carrier.dropped.items()]
    if pbx is not None:
        lines += [f'warmline_asterisk_refused_total{{kind="{kind}"}} {count}' for kind, count in pbx.refusals.items()]
        lines += [f'warmline_asterisk_dropped_total{{reason="{why}"}} {n}' for why, n in pbx.dropped.items()]
        lines.append(f"warmline_asterisk_listening {int(pbx.listening.is_set())}")
    return "\n".join(lines) + "\n"
