"""What callers want, on labelled texts the model was not fitted on: right intent, calibration, other people's business.

`make bench` takes one fold or draw of each and fewer examples where fitting is slow, and says so; `--full` takes all.
"""

from collections.abc import Iterator, Sequence

from tests.bench import intents_banking, intents_scope, intents_service
from tests.bench.context import Context
from tests.bench.intent_data import ways
from tests.bench.writer import Row

IDS = (*intents_banking.IDS, *intents_scope.IDS, *intents_service.IDS)


def rows(context: Context) -> Sequence[Row]:
    return list(_rows(context))


def _rows(context: Context) -> Iterator[Row]:
    chosen = ways()
    yield from intents_banking.rows(context, chosen)
    yield from intents_scope.rows(context, chosen)
    yield from intents_service.rows(context, chosen)
