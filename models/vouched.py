"""What may be written or said in a brief: a line whose turns and whose record hold all that it names."""

import re
from collections.abc import Mapping

from models.brief import BriefLine, Material
from models.supported import supported

NOT_KNOWN = "not known"
_NUMERAL = re.compile(r"[$\N{EURO SIGN}\N{POUND SIGN}]?\d[\d,.]*")


class Vouched:
    """Whether a line may be written or said: its turns and its record hold what it names."""

    def __init__(self, material: Material) -> None:
        self._transcript, self._today, self._record = material.transcript, material.today, _record(material)

    def __call__(self, line: BriefLine) -> bool:
        return supported(line, self._transcript, self._record, self._today)

    def first(self, *lines: BriefLine) -> str:
        """The text of the first line that holds; "" when none does."""
        return next((line.text for line in lines if line.text and self(line)), "")


def _record(material: Material) -> Mapping[str, str]:
    caller = material.caller
    own = {
        "caller": " . ".join(filter(None, (caller.name, caller.member, caller.verified, *caller.notes))),
        "actions": " . ".join(" ".join(filter(None, (one.what, one.result, one.receipt))) for one in material.attempts),
        "escalation": " . ".join(material.reason.evidence) if material.reason else "",
        "procedure": material.next_step or "",
        "limits": material.limits or "",
        "topic": _NUMERAL.sub("", material.topic or ""),  # what it is about; its values rest on turns
    }
    return {**material.record, **own}
