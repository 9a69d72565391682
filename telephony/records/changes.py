"""Changes of the record that are no entries of a journal: jobs for `Store.run` and `Store.submit`."""

from collections.abc import Callable

from sqlalchemy import Connection, delete, update

from telephony.records.recordings import Recorded
from telephony.records.schema import calls, recordings

Job = Callable[[Connection], None]


def recorded(done: Recorded) -> Job:
    """A recording is finished: its row, so that retention finds the file."""

    def job(connection: Connection) -> None:
        connection.execute(delete(recordings).where(recordings.c.call == done.call))
        connection.execute(
            recordings.insert().values(
                call=done.call,
                file=done.path.name,
                seconds=done.seconds,
                complete=done.complete,
                started_wall=done.started_wall,
            )
        )

    return job


def hold(call: str, held: bool) -> Job:
    """Legal hold: retention passes the call by, until it is lifted."""

    def job(connection: Connection) -> None:
        connection.execute(update(calls).where(calls.c.id == call).values(held=held))

    return job
