"""Keeps entries for ever and says which are durable, until it is killed: `python -m tests.records.crash FOLDER`."""

import asyncio
import sys
from pathlib import Path

from telephony import events as e
from telephony.journal import Record
from telephony.records import open_store


async def main(folder: Path) -> None:
    store = open_store("", folder)
    for seq in range(1, 1_000_000):
        record = Record("c1", seq, seq, float(seq), e.Silent(seq))
        store.keep(record)
        if seq % 5 == 0:  # the others ride in its batch, or in one before it
            await store.kept(record)
            print(seq, flush=True)


asyncio.run(main(Path(sys.argv[1])))
