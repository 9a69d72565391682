"""What is usual on a deployment's own line: the record that `warmline calibrate frustration` writes and the service
reads.

Only quantiles of scores stand in it, no sound and no words. A record made with other heads does not count.
"""

import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path

from models.frustration_scale import Scale
from models.frustration_text import TextHead
from models.prosody_anger import AngerHead

log = logging.getLogger(__name__)

RECORD = "frustration-line.json"


@dataclass(frozen=True, slots=True)
class Line:
    """`voice_head`, `words_head`: whose scores these are. A scale is None where too few turns told anything."""

    voice: Scale | None
    words: Scale | None
    voice_head: str
    words_head: str
    calls: int = 0
    voiced_turns: int = 0
    worded_turns: int = 0

    def scales(self, head: AngerHead, text: TextHead) -> tuple[Scale | None, Scale | None]:
        """For the voice and for the words; None where the shipped one goes on."""
        pairs = ((self.voice, self.voice_head, head.fingerprint), (self.words, self.words_head, text.fingerprint))
        for scale, made_with, ours in pairs:
            if scale is not None and made_with != ours:
                log.warning("%s: made with another head (%s, ours is %s): calibrate again", RECORD, made_with, ours)
        voice, words = (scale if made_with == ours else None for scale, made_with, ours in pairs)
        return voice, words

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=2) + "\n"

    @classmethod
    def read(cls, path: Path) -> "Line | None":
        """None where there is no record, or, with a warning, none that can be read: the shipped scales go on."""
        if not path.is_file():
            return None
        try:
            found = json.loads(path.read_text("utf-8"))
            scales = {name: Scale(**found[name]) if found[name] else None for name in ("voice", "words")}
            return cls(**{**found, **scales})
        except (OSError, KeyError, TypeError, ValueError) as error:
            log.warning("%s: a record of `warmline calibrate frustration` expected, got %r", path, error)
            return None
