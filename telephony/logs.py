"""What the process says about itself: our own log and the libraries', one line an event, on standard error."""

import logging
import os
import sys

LEVEL = "WARMLINE_LOG"  # DEBUG, INFO, WARNING or ERROR
FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def set_up(default: str = "WARNING") -> None:
    """Our log at `default`, or at $WARMLINE_LOG; pipecat's (loguru) too, from warnings up unless that says DEBUG."""
    from loguru import logger  # noqa: PLC0415 - a dependency of pipecat: not needed for `--help`

    level = os.environ.get(LEVEL, default).upper()
    if level not in logging.getLevelNamesMapping():
        level = default
    logging.basicConfig(level=level, format=FORMAT, stream=sys.stderr, force=True)
    if level != "DEBUG":
        for chatty in ("twilio", "alembic.runtime.plugins"):  # headers of each request; plug-ins
            logging.getLogger(chatty).setLevel(logging.WARNING)
    logger.remove()
    least = logging.DEBUG if level == "DEBUG" else max(logging.WARNING, logging.getLevelNamesMapping()[level])
    logger.add(sys.stderr, level=least, format="{time} {level} {name}: {message}")
