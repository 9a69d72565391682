"""What the service is like at the moment it is asked: calls, pool, voice, lateness, process. Read, not counted."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector

from models.inference import Pool
from telephony.health import Health
from telephony.lateness import BOUNDS_MS, Lateness, LoopClock
from telephony.lines.asterisk import AsteriskLine
from telephony.lines.twilio import TwilioLine
from telephony.switchboard.admission_load import Admission
from telephony.switchboard.switchboard import Switchboard
from voice.tts.clips import CacheCounts


class Restarted(Protocol):
    restarts: int


@dataclass(frozen=True, slots=True)
class Sources:
    switchboard: Switchboard
    admission: Admission
    pool: Pool
    prompts: CacheCounts
    voice_process: Restarted
    loop: LoopClock
    carrier: TwilioLine | None
    pbx: AsteriskLine | None
    health: Health


class Present:
    """A collector of Prometheus's: yields everything anew whenever /metrics is read, on the event loop."""

    def __init__(self, sources: Sources, registry: CollectorRegistry) -> None:
        self._it = sources
        registry.register(self)
        ProcessCollector(registry=registry)  # CPU seconds, resident memory, open files; /proc only

    def collect(self) -> Iterator[Metric]:
        yield from self._calls()
        yield from self._inference()
        yield from self._voice()
        yield from self._lateness()
        yield from self._lines()
        yield _by("trouble", "1: callers are not heard as they should be, by part.", "part", self._it.health.troubles)
        yield _gauge("tasks", "Tasks of the event loop.", len(asyncio.all_tasks()))

    def describe(self) -> Iterator[Metric]:
        """Nothing: to name the families now, before the first call, would ask a pool that is not open yet."""
        return iter(())

    def _calls(self) -> Iterator[Metric]:
        calls = self._it.switchboard.calls.values()
        yield _gauge("calls", "Calls in progress.", len(calls))
        states = GaugeMetricFamily("warmline_calls_in_state", "Calls in progress, by state.", labels=["state"])
        by_state: dict[str, int] = {}
        for conduct in calls:
            by_state[conduct.call.state.value] = by_state.get(conduct.call.state.value, 0) + 1
        for state, count in sorted(by_state.items()):
            states.add_metric([state], count)
        yield states
        without = sum(conduct.full is not None for conduct in calls)
        yield _gauge("calls_without_room", "Calls that only hear that there is no room.", without)
        yield _gauge("draining", "1: no further calls are taken.", int(self._it.switchboard.draining))
        yield _gauge("admission_open", "1: the next call is taken.", int(self._it.switchboard.room))
        yield _by("admission_load", "What the decision is made of, as shares of its limits.", "measure",
                  self._it.admission.shares)  # fmt: skip

    def _inference(self) -> Iterator[Metric]:
        stats = self._it.pool.stats()
        yield _gauge("inference_queued", "Jobs that wait for a worker.", stats.queued)
        yield _gauge("inference_running", "Jobs that a worker has.", stats.running)
        for name, what, value in (
            ("done", "Jobs that gave a result.", stats.done),
            ("dropped", "Jobs that were never run: late, let go, or wanted by nobody.", stats.dropped),
            ("failed", "Jobs whose engine failed.", stats.failed),
            ("wasted", "Jobs run to the end for nobody.", stats.wasted),
            ("shared", "Calls served by another call's job.", stats.shared),
            ("speculated", "Jobs begun on a guess that the caller had ended.", stats.speculated),
            ("kept", "Guesses that were right.", stats.kept),
            ("restarts", "Restarts of the process that runs the engines.", stats.restarts),
            ("resent", "Jobs handed over again after one.", stats.resent),
        ):
            yield CounterMetricFamily(f"warmline_inference_{name}", what, value=value)
        tally = self._it.switchboard.house.tally
        yield CounterMetricFamily("warmline_turns", "Utterances that ended and were recognised.", value=tally.turns)
        guesses = CounterMetricFamily("warmline_guesses", "Pauses recognised as if ends.", labels=["outcome"])
        for outcome, value in (("kept", tally.kept), ("dropped", tally.dropped), ("refused", tally.refused)):
            guesses.add_metric([outcome], value)
        yield guesses
        p50 = GaugeMetricFamily("warmline_inference_p50_ms", "From call to result, of the latest.", labels=["priority"])
        p95 = GaugeMetricFamily("warmline_inference_p95_ms", "From call to result, of the latest.", labels=["priority"])
        for priority, timing in stats.by_priority.items():
            p50.add_metric([priority.name.lower()], timing.p50_ms)
            p95.add_metric([priority.name.lower()], timing.p95_ms)
        yield from (p50, p95)

    def _voice(self) -> Iterator[Metric]:
        counts = self._it.prompts
        sentences = CounterMetricFamily("warmline_sentences", "Sentences spoken, by where from.", labels=["from"])
        sources = {"memory": counts.from_memory, "disk": counts.from_disk, "engine": counts.rendered}
        for source, value in sources.items():
            sentences.add_metric([source], value)
        yield sentences
        lasted = CounterMetricFamily("warmline_spoken_seconds", "Speech, by where from.", labels=["from"])
        for source, milliseconds in (("cache", counts.cached_ms), ("engine", counts.rendered_ms)):
            lasted.add_metric([source], milliseconds / 1000)
        yield lasted
        for name, what, value in (
            ("prompt_disk_failures", "Sentences that could not be kept on disk.", counts.disk_failures),
            ("prompts_damaged", "Files that did not hold what was written.", counts.damaged),
            ("voice_restarts", "Restarts of the process that runs the voices.", self._it.voice_process.restarts),
        ):
            yield CounterMetricFamily(f"warmline_{name}", what, value=value)

    def _lateness(self) -> Iterator[Metric]:
        yield _histogram("loop_late_seconds", "How late the event loop woke.", {"": self._it.loop.late})
        lines = {line.name: line.late for line in (self._it.carrier, self._it.pbx) if line is not None}
        if not lines:
            return
        yield _histogram("frame_late_seconds", "How late outgoing frames left.", lines, label="line")
        holes = CounterMetricFamily("warmline_underruns", "Frames that left after the one before had been played out.",
                                    labels=["line"])  # fmt: skip
        for name, late in lines.items():
            holes.add_metric([name], late.missed)
        yield holes

    def _lines(self) -> Iterator[Metric]:
        for line, begins in ((self._it.carrier, "warmline_"), (self._it.pbx, "warmline_asterisk_")):
            if line is None:
                continue
            refused = CounterMetricFamily(f"{begins}refused", "What was not let in, by kind.", labels=["kind"])
            for kind, count in line.refusals.items():
                refused.add_metric([kind], count)
            name = "media_dropped" if line is self._it.carrier else "dropped"
            dropped = CounterMetricFamily(f"{begins}{name}", "Messages that made no sense.", labels=["reason"])
            for reason, count in line.dropped.items():
                dropped.add_metric([reason], count)
            yield from (refused, dropped)
        if self._it.pbx is not None:
            yield _gauge("asterisk_listening", "1: Asterisk's events come.", int(self._it.pbx.listening.is_set()))


def _gauge(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(f"warmline_{name}", what, value=value)


def _by(name: str, what: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"warmline_{name}", what, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _histogram(name: str, what: str, values: Mapping[str, Lateness], *, label: str | None = None) -> Metric:
    family = HistogramMetricFamily(f"warmline_{name}", what, labels=[label] if label else [])
    for key, late in values.items():
        total, buckets = 0, []
        for bound_ms, count in zip((*BOUNDS_MS, None), late.counts, strict=True):
            total += count
            buckets.append(("+Inf" if bound_ms is None else str(bound_ms / 1000), total))
        family.add_metric([key] if label else [], buckets, late.sum_ms / 1000)
    return family
