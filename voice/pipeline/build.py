"""The pipeline of one leg, as one list. Read it from top to bottom: that is the way of a sound through Warmline."""

from dataclasses import dataclass, field

from pipecat.pipeline.pipeline import Pipeline
from pipecat.transports.base_transport import BaseTransport

from models.inference import Pool
from voice.conversation import Mind
from voice.hearing import Ear
from voice.pipeline.ear import EarProcessor
from voice.pipeline.guess import Guesses, NoViewers, Viewers
from voice.pipeline.playback import Playback
from voice.pipeline.played import PlayedLog
from voice.pipeline.recognise import Recognise
from voice.pipeline.speak import Speak
from voice.pipeline.tap import Recorder, Tap
from voice.pipeline.think import Office, Rescue, Think
from voice.tts import Synthesizer
from voice.turn_guess import Settings as GuessSettings
from voice.turn_guess import Tally

Transport = BaseTransport
"""A leg's media, as a line gives them."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What one leg's pipeline is made of."""

    leg: str
    transport: Transport
    mind: Mind
    rescue: Rescue
    ear: Ear
    pool: Pool
    voice: Synthesizer
    recorder: Recorder
    office: Office
    marks: bool  # the line reports what was really played
    recognition_deadline_seconds: float
    guesses: GuessSettings = field(default_factory=GuessSettings)
    tally: Tally = field(default_factory=Tally)
    viewers: Viewers = field(default_factory=NoViewers)  # of what is being said; see `partial_ms`


@dataclass(frozen=True, slots=True)
class Built:
    pipeline: Pipeline
    tap: Tap
    think: Think
    speak: Speak
    log: PlayedLog
    playback: Playback


def build(parts: Parts) -> Built:
    playback = Playback()
    problem = parts.office.problem
    tap = Tap(recorder=parts.recorder, masked=lambda: parts.ear.expected.sensitive)
    think = Think(mind=parts.mind, rescue=parts.rescue, ear=parts.ear, office=parts.office)
    begins = parts.viewers.begins
    speak = Speak(voice=parts.voice, ear=parts.ear, playback=playback, problem=problem, begins=begins)
    log = PlayedLog(recorder=parts.recorder, playback=playback, ear=parts.ear, marks=parts.marks)
    guesses = Guesses(
        pool=parts.pool,
        leg=parts.leg,
        ear=parts.ear,
        deadline_seconds=parts.recognition_deadline_seconds,
        settings=parts.guesses,
        tally=parts.tally,
        viewers=parts.viewers,
    )
    pipeline = Pipeline(
        [
            parts.transport.input(),
            tap,  # record; pass on while bridged
            EarProcessor(parts.ear),  # voice activity, end of turn, barge-in
            Recognise(
                pool=parts.pool,
                leg=parts.leg,
                deadline_seconds=parts.recognition_deadline_seconds,
                problem=problem,
                guesses=guesses,
            ),
            think,  # dialogue: events in, acts out
            speak,  # text to speech, one prompt at a time
            parts.transport.output(),  # paced; a barge-in clears what the carrier still holds
            log,  # what was really played
        ]
    )
    return Built(pipeline, tap, think, speak, log, playback)
