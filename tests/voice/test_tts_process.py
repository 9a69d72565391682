"""The real voice process, started as the service starts it, and an odd one that misbehaves on purpose."""

import asyncio
import os
import signal
import sys
from contextlib import aclosing
from pathlib import Path

import numpy as np
import pytest

from models.shapes.piper import TOY_RATE, TOY_SAMPLES, piper_shape
from telephony.sim.clock import StandsStill, run_virtual
from voice.audio import RATE
from voice.errors import EngineUnavailable, VoiceFailed
from voice.tts import Synthesizer, espeak, piper, scripted
from voice.tts.chain import VoiceChain
from voice.tts.voice_process import MAIN, MAX_TEXT, VoiceProcess, VoiceSource

ODD = (sys.executable, str(Path(__file__).with_name("odd_voice_process.py")))


@pytest.fixture
async def process():
    process = VoiceProcess()
    yield process
    await process.close()


@pytest.fixture
async def odd(monkeypatch, tmp_path):
    monkeypatch.setenv("ODD_MARK", str(tmp_path / "died"))
    process = VoiceProcess(command=ODD)
    yield process
    await process.close()


async def say(voice: Synthesizer, text: str) -> np.ndarray:
    return np.concatenate([piece async for piece in voice.stream(text)])


async def pieces_of(process: VoiceProcess, text: str) -> int:
    return len([piece async for piece in process.stream("odd", [text], {})])


async def test_the_process_says_which_engines_it_has(process):
    hello = await process.start()
    assert set(hello.engines) | set(hello.missing) == {"espeak", "piper"}
    assert "espeak" in hello.engines


async def test_espeak_speaks_audibly_at_eight_kilohertz(process):
    pcm = await say(espeak.open(espeak.Settings(), process=process), "Thank you for calling the library.")
    assert pcm.dtype == np.int16
    assert 1.0 < len(pcm) / RATE < 4.0
    assert np.abs(pcm).max() > 3000


async def test_a_faster_espeak_needs_less_time(process):
    slow = await say(espeak.open(espeak.Settings(words_per_minute=120), process=process), "Please hold the line.")
    fast = await say(espeak.open(espeak.Settings(words_per_minute=240), process=process), "Please hold the line.")
    assert len(fast) < 0.75 * len(slow)


async def test_an_unknown_espeak_voice_is_named(process):
    with pytest.raises(VoiceFailed, match=r"a voice of espeak-ng expected.*'nobody' came"):
        await say(espeak.open(espeak.Settings(voice="nobody"), process=process), "Hello.")


async def test_nothing_to_say_is_no_samples_and_no_error(process):
    assert [piece async for piece in espeak.open(espeak.Settings(), process=process).stream("  ")] == []


async def test_piper_runs_a_voice_file_to_its_last_sample(process, tmp_path):
    settings = piper.Settings(model=piper_shape("toy", tmp_path))
    await process.open("piper", piper.options_of(settings))
    pcm = await say(piper.open(settings, process=process), "Hello.")
    seconds = len(pcm) / RATE
    phoneme_s = TOY_SAMPLES / TOY_RATE
    assert seconds / phoneme_s == pytest.approx(round(seconds / phoneme_s), abs=0.02)  # whole phonemes: no tail lost
    assert np.abs(pcm).max() > 3000


async def test_pipers_length_scale_reaches_the_graph(process, tmp_path):
    model = piper_shape("toy", tmp_path)
    normal = await say(piper.open(piper.Settings(model), process=process), "Hello there.")
    slow = await say(piper.open(piper.Settings(model, length_scale=2.0), process=process), "Hello there.")
    assert len(slow) == pytest.approx(2 * len(normal), rel=0.01)


async def test_pipers_volume_reaches_the_sound(process, tmp_path):
    model = piper_shape("toy", tmp_path)
    loud = await say(piper.open(piper.Settings(model, volume_percent=80), process=process), "Hello.")
    quiet = await say(piper.open(piper.Settings(model, volume_percent=40), process=process), "Hello.")
    assert np.abs(quiet).max() == pytest.approx(np.abs(loud).max() / 2, rel=0.02)


