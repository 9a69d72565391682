"""The record: what happened, durable and in order; what was said, as sound; and how long either is kept."""

from telephony.records.promises import Promised, StoredPromises, open_promised
from telephony.records.queries import Queries
from telephony.records.recordings import Recorded, Recording, Recordings
from telephony.records.store import InlineKeeper, Store, open_store

__all__ = [
    "InlineKeeper",
    "Promised",
    "Queries",
    "Recorded",
    "Recording",
    "Recordings",
    "Store",
    "StoredPromises",
    "open_promised",
    "open_store",
]
