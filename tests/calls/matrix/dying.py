"""A service that dies: nothing it does or writes counts from then on; and one that starts again, with its record."""

from telephony.assembly import carriers
from telephony.assembly.carriers import fallback
from telephony.assembly.reconcile import cut_off, reconcile
from telephony.journal import Record
from telephony.leg import Line
from telephony.records.store import Store, default_url, open_store
from telephony.sim.clock import at_work
from telephony.sim.faults import Fault
from tests.calls.matrix.twilio import FALLBACK, TwilioStage
from tests.sim.broken import Gone
from tests.sim.virtual import Town
from tests.sim.virtual_pbx import PbxTown


def dies(stage: TwilioStage) -> None:
    """Its media sockets are the story's to break (`Drop`): a stream is dropped at a time that was said before it."""
    town = stage.town
    town.carrier._fallback = FALLBACK
    town.carrier.webhooks._reach = Gone()  # type: ignore[assignment]  # half a reach is enough
    town.carrier.reach = Gone()  # type: ignore[assignment]
    town.rest.faults.append(Fault(".*", lost=True, times=10_000))
    town.records = [*town.records]  # what it still writes, nobody reads
    stage.died_with = len(town.records)


class _Ledger:
    """The record as the next process finds it; what it adds is news in town."""

    def __init__(self, store: Store, town: Town | PbxTown) -> None:
        self.run = store.run
        self._store = store
        self._town = town

    def keep(self, record: Record) -> None:
        self._store.keep(record)
        self._town.records.append(record)


async def starts_again(stage: TwilioStage) -> None:
    """The next process, with a line of its own."""
    service = stage.service
    stage.town.rest.faults.clear()
    line = await carriers.twilio_line(
        service.settings,
        service.ruling.business,
        fallback=fallback(service.ruling.business),
        voice=service.voices.voice,
        open_http=stage.town.rest.http,
    )
    assert line is not None
    await closes_the_record(stage.town, line)
    await line.close()


async def closes_the_record(town: Town | PbxTown, line: Line) -> None:
    """The next process reads what the one before it wrote, and clears up."""
    service = town.service
    folder = service.settings.service.records_folder / "again"
    store = open_store(default_url(folder), folder)
    try:
        for record in town.records:
            store.keep(record)
        ledger = _Ledger(store, town)
        with at_work():
            found = await cut_off(ledger)  # type: ignore[arg-type]  # its `run` is the store's own
        await reconcile(found, ledger, {line.name: line}, wall=service.switchboard.house.wall)  # type: ignore[arg-type]  # the same
    finally:
        store.close()
