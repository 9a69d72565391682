"""What is refused to whom, and why: the role, the call as it stands, and whispers that cannot be."""

import asyncio
from pathlib import Path

import pytest

from telephony.access import Role, Who
from telephony.events import Said, Supervised, WhisperSent
from telephony.sim.script import Wait
from telephony.supervision import modes, room, whispers
from telephony.supervision.errors import SupervisionRefused
from telephony.supervision.modes import Mode, Situation, heard, refusal
from tests.sim.virtual import Call
from tests.supervision.floor import SAM, Floor, on_the_floor
from voice.dialogue.whispered import TEXT_MAX
from voice.events import WhisperHeeded, WhisperKind

ANA = Who("ana", frozenset({Role.AGENT}))


@pytest.mark.parametrize("mode", Mode)
def test_everything_may_be_done_with_an_agent_and_a_caller_whom_our_sound_reaches(mode: Mode) -> None:
    assert refusal(mode, Situation(agent="ana"), who="sam") == ""


@pytest.mark.parametrize(
    ("mode", "now", "why"),
    [
        (Mode.LISTEN, Situation(answered=False), modes.NOT_YET),
        (Mode.LISTEN, Situation(agent="sam"), modes.OWN),
        (Mode.COACH, Situation(), modes.NO_AGENT),
        (Mode.COACH, Situation(agent="ana", reached=False), modes.CONFERENCE),
        (Mode.BARGE, Situation(agent="ana", reached=False), modes.CONFERENCE),
        (Mode.BARGE, Situation(searching=True), modes.SEARCHING),
        (Mode.BARGE, Situation(joining=True), modes.JOINING),
        (Mode.BARGE, Situation(acting=True), modes.ACTING),
        (Mode.TOOK_OVER, Situation(joining=True), modes.JOINING),
        (Mode.TOOK_OVER, Situation(acting=True), modes.ACTING),
        (Mode.TOOK_OVER, Situation(taken_by="kim"), modes.TAKEN),
        (Mode.BARGE, Situation(taken_by="kim"), modes.TAKEN),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_sentence(mode: Mode, now: Situation, why: str) -> None:
    assert refusal(mode, now, who="sam") == why


def test_a_call_in_the_conference_and_one_in_a_search_may_be_taken_over() -> None:
    assert refusal(Mode.TOOK_OVER, Situation(agent="ana", reached=False), who="sam") == ""
    assert refusal(Mode.TOOK_OVER, Situation(searching=True), who="sam") == ""


def test_who_listens_is_heard_by_nobody_and_a_caller_on_hold_by_no_supervisor() -> None:
    assert heard(Mode.LISTEN, agent=True, held=False) == modes.Heard()
    assert heard(Mode.COACH, agent=True, held=False) == modes.Heard(by_agent=True)
    assert heard(Mode.BARGE, agent=True, held=True) == modes.Heard(by_agent=True)
    assert heard(Mode.TOOK_OVER, agent=False, held=False) == modes.Heard(by_caller=True)


@pytest.mark.parametrize(
    ("kind", "text", "intent", "why"),
    [
        (WhisperKind.SAY, "  ", "", whispers.NOTHING),
        (WhisperKind.SAY, "x" * (TEXT_MAX + 1), "", whispers.TOO_LONG),
        (WhisperKind.OFFER, "", "", whispers.NOTHING),
    ],
)
def test_a_whisper_has_bounds(kind: WhisperKind, text: str, intent: str, why: str) -> None:
    with pytest.raises(SupervisionRefused, match=why.split(".", maxsplit=1)[0]):
        whispers.whisper(kind, text, intent)


def test_numbers_in_a_whisper_are_masked_before_anybody_sees_them() -> None:
    assert "4111" not in whispers.whisper(WhisperKind.SAY, "her card is 4111 1111 1111 1111").text


def test_who_is_no_supervisor_is_refused_in_the_room_too_and_the_audit_knows(tmp_path: Path) -> None:
    async def story(floor: Floor) -> tuple[Call, list[str], Floor]:
        call = floor.rings(Wait(60_000))
        await call.until(Said)
        id, refused = floor.conduct.id, []
        for act in (
            floor.room.attend(ANA, id, Mode.LISTEN),
            floor.room.take_over(ANA, id),
            floor.room.leave(ANA),
        ):
            with pytest.raises(SupervisionRefused) as why:
                await act
            assert why.value.forbidden
            refused.append(str(why.value))
        with pytest.raises(SupervisionRefused):
            floor.room.whisper(ANA, id, whispers.whisper(WhisperKind.PERSON))
        await call.hangs_up()
        return call, refused, floor

    call, refused, floor = on_the_floor(story, tmp_path, agents={})
    assert set(refused) == {"This is for a supervisor. You are an agent."}
    assert not call.all(Supervised)
    assert not call.all(WhisperSent)
    assert {note[2] for note in floor.audit.notes} == {"refused"}


def test_without_sound_or_call_nothing_is_attended_and_a_whisper_needs_neither_phone_nor_haste(tmp_path: Path) -> None:
    async def story(floor: Floor) -> tuple[list[str], Call]:
        call = floor.rings(Wait(120_000))
        await call.until(Said)
        id, refused = floor.conduct.id, []

        async def refuses(act: object) -> None:
            with pytest.raises(SupervisionRefused) as why:
                await act  # type: ignore[misc]
            refused.append(str(why.value))

        await refuses(floor.room.attend(SAM, id, Mode.LISTEN))
        await refuses(floor.room.attend(SAM, "gone", Mode.LISTEN))
        await refuses(floor.room.leave(SAM))
        floor.room.whisper(SAM, id, whispers.whisper(WhisperKind.SAY, "we are open until six"))
        with pytest.raises(SupervisionRefused) as why:
            floor.room.whisper(SAM, id, whispers.whisper(WhisperKind.SLOWER))
        refused.append(str(why.value))
        await call.until(WhisperHeeded)
        await asyncio.sleep(12)
        await call.hangs_up()
        return refused, call

    refused, call = on_the_floor(story, tmp_path, agents={})
    assert refused == [room.NO_PHONE, modes.OVER, room.NOT_THERE, whispers.TOO_SOON]
    assert [(entry.kind, entry.what) for entry in call.all(WhisperSent)] == [("say", "we are open until six")]
    said = next(said for said in call.all(Said) if said.prompt == "whisper.say")
    assert said.text == "A colleague asks me to tell you: we are open until six"
