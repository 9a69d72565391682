"""What one agent's desk shows: news in, messages out, and a snapshot at any time. Pure; `now` comes in, in seconds."""

from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from models.brief import Brief
from telephony.desk.bridged import OnTheBridge, on_the_bridge
from telephony.desk.clock import DeskClock
from telephony.desk.companions import Names
from telephony.desk.hints import Hints
from telephony.desk.messages import (
    CallMessage,
    CallModel,
    ClockMessage,
    DispositionModel,
    HintModel,
    HintsMessage,
    JudgedMessage,
    JudgedModel,
    LineMessage,
    LineModel,
    Message,
    NoticesMessage,
    OfferMessage,
    OfferModel,
    PhoneMessage,
    PresenceMessage,
    PresenceModel,
    RingMessage,
    RingModel,
    Snapshot,
    WrapUpMessage,
    WrapUpModel,
)
from telephony.desk.office import (
    CHOSEN,
    CallOver,
    News,
    Offer,
    OfferClosed,
    Offered,
    OnCall,
    Person,
    PresenceIs,
    Recorded,
    WrappedUpAll,
    WrapUpDue,
)
from telephony.desk.office import Presence as OfficePresence
from telephony.desk.screenpop import as_line, brief_model
from telephony.events import AgentMarked, BriefReady, Held, KeyPressed
from telephony.journal import Record
from voice.events import Judged

LINES_KEPT = 6000  # about three hours of talk; the journal keeps all


