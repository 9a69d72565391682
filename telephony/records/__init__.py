"""The record: what happened, durable and in order; what was said, as sound; and how long either is kept."""

from telephony.records.promises import StoredPromises
from telephony.records.queries import Queries
from telephony.records.recordings import Recorded, Recording, Recordings
from telephony.records.store import InlineKeeper, Store, open_store

__all__ = ["InlineKeeper", "Queries", "Recorded", "Recording", "Recordings", "Store", "StoredPromises", "open_store"]
