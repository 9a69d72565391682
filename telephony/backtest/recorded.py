"""Models that answer as the record says, where the record holds their answer and not what they were asked.

The voice is in no journal, but its part in every judged turn is; words that are withheld were understood all the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from models.frustration import Evidence, FrustrationState, Judgement
from models.intent import IntentMatch
from telephony.switchboard.leg_office import WITHHELD
from voice.dialogue.turn import Judge
from voice.dialogue.understanding import Intents
from voice.events import Judged


@dataclass(frozen=True, slots=True)
class RecordedMoods:
    """Implements `voice.dialogue.turn.Judge`. Turns without a record, and silences, are judged anew."""

    judge_anew: Judge
    moods: Mapping[int, Judged]

    def judge(self, state: FrustrationState, evidence: Evidence) -> tuple[FrustrationState, Judgement]:
        state, anew = self.judge_anew.judge(state, evidence)
        mood = self.moods.get(evidence.turn)
        if mood is None:
            return state, anew
        return state, replace(anew, level=mood.frustration, reasons=mood.reasons, terms=mood.terms)


class RecordedIntents:
    """Implements `voice.dialogue.understanding.Intents`. `withheld`: what the words meant that are about to be read."""

    def __init__(self, model: Intents) -> None:
        self._model = model
        self.withheld: IntentMatch | None = None

    def match(self, text: str, *, prior: Mapping[str, float] | None = None) -> IntentMatch:
        if text == WITHHELD and self.withheld is not None:
            return self.withheld
        return self._model.match(text, prior=prior)