async def test_piper_is_heard_after_its_first_clause(process, tmp_path):
    voice = piper.open(piper.Settings(piper_shape("toy", tmp_path)), process=process)
    text = "I have found your order, and it will be with you on Thursday. Anything else?"
    async with aclosing(voice.stream(text)) as stream:
        first = await anext(stream)
        rest = [piece async for piece in stream]
    assert len(rest) >= 2
    assert len(first) < sum(map(len, rest))


async def test_a_missing_piper_voice_names_the_file_and_the_command(process, tmp_path):
    with pytest.raises(EngineUnavailable, match=r"nowhere\.onnx expected.*`warmline models fetch`"):
        piper.open(piper.Settings(tmp_path / "nowhere.onnx"), process=process)


async def test_another_voice_file_under_the_same_name_has_another_key(process, tmp_path):
    model = piper_shape("toy", tmp_path)
    before = piper.open(piper.Settings(model), process=process).voice_key
    model.write_bytes(model.read_bytes() + b"\x12\x03toy")  # a producer's name: harmless, yet another file
    assert piper.open(piper.Settings(model), process=process).voice_key != before


async def test_a_broken_voice_file_fails_its_texts_and_nothing_else(process, tmp_path):
    model = piper_shape("toy", tmp_path)
    model.write_bytes(b"no graph at all")
    with pytest.raises(VoiceFailed, match="piper: "):
        await say(piper.open(piper.Settings(model), process=process), "Hello.")
    assert len(await say(espeak.open(espeak.Settings(), process=process), "Hello."))


async def test_several_texts_are_spoken_at_once_each_whole(process):
    voice = espeak.open(espeak.Settings(), process=process)
    texts = ["One.", "Two and a half.", "Three is a longer one, with a comma.", "Four."]
    alone = [await say(voice, text) for text in texts]
    together = await asyncio.gather(*(say(voice, text) for text in texts))
    assert [pcm.tolist() for pcm in together] == [pcm.tolist() for pcm in alone]


HOSTILE = [
    "<speak><voice name='de'>hallo</voice><break time='9s'/></speak>",
    "\x0199P\x01450S faster \x00 and gone",
    "[[h@l'oU]] ]] [[",
    "\ud800 \u202e backwards \U0001f600",
    "a" * 900,
    "".join(map(chr, range(1, 400))),
]


@pytest.mark.parametrize("text", HOSTILE, ids=["markup", "commands", "phonemes", "odd unicode", "a long word", "all"])
async def test_a_callers_words_change_neither_the_voice_nor_the_process(process, tmp_path, text):
    voices = [
        espeak.open(espeak.Settings(), process=process),
        piper.open(piper.Settings(piper_shape("toy", tmp_path)), process=process),
    ]
    for voice in voices:
        before = await say(voice, "All right.")
        pid = process.pid
        assert len(await say(voice, f"I'll tell them: {text}."))
        assert (await say(voice, "All right.")).tolist() == before.tolist()
        assert process.pid == pid


async def test_markup_is_read_as_the_words_it_is_made_of(process):
    voice = espeak.open(espeak.Settings(), process=process)
    assert (await say(voice, "<b>good</b> [[morning]]")).tolist() == (await say(voice, "b good /b morning")).tolist()


async def test_a_text_sounds_the_same_whatever_was_spoken_before_it(process):
    voice = espeak.open(espeak.Settings(), process=process)
    first = await say(voice, "All right, you keep your place.")
    await say(voice, "For your balance, press 1.")
    assert (await say(voice, "All right, you keep your place.")).tolist() == first.tolist()


async def test_a_barge_in_stops_the_engine_and_the_next_text_is_clean(process):
    voice = espeak.open(espeak.Settings(), process=process)
    whole = await say(voice, "Next.")
    async with aclosing(voice.stream("This is a long announcement that nobody wants to hear. " * 20)) as stream:
        await anext(stream)
    assert (await say(voice, "Next.")).tolist() == whole.tolist()


