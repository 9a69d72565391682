"""How frustrated a caller has become: additive log-odds of words, behaviour and voice, so the terms are the reasons.

Each turn's terms join those still standing, which fade: S = max(0, decay * S + turn). A fitted curve turns S into the
level, the chance that a listener calls this caller frustrated; `frustrated` switches on above one level and off below a
lower one. The voice never decides alone: it counts at most as much as what words and behaviour have shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from models.frustration_fit import Fit
from models.frustration_line import Line
from models.frustration_repeats import Repeats
from models.frustration_terms import MOST_PROSODY, Before, Evidence, Term, Terms, largest, remembered, total
from models.frustration_text import TextHead
from models.frustration_words import FrustrationWords
from models.intent import Encoder
from models.prosody_anger import AngerHead

__all__ = ["Evidence", "Frustration", "FrustrationSettings", "FrustrationState", "Judgement"]

_VOICE = "prosody"
_REMEMBERED = 12  # turns a repeat is looked for in
_LEAST = 0.02  # log-odds: what has faded below is gone


@dataclass(frozen=True, slots=True)
class FrustrationSettings:
    """`on` and `off` are levels, from section 1 of the understanding page."""

    prosody_weight: float = 1.0
    on: float = 0.6
    off: float = 0.4
    least_turns: int = 2  # one outburst is not a mood


@dataclass(frozen=True, slots=True)
class FrustrationState:
    """What a call has shown so far; begin with `FrustrationState()`."""

    standing: Mapping[str, Term] = field(default_factory=dict)  # of words and behaviour: log-odds left, reason
    voice: Term = (0.0, "")  # what the voice has shown, whether or not it may count
    frustrated: bool = False
    before: Before = field(default_factory=Before)


@dataclass(frozen=True, slots=True)
class Judgement:
    """`terms`: the log-odds that stand after this turn, they sum to the `score` that the level is read from;
    `turn_terms`: what this turn added; `reasons`: the largest of `terms`, in words an agent understands.
    """

    level: float
    frustrated: bool
    reasons: tuple[str, ...]
    terms: Mapping[str, float]
    turn_terms: Mapping[str, float]
    score: float = 0.0


class Frustration:
    """Judges turns by given terms: `judge` is pure, so one value serves all calls."""

    def __init__(self, *, terms: Terms, settings: FrustrationSettings | None = None) -> None:
        self._settings = settings or FrustrationSettings()
        self._terms = replace(terms, prosody_weight=self._settings.prosody_weight)
        self._fit = terms.fit

    @classmethod
    def shipped(
        cls,
        settings: FrustrationSettings | None = None,
        *,
        encoder: Encoder | None = None,
        line: Line | None = None,
        fit: Fit | None = None,
    ) -> "Frustration":
        """With words, heads and numbers of the package. `encoder` finds repeats by meaning; `line` is what is usual on
        this deployment's line (`warmline calibrate frustration`).
        """
        head, text = AngerHead.shipped(), TextHead.shipped()
        voice, words = line.scales(head, text) if line is not None else (None, None)
        terms = Terms(
            words=FrustrationWords.read(),
            fit=fit or Fit.read(),
            repeats=Repeats(encoder),
            head=head,
            text=text,
            usual_voice=voice,
            usual_words=words,
        )
        return cls(terms=terms, settings=settings)

    def judge(self, state: FrustrationState, evidence: Evidence) -> tuple[FrustrationState, Judgement]:
        """The state after `evidence`, and the level with its reasons."""
        decay = self._fit.decay
        evidence = evidence.borne()
        now = self._terms.repeats.remembered(evidence.text)
        turn = self._terms.of(evidence, now, state.before)
        heard = turn.get(_VOICE, (0.0, state.voice[1]))
        standing = faded(state.standing, {name: term for name, term in turn.items() if name != _VOICE}, decay)
        voice = (min(MOST_PROSODY, decay * state.voice[0] + heard[0]), heard[1])
        counted = with_voice(standing, voice)
        terms = {name: round(value, 3) for name, (value, _) in counted.items()}
        score = round(max(0.0, sum(terms.values())), 3)
        level = self._fit.level.of(score)
        after = FrustrationState(
            standing=standing,
            voice=voice,
            frustrated=self._switched(state, level),
            before=remembered(state.before, evidence, now, _REMEMBERED),
        )
        judgement = Judgement(
            level=round(level, 3),
            frustrated=after.frustrated,
            reasons=tuple(largest(counted)),
            terms=terms,
            turn_terms={name: round(value, 3) for name, (value, _) in turn.items()},
            score=score,
        )
        return after, judgement

    def _switched(self, state: FrustrationState, level: float) -> bool:
        settings = self._settings
        if state.before.turns + 1 < settings.least_turns:
            return False
        return level >= (settings.off if state.frustrated else settings.on)


def faded(standing: Mapping[str, Term], turn: Mapping[str, Term], decay: float) -> dict[str, Term]:
    """Adds the turn to what is left of the earlier ones. At or below zero nothing stands: the slate is clean."""
    after = {name: (value * decay, say) for name, (value, say) in standing.items()}
    for name, (value, say) in turn.items():
        after[name] = (after.get(name, (0.0, say))[0] + value, say)
    if total(after) <= 0:
        return {}
    return {name: term for name, term in after.items() if abs(term[0]) >= _LEAST}


def with_voice(standing: Mapping[str, Term], voice: Term) -> dict[str, Term]:
    """What the voice may add to words and behaviour: at most as much again, and never more than takes it to nothing."""
    shown = max(0.0, total(standing))
    counts = max(-shown, min(voice[0], shown))
    return {**standing, _VOICE: (counts, voice[1])} if abs(counts) >= _LEAST else dict(standing)
