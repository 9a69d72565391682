"""What lies outside the service: carriers, clocks, the disk. A replay, a demo or a test puts its own in place."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from models.engines import EngineFactory
from models.inference import Pool
from telephony.assembly.hearing import open_pool
from telephony.history import History
from telephony.journal import Keeper, Record
from telephony.lines.asterisk.ari import Connection
from telephony.lines.twilio.control import RestHttp
from telephony.promises import Promises
from telephony.published import RuleSet
from telephony.settings import Settings
from telephony.switchboard.admission_load import machine_cpu
from voice.dialogue.business import Business
from voice.dialogue.load import load_business
from voice.tts import Synthesizer


@dataclass(frozen=True, slots=True)
class World:
    open_pool: Callable[[Mapping[str, EngineFactory], Settings], Pool] = lambda factories, settings: open_pool(
        factories, settings.hearing
    )
    wrap_voice: Callable[[Synthesizer], Synthesizer] = lambda voice: voice
    keeper: Keeper | None = None  # instead of the database
    twilio_http: Callable[[], RestHttp] | None = None  # instead of sockets to the carrier
    asterisk: Callable[[], Connection] | None = None  # instead of sockets to the PBX
    history: History | None = None  # of earlier calls, instead of the database's
    wall: Callable[[], float] = time.time
    today: Callable[[], date] = date.today
    inline: bool = False  # recordings are written in place, where no thread may be waited for
    prompts: Path | None = None  # a replay's rendered sentences, all of them kept
    free_bytes: Callable[[Path], int] | None = None  # room for recordings, instead of the disk's own
    promises: Promises | None = None  # instead of the database's
    bank: str | None = None  # the demo backend's database, instead of a file in the records folder
    on_record: Callable[[Record], None] = lambda record: None
    cpu: Callable[[], float | None] = field(default_factory=machine_cpu)  # share of all cores in use
    progress: Callable[[int, int], None] = lambda done, total: None
    business: Callable[[Path], Business] = load_business  # from its folder, with the rules that are published
    ruled: Callable[[RuleSet, Business], Business] = RuleSet.over  # it with others, as a start would have it
    escalates: bool = True  # False: no rule calls a person; a back-test wants each call to its own end
    alarm: str = ""  # which every desk shows: why other rules run than the configuration's
    rules: str = ""  # hash of the rules in `business`, where they were published
