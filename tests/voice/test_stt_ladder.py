"""The ladder of recognisers: each step down and up again, with engines that fail as they are told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.audio import Pcm
from voice.errors import AudioError, EngineUnavailable, RecogniserFailed
from voice.listening import BatchRecogniser
from voice.stt import Recognition
from voice.stt.ladder import Ladder, Rung
from voice.stt.rungs import IN_A_ROW, Came, Settings, Standing, came, looked, looks

SPEECH = np.ones(8000, dtype=np.int16)
SETTINGS = Settings(slow_seconds=1.5, probe_seconds=60.0, probe_seconds_max=240.0)


@dataclass
class Machine:
    """Engines by name; `broken` and `closed` say what is wrong with them, `takes_s` how long they take."""

    now_s: float = 0.0
    broken: set[str] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)
    takes_s: dict[str, float] = field(default_factory=dict)
    opened: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    probes: list[Callable[[], None]] = field(default_factory=list)

    def rung(self, name: str) -> Rung:
        return Rung(name, lambda: self._open(name))

    def _open(self, name: str) -> "Engine":
        if name in self.closed:
            raise EngineUnavailable(f"{name}: no such device")
        self.opened.append(name)
        return Engine(self, name)

    def ladder(self, *names: str) -> Ladder:
        return Ladder(
            [self.rung(name) for name in names or ("cuda", "cpu", "pocketsphinx")],
            settings=SETTINGS, problem=self.problems.append, clock=lambda: self.now_s, beside=self.probes.append,
        )  # fmt: skip

    def probe(self) -> None:
        """What the ladder wants done beside the calls is done."""
        while self.probes:
            self.probes.pop()()


@dataclass
class Engine:
    machine: Machine
    name: str

    def transcribe(self, pcm: Pcm, language: str) -> Recognition:
        self.machine.now_s += self.machine.takes_s.get(self.name, 0.0)
        if not len(pcm):
            raise AudioError("samples expected, none came")
        if self.name in self.machine.broken:
            raise RecogniserFailed(f"{self.name}: out of memory")
        return Recognition(f"heard by {self.name}", 0.9, "whisper")


def hear(ladder: Ladder) -> str:
    return ladder.transcribe(SPEECH, "main").engine


def test_the_best_rung_hears_and_nothing_else_is_opened() -> None:
    machine = Machine()
    assert hear(machine.ladder()) == "cuda"
    assert machine.opened == ["cuda"]
    assert machine.problems == []


def test_a_rung_that_cannot_be_opened_is_passed_over_at_the_start() -> None:
    machine = Machine(closed={"cuda", "cpu"})
    ladder = machine.ladder()
    assert ladder.rung == "pocketsphinx"
    assert [problem.split(":")[0] for problem in machine.problems] == [
        "recogniser cuda expected to hear, it could not be opened",
        "recogniser cpu expected to hear, it could not be opened",
    ]


def test_where_none_can_be_opened_the_service_does_not_start() -> None:
    with pytest.raises(EngineUnavailable, match=r"cuda: no such device; cpu: .*; pocketsphinx: "):
        Machine(closed={"cuda", "cpu", "pocketsphinx"}).ladder()


def test_the_words_of_the_very_first_failure_are_heard_by_the_next_rung() -> None:
    machine = Machine()
    ladder = machine.ladder()
    machine.broken = {"cuda"}
    assert hear(ladder) == "cpu"
    assert ladder.rung == "cuda"  # one failure may be chance
    machine.broken = set()
    assert hear(ladder) == "cuda"


def test_a_second_failure_in_a_row_is_the_end_of_the_rung() -> None:
    machine = Machine()
    ladder = machine.ladder()
    machine.broken = {"cuda"}
    assert [hear(ladder), hear(ladder)] == ["cpu", "cpu"]
    assert ladder.rung == "cpu"
    assert len(machine.problems) == 1
    assert "out of memory; cpu hears now" in machine.problems[0]


def test_a_rung_that_is_too_slow_thrice_in_a_row_is_left() -> None:
    machine = Machine(takes_s={"cuda": 1.6})
    ladder = machine.ladder()
    assert [hear(ladder) for _ in range(4)] == ["cuda", "cuda", "cuda", "cpu"]


def test_slow_now_and_then_is_no_reason() -> None:
    machine = Machine()
    ladder = machine.ladder()
    for _ in range(10):
        machine.takes_s = {"cuda": 1.6}
        hear(ladder)
        hear(ladder)
        machine.takes_s = {}
        hear(ladder)
    assert ladder.rung == "cuda"


def test_when_the_last_rung_fails_too_the_pool_is_told_each_time() -> None:
    machine = Machine(broken={"cuda", "cpu", "pocketsphinx"})
    ladder = machine.ladder()
    for _ in range(5):
        with pytest.raises(RecogniserFailed, match="pocketsphinx: out of memory"):
            hear(ladder)


def test_a_rung_that_works_again_comes_back_without_a_caller_waiting_for_it() -> None:
    machine = Machine(broken={"cuda"})
    ladder = machine.ladder()
    hear(ladder), hear(ladder)
    machine.broken = set()
    machine.now_s += SETTINGS.probe_seconds
    assert hear(ladder) == "cpu"  # the caller whose sound is tried is answered by the rung that surely works
    machine.probe()
    assert hear(ladder) == "cuda"
    assert machine.opened == ["cuda", "cpu", "cuda"]  # anew, in whatever state it was left


def test_looks_in_vain_come_less_and_less_often() -> None:
    machine = Machine(broken={"cuda"})
    ladder = machine.ladder()
    hear(ladder), hear(ladder)
    looked_at = []
    for second in range(1, 1000):
        machine.now_s = float(second)
        hear(ladder)
        if machine.probes:
            looked_at.append(second)
            machine.probe()
    assert np.diff(looked_at).tolist() == [120, 240, 240, 240]


def test_two_rungs_down_the_best_one_that_works_is_found() -> None:
    machine = Machine(broken={"cuda", "cpu"})
    ladder = machine.ladder()
    for _ in range(4):
        hear(ladder)
    assert ladder.rung == "pocketsphinx"
    machine.broken = {"cuda"}
    machine.now_s += SETTINGS.probe_seconds
    hear(ladder)
    machine.probe()
    assert ladder.rung == "cpu"
    machine.broken = set()
    machine.now_s += 2 * SETTINGS.probe_seconds
    hear(ladder)
    machine.probe()
    assert ladder.rung == "cuda"


def test_sound_that_is_none_is_nobodys_failure() -> None:
    machine = Machine()
    ladder = machine.ladder()
    for _ in range(3):
        with pytest.raises(AudioError):
            ladder.transcribe(SPEECH[:0], "main")
    assert ladder.rung == "cuda"
    assert machine.opened == ["cuda"]


def test_utterances_heard_together_stay_together_and_only_the_failed_one_goes_down() -> None:
    class Together(Engine):
        def transcribe_together(self, utterances: Sequence[tuple[Pcm, str]]) -> list[Recognition | Exception]:
            return [RecogniserFailed("this one") if language == "bad" else Recognition("x", 0.9, "whisper")
                    for _, language in utterances]  # fmt: skip

    machine = Machine()
    ladder = Ladder([Rung("cuda", lambda: Together(machine, "cuda")), machine.rung("cpu")], clock=lambda: 0.0)
    assert isinstance(ladder, BatchRecogniser)
    heard = ladder.transcribe_together([(SPEECH, "good"), (SPEECH, "bad"), (SPEECH, "good")])
    assert [h.engine for h in heard if isinstance(h, Recognition)] == ["cuda", "cpu", "cuda"]


# --- the table --------------------------------------------------------------------------------------------------------

STEPS = st.lists(st.tuples(st.sampled_from([*Came, "look", "found"]), st.floats(0, 100)))


@given(STEPS, st.integers(0, 3))
def test_whatever_comes_the_standing_is_a_rung_and_above_the_best_nobody_looks(
    steps: list[tuple[Came | str, float]], last: int
) -> None:
    standing, now_s = Standing(), 0.0
    for what, later_s in steps:
        now_s += later_s
        before = standing.rung
        if isinstance(what, Came):
            standing = came(standing, what, last=last, now_s=now_s, settings=SETTINGS)
            assert standing.rung in (before, before + 1)
        elif looks(standing, now_s):
            found = None if what == "look" else 0
            standing = looked(standing, found, now_s=now_s, settings=SETTINGS)
        assert 0 <= standing.rung <= last
        assert (standing.probe_at_s is None) == (standing.rung == 0)
        assert standing.wait_s <= SETTINGS.probe_seconds_max


@pytest.mark.parametrize("what", IN_A_ROW)
def test_words_between_two_failures_make_them_two_first_ones(what: Came) -> None:
    standing = Standing()
    for _ in range(20):
        for _ in range(IN_A_ROW[what] - 1):
            standing = came(standing, what, last=1, now_s=0.0, settings=SETTINGS)
        standing = came(standing, Came.WORDS, last=1, now_s=0.0, settings=SETTINGS)
    assert standing == Standing()
