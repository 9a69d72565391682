"""Voices: anger told from other feelings in speakers never heard before, real callers who are presumed calm, and what a
look at three seconds of voice costs. Acted anger says what the head can hear; the real calls say what it may not do.
"""

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from models import linear, prosody
from models.frustration import Evidence, Frustration, FrustrationSettings, FrustrationState
from models.frustration_line import Line
from models.frustration_scale import Scale
from models.frustration_text import TextHead
from models.prosody import RATE, Prosody
from models.prosody_anger import AngerHead, Reference, can_tell
from models.training.prosody import cross_validated, read_clips
from telephony.calibrate.frustration import voice_scores
from telephony.calibrate.own_calls import own_calls
from telephony.settings import load
from tests.bench.context import ROOT, Context
from tests.bench.writer import Row
from tests.data import data_folder
from voice.audio import Pcm

IDS = (
    "emodb_anger_auc", "realcall_prosody_alarm_rate", "realcall_escalated_on_prosody", "judge_prosody_cpu_ms_p95",
)  # fmt: skip
LOWEST_THRESHOLD = 0.3  # level at which the shipped rules may call a person; a lower one would flatter nobody
JUDGED = 60  # looks at three seconds of voice that are timed
SECONDS = 3


def rows(context: Context) -> Sequence[Row]:
    settings = load(ROOT / "config")
    folder = data_folder("calls-getgoing")
    calls = {Path(call.name).stem: call.turns for call in own_calls(folder, "left", settings.hearing)}
    alarms, escalated = real_calls(calls, words_of(folder))
    return [
        _anger(context),
        context.samples.row(
            IDS[1], alarms, "share", unit="of turns that can be judged", goal="<= 0.05",
            of="1 where the voice counts as evidence; the usual is taken from the other half of the calls, both ways",
            note=f"{len(calls)} calls of real people to a bus line, no labels, anger presumed rare",
        ),
        context.samples.row(
            IDS[2], escalated, "sum", unit="calls", goal="0",
            of=f"1 where the level passes {LOWEST_THRESHOLD} with the voice and not without; one a call",
            note="words are the line's own recogniser's",
        ),
        _cost(context, [turn for turns in calls.values() for turn in turns]),
    ]  # fmt: skip


def _anger(context: Context) -> Row:
    """The value is the mean of as many comparisons as there are angry clips: each one's share of others below it."""
    scores = cross_validated(read_clips(data_folder("emotion-emodb")))
    above = [linear.auc(np.array([one]), scores["others_raw"]) for one in scores["anger_raw"]]
    both = linear.auc(scores["anger_both"], scores["others_both"])
    return context.samples.row(
        IDS[0], above, "mean", unit="AUC", goal=">= 0.93", of="share of other clips below one angry clip",
        note=f"EMO-DB, 300-3400 Hz, 8 kHz, mu-law, random gain; five folds of two speakers; {both:.3f} with reference",
    )  # fmt: skip


def real_calls(
    calls: Mapping[str, Sequence[Pcm]], words: Mapping[str, Sequence[str]]
) -> tuple[list[float], list[float]]:
    """Alarms of every turn that can be judged, and calls escalated by the voice; each half by the other's usual."""
    names = sorted(calls)
    alarms: list[float] = []
    escalated: list[float] = []
    for scored, usual in ((names[1::2], names[::2]), (names[::2], names[1::2])):
        line = _line([calls[name] for name in usual])
        with_voice, without = (
            Frustration.shipped(FrustrationSettings(prosody_weight=weight), line=line) for weight in (1.0, 0.0)
        )
        for name in scored:
            heard = [prosody.extract(pcm) for pcm in calls[name]]
            alarms += _alarms(heard, line)
            loud, quiet = (_highest(judge, heard, words[name]) for judge in (with_voice, without))
            escalated.append(float(loud >= LOWEST_THRESHOLD > quiet))
    return alarms, escalated


def _line(calls: Sequence[Sequence[Pcm]]) -> Line:
    head = AngerHead.shipped()
    scale = Scale.of_calls([scores for turns in calls if (scores := voice_scores(turns, head))])
    return Line(scale, None, head.fingerprint, TextHead.shipped().fingerprint)


def _alarms(heard: Sequence[Prosody], line: Line) -> list[float]:
    head, reference, alarms = AngerHead.shipped(), Reference(), []
    for one in (each for each in heard if can_tell(each)):
        alarms.append(float(head.evidence(one, reference, line.voice) > 0))
        reference = reference.with_(one)
    return alarms


def _highest(judge: Frustration, heard: Sequence[Prosody], words: Sequence[str]) -> float:
    """Of a call's levels from its second turn on. Words and sounds are logged apart: they are paired in order."""
    state, levels = FrustrationState(), [0.0]
    for at, one in enumerate(heard):
        text = words[at] if at < len(words) else ""
        state, judgement = judge.judge(state, Evidence(text, prosody=one))
        levels.append(judgement.level if at else 0.0)
    return max(levels)


def words_of(folder: Path) -> dict[str, list[str]]:
    """What each caller of the bus line said, by that line's own recogniser."""
    said: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.json")):
        history = json.loads(path.read_text("utf-8"))["history"]
        said[path.stem] = [line[5:] for line in history if line.startswith("USER ")]
    return said


def _cost(context: Context, turns: Sequence[Pcm]) -> Row:
    """Real speech joined and cut into pieces of three seconds, measured and scored."""
    judge = Frustration.shipped()
    speech = np.concatenate(list(turns))
    pieces = [speech[at : at + SECONDS * RATE] for at in range(0, len(speech) - SECONDS * RATE, SECONDS * RATE)]
    spent: list[float] = []
    for piece in pieces[:JUDGED]:
        began = time.process_time()
        judge.judge(FrustrationState(), Evidence(prosody=prosody.extract(piece)))
        spent.append(1000 * (time.process_time() - began))
    return context.samples.row(
        IDS[3], spent, "p95", unit="CPU ms", goal="<= 20", of=f"{SECONDS} s of a real caller's speech",
        note="features, head and the judgement, one thread",
    )  # fmt: skip
