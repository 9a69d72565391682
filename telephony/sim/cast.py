"""Turns a call fixture, or a plain recording, into parties of a simulated call."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from telephony.sim import fixture as fx
from telephony.sim.agent import Ringing, SimAgent, voicemail
from telephony.sim.script import BargeIn, HangUp, Item, Key, LetPromptPass, Speak, SpeakAfterPrompt, Wait
from telephony.sim.two_acts import TwoActCaller
from telephony.sim.voices import Voices, Words, read
from voice.audio import Pcm, silence

REPLY_QUIET_MS = 700  # people answer 0.5 to 1 s after a voice prompt ends; shorter than that is a pause inside it
JOINING_MS = 1200  # an agent takes a breath before the first word
AUDIO_STAYS_MS = 10_000  # a recording's caller, after its end

Speaks = Callable[[Words], Pcm]


@dataclass(frozen=True, slots=True)
class Cast:
    """Who takes part in a call. `agents`: agent id → telephone; whoever is not in it is away."""

    name: str
    number: str | None
    first: tuple[Item, ...]
    second: tuple[Item, ...]  # once a person is joined
    agents: Mapping[str, SimAgent]
    stays_ms: int
    wraps_up: Mapping[str, fx.WrapUp]
    truth: fx.Truth | None = None

    def caller(self) -> TwoActCaller:
        """A fresh caller; tell it `joined()` when the call is bridged."""
        return TwoActCaller(self.first, self.second, stays_ms=self.stays_ms)


def of_call(path: Path, *, cache: Path, channel: str | None = None) -> Cast:
    """The cast of `path`: a fixture when it is TOML, else a recording. `cache`: where words are kept once spoken."""
    return of_fixture(fx.load(path), cache=cache) if path.suffix == ".toml" else of_audio(path, channel=channel)


def of_fixture(fixture: fx.Fixture, *, cache: Path) -> Cast:
    speaks = Voices(cache, shipped=[fixture.folder / "clips"]).speak
    return Cast(
        name=fixture.name,
        number=fixture.caller,
        first=tuple(_turns(fixture, fixture.before_bridge, speaks)),
        second=tuple(_turns(fixture, fixture.after_bridge, speaks)),
        agents={agent.id: _agent(fixture, agent, speaks) for agent in fixture.agents},
        stays_ms=round(fixture.stays_seconds * 1000),
        wraps_up={agent.id: agent.wraps_up for agent in fixture.agents if agent.wraps_up is not None},
        truth=fixture.truth,
    )


def of_audio(path: Path, *, channel: str | None = None) -> Cast:
    """One who speaks as recorded, at the recording's own times, whatever the system does."""
    speaks = (Speak(read(path, channel)),)
    return Cast(path.stem, None, speaks, (), {}, AUDIO_STAYS_MS, {})


def _turns(fixture: fx.Fixture, turns: Sequence[fx.Turn], speaks: Speaks) -> Iterator[Item]:
    for turn in turns:
        patience_ms = round(turn.patience_seconds * 1000)
        if turn.silence:
            yield LetPromptPass(patience_ms=patience_ms)
        elif turn.hang_up:
            yield from _until(turn.when, patience_ms)
            yield HangUp()
        elif turn.keys:
            yield from _keys(turn, patience_ms)
        else:
            yield from _speech(turn, _clip(fixture, turn, fixture.voice, speaks), patience_ms)


def _speech(turn: fx.Turn, clip: Pcm, patience_ms: int) -> Iterator[Item]:
    match turn.when:
        case fx.BargeIn(ms=ms):
            yield BargeIn(clip, ms, patience_ms)
        case fx.After(ms=ms):
            yield from (Wait(ms), Speak(clip))
        case fx.AfterPrompt() | fx.AfterBridge():
            yield SpeakAfterPrompt(clip, REPLY_QUIET_MS, patience_ms)


def _keys(turn: fx.Turn, patience_ms: int) -> Iterator[Item]:
    yield from _until(turn.when, patience_ms)
    yield from (Key(key) for key in turn.keys)


def _until(when: fx.When, patience_ms: int) -> Iterator[Item]:
    """Waits for what is not speech: a key, or hanging up."""
    match when:
        case fx.BargeIn(ms=ms):
            yield BargeIn(silence(0), ms, patience_ms)
        case fx.After(ms=ms):
            yield Wait(ms)
        case fx.AfterPrompt() | fx.AfterBridge():
            yield SpeakAfterPrompt(silence(0), REPLY_QUIET_MS, patience_ms)


def _agent(fixture: fx.Fixture, agent: fx.Agent, speaks: Speaks) -> SimAgent:
    ring_seconds = agent.answers_after_seconds
    clips = [_clip(fixture, line, agent.voice, speaks) for line in agent.says]
    match agent.does:
        case "busy":
            return SimAgent(ringing=Ringing.BUSY, ring_seconds=ring_seconds)
        case "no_answer":
            return SimAgent(ringing=Ringing.NO_ANSWER)
        case "voicemail":
            return voicemail(clips[0], ring_seconds=ring_seconds)
        case "decline":
            return SimAgent(
                (Key(agent.key or "2", after_prompt=True, quiet_ms=REPLY_QUIET_MS),), ring_seconds=ring_seconds
            )
        case "accept":
            return SimAgent(tuple(_accepting(agent, clips)), ring_seconds=ring_seconds)


def _accepting(agent: fx.Agent, clips: Sequence[Pcm]) -> Iterator[Item]:
    yield Key(agent.key or "1", after_prompt=True, quiet_ms=REPLY_QUIET_MS)
    if clips:
        yield from (Wait(JOINING_MS), Speak(clips[0]))
    yield from (SpeakAfterPrompt(clip, REPLY_QUIET_MS) for clip in clips[1:])
    if agent.hangs_up_after_seconds is not None:
        yield from (Wait(round(agent.hangs_up_after_seconds * 1000)), HangUp())


def _clip(fixture: fx.Fixture, said: fx.Turn | fx.Line, voice: str, speaks: Speaks) -> Pcm:
    if said.clip:
        return read(fixture.folder / said.clip)
    return speaks(words(said, voice))


def words(said: fx.Turn | fx.Line, voice: str) -> Words:
    """`voice`: the speaker's own, when the line names no other."""
    return Words(said.say, said.voice or voice, said.gain_db, said.noise_db)
