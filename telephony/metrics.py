"""What is counted of the calls, from their journals: one `hear` for every entry, whoever it belongs to.

Labels hold words of ours alone (an outcome, an engine, a reason): never a name, a number or what somebody said.
Listed in docs/metrics.md.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from telephony import events as e
from telephony.journal import Record
from voice.events import NO_ENGINE, Escalated

CALL_SECONDS = (10, 30, 60, 120, 180, 300, 600, 1200, 1800, 3600)
STAGE_SECONDS = (0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300, 600, 1800)
"""1 s: the goal from a trigger to the ring. The rest doubles about."""


class CallMetrics:
    """Counters of one service, in a registry of its own."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, what: str, *labels: str) -> Counter:
            return Counter(f"warmline_{name}", what, labels, registry=registry)

        self._offered = counter("calls_offered", "Calls by line and direction.", "line", "direction")
        self._ended = counter("calls_ended", "Calls that ended, by outcome and by whom.", "outcome", "by")
        self._seconds = Histogram(
            "warmline_call_seconds", "How long calls lasted.", buckets=CALL_SECONDS, registry=registry
        )
        self._refused = counter("admissions_refused", "Calls that found no room, by reason.", "reason")
        self._utterances = counter(
            "utterances", "Stretches of speech, by speaker, engine and whether there were words.", "speaker", "engine",
            "understood",
        )  # fmt: skip
        self._refusals = counter("refusals", "Texts of an engine that nobody should believe, by guard.", "guard")
        self._engine = Gauge("warmline_recogniser", "1: this engine heard last.", ["engine"], registry=registry)
        self._heard_by: str | None = None
        self._keys = counter("keys", "Keys pressed, by speaker.", "speaker")
        self._no_match = counter("no_match", "Answers of ours to words that were not understood.")
        self._no_input = counter("no_input", "Silences in which an answer was expected.")
        self._barge_ins = counter("barge_ins", "Prompts that were cut by the caller.")
        self._went_on = counter("false_interruptions", "Prompts that stopped for what was no answer.", "why")
        self._triggers = counter("escalations", "Calls for a person, by trigger.", "trigger")
        self._attempts = counter("handoff_attempts", "Agents asked, by outcome.", "outcome")
        self._stages = Histogram(
            "warmline_handoff_stage_seconds", "From the trigger to each stage of bringing a person in.", ["stage"],
            buckets=STAGE_SECONDS, registry=registry,
        )  # fmt: skip
        self._problems = counter("problems", "What went wrong and was met, by part.", "part")

    def hear(self, record: Record) -> None:
        self._of_calls(record.entry)
        self._of_conversation(record.entry)

    def _of_calls(self, entry: e.Entry) -> None:
        match entry:
            case e.CallOffered(line=line, direction=direction):
                self._offered.labels(line, direction).inc()
            case e.CallEnded(outcome=outcome, by=by, seconds=seconds):
                self._ended.labels(outcome, by).inc()
                self._seconds.observe(seconds)
            case e.NoRoom(reason=reason):
                self._refused.labels(reason).inc()
            case e.AttemptEnded():
                self._attempted(entry)
            case e.Problem(part=part):
                self._problems.labels(part).inc()
            case _:
                pass

    def _of_conversation(self, entry: e.Entry) -> None:
        match entry:
            case e.Heard():
                self._heard(entry)
            case e.KeyPressed(speaker=speaker):
                self._keys.labels(speaker).inc()
            case e.Silent():
                self._no_input.inc()
            case e.Said(prompt=prompt) if prompt.startswith("no_match"):
                self._no_match.inc()
            case e.BargedIn():
                self._barge_ins.inc()
            case e.PromptWentOn(why=why):
                self._went_on.labels(why).inc()
            case Escalated(trigger=trigger):
                self._triggers.labels(trigger).inc()
            case _:
                pass

    def _heard(self, heard: e.Heard) -> None:
        self._utterances.labels(heard.speaker, heard.engine, "yes" if heard.text else "no").inc()
        if heard.refused:
            self._refusals.labels(heard.refused).inc()
        if heard.engine not in (NO_ENGINE, self._heard_by):
            if self._heard_by is not None:
                self._engine.labels(self._heard_by).set(0)
            self._engine.labels(heard.engine).set(1)
            self._heard_by = heard.engine

    def _attempted(self, attempt: e.AttemptEnded) -> None:
        self._attempts.labels(attempt.outcome).inc()
        trigger_ms = attempt.clock.get("trigger")
        for stage, at_ms in attempt.clock.items():
            if trigger_ms is not None and at_ms is not None and stage not in ("trigger", "over"):
                self._stages.labels(stage).observe(max(0, at_ms - trigger_ms) / 1000)