class DeskView:
    """The state of one desk. `apply` returns the messages that tell a connected page what changed."""

    def __init__(self, person: Person, notices: tuple[str, ...] = ()) -> None:
        self.person = person
        self._notices = notices
        self._presence = PresenceIs(OfficePresence.AWAY)
        self._offer: tuple[Offer, float] | None = None  # with the time it came
        self._ring: RingModel | None = None
        self._call: CallModel | None = None
        self._talking_since: float | None = None
        self._held_since: float | None = None
        self._phone: RingModel | None = None
        self._clock = DeskClock(person.id)
        self._wrapup: tuple[WrapUpDue, float] | None = None
        self._marks: dict[str, str] = {}
        self._hints = Hints()
        self.names = Names(person.id)
        self._lines: deque[LineModel] = deque(maxlen=LINES_KEPT)
        self._judged: deque[JudgedModel] = deque(maxlen=LINES_KEPT)
        self._earlier = 0

    @property
    def presence(self) -> OfficePresence:
        return self._presence.presence

    @property
    def ring(self) -> RingModel | None:
        return self._ring

    def noticed(self, notices: tuple[str, ...]) -> Message:
        self._notices = notices
        return NoticesMessage(notices=notices)

    def shows(self, call: str) -> bool:
        """Whether this call is offered here or on the line."""
        return self._call is not None and self._call.call == call and self._call.stage != "over"

    def apply(self, news: News, now: float) -> Sequence[Message]:
        match news:
            case PresenceIs():
                return self._presence_is(news)
            case Offered(offer):
                return self._offered(offer, now)
            case OfferClosed():
                return self._offer_closed(news, now)
            case Recorded(record):
                return self._recorded(record, now)
            case OnCall():
                return self._on_call(news, now)
            case CallOver():
                return self._call_over(news, now)
            case WrapUpDue():
                self._wrapup = (news, now)
                return [WrapUpMessage(wrapup=self._wrapup_model(now))]
            case WrappedUpAll(call):
                return self._cleared(call, now)

    # --- the softphone's leg -------------------------------------------------------------------------------------

    def rings(self, ring: RingModel) -> Message:
        self._ring = ring
        return RingMessage(ring=ring)

    def answered(self, leg: str) -> Sequence[Message]:
        """A page of this desk answered the leg; every later one goes on with it."""
        if self._ring is None or self._ring.leg != leg:
            return []
        self._phone, self._ring = self._ring, None
        return [RingMessage(ring=None, ended="answered"), PhoneMessage(phone=self._phone)]

    def leg_over(self, leg: str, why: str) -> Sequence[Message]:
        """Another leg may ring or talk meanwhile: it goes on."""
        messages: list[Message] = []
        if self._ring is not None and self._ring.leg == leg:
            self._ring = None
            messages.append(RingMessage(ring=None, ended=why))
        if self._phone is not None and self._phone.leg == leg:
            self._phone = None
            messages.append(PhoneMessage(phone=None))
        return messages

    # --- all there is ------------------------------------------------------------------------------------------------

    def snapshot(self, epoch: str, now: float) -> Snapshot:
        return Snapshot(
            epoch=epoch,
            agent=self.person.id,
            name=self.person.name,
            presence=self._presence_model(),
            offer=self._offer_model(now),
            ring=self._ring,
            phone=self._phone,
            call=self._call_model(now),
            clock=self._clock.model(now),
            wrapup=self._wrapup_model(now),
            lines=tuple(self._lines),
            judged=tuple(self._judged),
            earlier_lines=self._earlier,
            notices=self._notices,
            hints=self._hint_models(),
        )

    def _presence_is(self, news: PresenceIs) -> Sequence[Message]:
        """Whoever is free again has no call on the desk, even when it ended without a wrap-up."""
        self._presence = news
        messages: list[Message] = [PresenceMessage(presence=self._presence_model())]
        idle = news.presence in CHOSEN and self._offer is None and self._wrapup is None
        if idle and self._call is not None and self._call.stage != "talking":
            self._open(None)
            messages.append(CallMessage(call=None))
        return messages

    def _offered(self, offer: Offer, now: float) -> Sequence[Message]:
        self._offer = (offer, now)
        call = CallModel(
            call=offer.call,
            caller=offer.caller,
            tier=offer.tier,
            stage="offered",
            brief=brief_model(offer.brief, offer.call),
        )
        self._open(call)
        return [OfferMessage(offer=self._offer_model(now)), CallMessage(call=self._call)]

    def _offer_closed(self, closed: OfferClosed, now: float) -> Sequence[Message]:
        if self._offer is None or self._offer[0].id != closed.offer:
            return []
        self._offer = None
        messages: list[Message] = [OfferMessage(offer=None, closed=closed.why)]
        if closed.why != "accepted" and self._call is not None and self._call.stage == "offered":
            self._open(None)
            messages.append(CallMessage(call=None))
        return messages

    def _on_call(self, news: OnCall, now: float) -> Sequence[Message]:
        known = self._call if self._call is not None and self._call.call == news.call else None
        brief, host = (known.brief, known.host) if known is not None else (None, "")
        self._talking_since = now
        self._open(
            CallModel(call=news.call, caller=news.caller, tier=news.tier, stage="talking", brief=brief, host=host)
        )
        return [CallMessage(call=self._call_model(now))]

    def _call_over(self, news: CallOver, now: float) -> Sequence[Message]:
        if self._call is None or self._call.call != news.call:
            return []
        talked = now - self._talking_since if self._talking_since is not None else 0.0
        self._talking_since = self._held_since = None
        over = {"stage": "over", "over_by": news.by, "talking_seconds": talked, "held": False, "lost": "", "keying": "",
                "asking": "", "beside": "", "host": ""}  # fmt: skip
        self._call = self._call.model_copy(update=over)
        return [CallMessage(call=self._call)]

    def _cleared(self, call: str, now: float) -> Sequence[Message]:
        messages: list[Message] = []
        if self._wrapup is not None and self._wrapup[0].call == call:
            self._wrapup = None
            messages.append(WrapUpMessage(wrapup=None))
        if self._call is not None and self._call.call == call:
            self._open(None)
            messages.append(CallMessage(call=None))
        return messages

    def _open(self, call: CallModel | None) -> None:
        """Shows `call`; what was said in another one goes."""
        if call is None or self._call is None or call.call != self._call.call:
            self._lines.clear()
            self._judged.clear()
            self._marks.clear()
            self._hints = Hints()
            self.names = Names(self.person.id)
            self._earlier = 0
            self._clock, self._held_since = DeskClock(self.person.id), None
        self._call = call

    def _recorded(self, record: Record, now: float) -> Sequence[Message]:
        if self._call is None or record.call != self._call.call:
            return []
        self.names.learn(record.entry)
        changed = self._clock.see(record, now)
        clock = [ClockMessage(clock=self._clock.model(now))] if changed else []
        hints = [HintsMessage(hints=self._hint_models())] if self._hints.see(record) else []
        return [*clock, *self._told(record, now), *hints]

    def _hint_models(self) -> tuple[HintModel, ...]:
        return tuple(HintModel(kind=hint.kind, text=hint.text) for hint in self._hints.now)

    def _told(self, record: Record, now: float) -> Sequence[Message]:
        entry = record.entry
        if isinstance(entry, KeyPressed) and not (self._call is not None and self._call.keying):
            return []  # an answer to the system
        if isinstance(entry, OnTheBridge):
            return [self._on_the_bridge(entry, now), *self._line(record)]
        if isinstance(entry, Judged):
            judged = JudgedModel(
                call=record.call,
                record=record.seq,
                at_ms=record.at_ms,
                level=min(1.0, max(0.0, entry.frustration)),
                reasons=entry.reasons,
                turn=entry.turn,
            )
            self._judged.append(judged)
            return [JudgedMessage(judged=judged)]
        if isinstance(entry, BriefReady):
            return self._briefed(entry.brief, now)
        if isinstance(entry, AgentMarked):
            self._marks[entry.about] = entry.mark
            return [WrapUpMessage(wrapup=self._wrapup_model(now))] if self._wrapup is not None else []
        return self._line(record)

    def _on_the_bridge(self, entry: OnTheBridge, now: float) -> Message:
        assert self._call is not None  # _recorded has looked
        if isinstance(entry, Held):
            self._held_since = now if entry.on else None
        self._call = self._call.model_copy(update=on_the_bridge(entry, self._call, me=self.person.id))
        return CallMessage(call=self._call_model(now))

    def _line(self, record: Record) -> Sequence[Message]:
        line = as_line(record)
        line = self.names.read(record.entry, line) if line is not None else None
        if line is None:
            return []
        if len(self._lines) == LINES_KEPT:
            self._earlier += 1
        self._lines.append(line)
        return [LineMessage(line=line)]

    def _briefed(self, brief: Brief, now: float) -> Sequence[Message]:
        """A newer version of the brief replaces the shown one, in the banner too."""
        assert self._call is not None  # _recorded has looked
        shown = self._call.brief
        if shown is not None and brief.version <= shown.version:
            return []
        self._call = self._call.model_copy(update={"brief": brief_model(brief, self._call.call)})
        messages: list[Message] = [CallMessage(call=self._call_model(now))]
        if self._offer is not None and self._offer[0].call == self._call.call:
            offer, came = self._offer
            self._offer = (replace(offer, brief=brief), came)
            messages.append(OfferMessage(offer=self._offer_model(now)))
        return messages

    def _presence_model(self) -> PresenceModel:
        return PresenceModel(presence=self._presence.presence.value, why=self._presence.why)

    def _offer_model(self, now: float) -> OfferModel | None:
        if self._offer is None:
            return None
        offer, came = self._offer
        return OfferModel(
            offer=offer.id,
            call=offer.call,
            caller=offer.caller,
            tier=offer.tier,
            queue=offer.queue,
            waited_seconds=offer.waited_seconds + now - came,
            ring_seconds=max(0.0, offer.ring_seconds - (now - came)),
            on_desk=offer.on_desk,
            asked_by=offer.asked_by,
            notes=offer.notes,
            brief=brief_model(offer.brief, offer.call),
        )

    def _call_model(self, now: float) -> CallModel | None:
        if self._call is None or self._talking_since is None:
            return self._call
        held = now - self._held_since if self._held_since is not None else 0.0
        return self._call.model_copy(update={"talking_seconds": now - self._talking_since, "held_seconds": held})

    def _wrapup_model(self, now: float) -> WrapUpModel | None:
        if self._wrapup is None:
            return None
        due, came = self._wrapup
        return WrapUpModel(
            call=due.call,
            caller=due.caller,
            summary=due.summary,
            disposition=due.disposition,
            choices=tuple(DispositionModel(code=c.code, label=c.label) for c in due.choices),
            seconds=None if due.seconds is None else max(0.0, due.seconds - (now - came)),
            marks=dict(self._marks),
        )