async def test_an_engine_the_process_does_not_have_is_named(process):
    with pytest.raises(VoiceFailed, match=r"one of \[.*\] expected, 'parrot' came"):
        async for _ in process.stream("parrot", ["Hello."], {}):
            pass


async def test_a_text_longer_than_any_prompt_is_refused(process):
    with pytest.raises(VoiceFailed, match=f"at most {MAX_TEXT} characters"):
        async for _ in process.stream("espeak", ["x" * (MAX_TEXT + 1)], {}):
            pass


async def test_the_process_ends_with_its_client(process):
    await process.start()
    child = process._child
    await process.close()
    assert child._process.returncode is not None
    with pytest.raises(VoiceFailed, match="closed"):
        await process.start()


async def test_the_process_ends_when_its_input_closes_even_unasked():
    child = await asyncio.create_subprocess_exec(
        sys.executable, str(MAIN), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    await child.stdout.readexactly(8)
    child.stdin.close()
    assert await child.wait() == 0


async def test_a_process_that_dies_before_a_sound_is_started_again_and_nobody_notices(odd):
    assert await pieces_of(odd, "die once") == 1


async def test_a_text_cut_by_the_processs_death_fails_and_the_next_one_is_spoken(odd):
    with pytest.raises(VoiceFailed, match="ended in the middle of a text"):
        await pieces_of(odd, "die")
    assert await pieces_of(odd, "hello") == 1


async def test_a_process_that_keeps_dying_is_left_alone_for_a_while(odd):
    with pytest.raises(VoiceFailed):
        await pieces_of(odd, "die early")
    with pytest.raises(VoiceFailed, match="ended twice within 30 s"):
        await pieces_of(odd, "hello")


@pytest.fixture
async def impatient(monkeypatch, tmp_path):
    monkeypatch.setenv("ODD_MARK", str(tmp_path / "died"))
    process = VoiceProcess(command=ODD, answer_s=0.1, quiet_s=0.05)
    yield process
    await process.close()


async def test_an_engine_that_hangs_fails_its_text_after_the_deadline_and_its_process_is_replaced(impatient):
    await impatient.start()
    pid = impatient.pid
    with pytest.raises(VoiceFailed, match=r"the next piece within .* expected, none came"):
        await pieces_of(impatient, "hang")
    assert await pieces_of(impatient, "hello") == 1
    assert impatient.pid != pid


async def test_a_process_without_a_sign_of_life_is_killed(impatient, monkeypatch):
    monkeypatch.setenv("ODD_DEAF", "yes")
    with pytest.raises(VoiceFailed, match="no sign of life"):
        await pieces_of(impatient, "hang")
    assert impatient.restarts == 1  # asked once more, of the process that followed


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_process_lost_in_the_middle_of_a_sentence_is_replaced_while_the_next_voice_says_it(process, how):
    first, second = espeak.open(espeak.Settings(), process=process), scripted.open(scripted.Settings())
    sentence = "this goes on and on " * 90
    await process.start()
    lost = process.pid
    spoken = []
    async with aclosing(VoiceChain([first, second]).stream(sentence)) as pieces:
        async for piece in pieces:
            if not spoken:
                os.kill(lost, how)
            spoken.append(piece)
    whole = await say(second, sentence)
    np.testing.assert_array_equal(np.concatenate(spoken)[-len(whole) :], whole)
    assert len(await say(first, "And the first voice speaks again.")) > RATE
    assert process.pid != lost


async def test_after_a_restart_a_voice_that_must_be_loaded_is_left_out_until_it_is(process, tmp_path):
    settings = piper.Settings(piper_shape("toy", tmp_path))
    neural = piper.open(settings, process=process)
    other = espeak.open(espeak.Settings(), process=process)
    await process.open("piper", piper.options_of(settings))
    os.kill(process.pid, signal.SIGKILL)
    while process.restarts == 0:
        await say(VoiceChain([neural, other]), "Somebody says this.")
    with pytest.raises(VoiceFailed, match="being loaded again"):
        await say(neural, "Too early.")
    while True:
        try:
            assert len(await say(neural, "Loaded."))
            break
        except VoiceFailed as failure:
            assert "being loaded again" in str(failure)
            await say(other, "Meanwhile the other one speaks.")


async def test_what_is_rendered_ahead_waits_for_what_somebody_listens_to(tmp_path):
    process = VoiceProcess(workers=1)
    settings = piper.Settings(piper_shape("x_low", tmp_path))
    await process.open("piper", piper.options_of(settings))
    ended: list[str] = []

    async def speak(name: str, source: VoiceSource, text: str) -> None:
        await say(piper.open(settings, process=source), text)
        ended.append(name)

    ahead = [speak(f"ahead {n}", process.ahead, "This is rendered ahead, while nobody listens.") for n in range(3)]
    waiting = asyncio.gather(*ahead)
    await asyncio.sleep(0)
    await speak("live", process, "Hello.")
    await waiting
    assert ended.index("live") <= 1  # behind the one text that was being spoken already
    await process.close()


async def test_a_calls_first_clause_does_not_wait_for_all_that_another_call_says(tmp_path):
    process = VoiceProcess(workers=1)
    options = piper.options_of(piper.Settings(piper_shape("x_low", tmp_path)))
    await process.open("piper", options)
    order: list[str] = []

    async def speak(name: str, texts: list[str]) -> None:
        async for _ in process.stream("piper", texts, options):
            order.append(name)

    await asyncio.gather(speak("long", ["A sentence of some length."] * 5), speak("short", ["Hello."]))
    assert order.index("short") == 1
    await process.close()


STOPPED_WHILE_IT_RUNS = """
import sys, threading, time
sys.path.insert(0, sys.argv[1])
from piper_engine import Piper
from wanted import Wanted
piper, options, wanted, heard = Piper(), {"model": sys.argv[2], "length_scale": 4.0}, Wanted(), []
piper.open(options)
long = threading.Thread(target=piper.speak, args=("Nobody waits for this any more " * 40, options,
                        lambda samples, rate: heard.append(samples), wanted))
long.start()
time.sleep(0.05)
wanted.cancel()
long.join()
print(len(heard), end=" ")
piper.speak("Hello.", options, lambda samples, rate: heard.append(samples) or True, Wanted())
print(len(heard))
"""


async def test_a_clause_that_nobody_waits_for_any_more_is_stopped_in_the_middle(tmp_path):
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", STOPPED_WHILE_IT_RUNS, str(MAIN.parent), str(piper_shape("x_low", tmp_path)),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await child.communicate()
    assert said.split() == [b"0", b"1"], "nothing of it is spoken, and the next text is"


async def test_bytes_outside_the_protocol_end_that_process(odd):
    with pytest.raises(VoiceFailed, match=r"ended in the middle|ended twice"):
        await pieces_of(odd, "garbage")


async def test_a_process_of_another_protocol_is_refused(odd, monkeypatch):
    monkeypatch.setenv("ODD_PROTOCOL", "1")
    with pytest.raises(VoiceFailed, match="hello of protocol 2 expected"):
        await odd.start()


async def test_a_process_that_cannot_be_started_says_so():
    with pytest.raises(VoiceFailed, match="cannot be started"):
        await VoiceProcess(command=("/nonexistent/python",)).start()


async def say_once(text: str) -> int:
    process = VoiceProcess()
    pcm = await say(StandsStill(espeak.open(espeak.Settings(), process=process)), text)
    await process.close()
    return len(pcm)


def test_in_a_replays_virtual_time_the_process_speaks_as_in_a_call():
    assert 0.8 < run_virtual(say_once("Thank you for calling.")) / RATE < 3


async def test_the_process_opens_no_connection():
    attempt = (
        "import sys, socket; sys.path.insert(0, sys.argv[1]); import main; sys.addaudithook(main.refuse_connections)\n"
        "try: socket.create_connection(('127.0.0.1', 9))\n"
        "except PermissionError as refusal: print(refusal)"
    )
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", attempt, str(MAIN.parent), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await child.communicate()
    assert b"the voice process uses no network" in said
