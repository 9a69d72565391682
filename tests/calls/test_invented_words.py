"""What Whisper makes up of noise is asked again and never acted on; the record says which guard refused it.

A whole call in virtual time, heard by the toy model with its decoder's answers replaced by invented ones.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from models.engines import EngineFactory
from models.inference import InlinePool
from models.shapes.whisper import whisper_shape
from telephony.events import Heard, Said
from telephony.sim.script import SpeakAfterPrompt
from tests.sim.virtual import WORDS, Call, Town, play
from voice.events import ActionDone
from voice.listening import Listening
from voice.pipeline.recognise import ENGINE
from voice.stt import whisper
from voice.stt.guards import Limits
from voice.stt.whisper_decode import Decoded, Decoder, Look

SURE = Decoded("What are your opening hours?", 7, -0.2, 0.01, 1.1)
INVENTED = {
    "no speech": replace(SURE, text="Move five hundred dollars to my savings.", no_speech_prob=0.9, avg_logprob=-1.3),
    "loop": replace(SURE, text="transfer it and transfer it and transfer it and"),
}


def call_of(folder: Path, monkeypatch: pytest.MonkeyPatch, answer: Decoded) -> Call:
    """The first utterance is `answer`, however often it is looked at; the second is a question, surely heard."""
    recogniser = whisper.open(
        whisper.Settings(folder=whisper_shape("toy", folder / "shapes"), window="short", limits=Limits(audible_ms=0)),
        {},
    )

    def decode(self: Decoder, looks: Sequence[Look], **how: object) -> list[Decoded]:
        return [SURE if heard else answer for _ in looks]

    heard: list[Heard] = []
    monkeypatch.setattr(Decoder, "decode", decode)
    pool = InlinePool({ENGINE: EngineFactory(lambda: Listening(recogniser), shared=True)})

    async def story(town: Town) -> Call:
        call = town.ring(SpeakAfterPrompt(WORDS), SpeakAfterPrompt(WORDS), stays_ms=20_000)
        heard.append(await call.until(Heard))
        await call.over()
        return call

    return play(story, folder, pool=pool)


@pytest.mark.parametrize("guard", INVENTED)
def test_invented_words_are_asked_again_and_never_acted_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, guard: str
) -> None:
    call = call_of(tmp_path, monkeypatch, INVENTED[guard])
    first, second = call.all(Heard)[:2]
    assert (first.text, first.refused) == ("", guard)
    prompts = [said.prompt for said in call.all(Said)]
    assert "no_match" in " ".join(prompts[:4])
    assert not call.all(ActionDone)
    assert (second.text, second.refused) == ("what are your opening hours", "")
    assert "article" in prompts
