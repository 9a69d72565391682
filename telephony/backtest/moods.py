"""A judge that judges as the record says: the voice is in no journal, but its part in every judged turn is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from models.frustration import Evidence, FrustrationState, Judgement
from voice.dialogue.turn import Judge
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
