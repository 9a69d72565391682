"""Other rules are published while a caller is on the line: they keep theirs, whoever rings next has the new ones."""

import asyncio
from dataclasses import replace
from pathlib import Path

from telephony.access import Role, Who
from telephony.desk.desks import Desks
from telephony.desk.office import Person
from telephony.events import ActionAsked, ApprovalProposed, CallAnswered, Silent
from telephony.published import rule_set
from telephony.rules.change import Texts
from telephony.sim.script import Item, Key, LetPromptPass, SpeakAfterPrompt
from tests.rules.bench import changed
from tests.sim.house import CONFIG
from tests.sim.virtual import WORDS, Call, Town, play
from voice.dialogue.business import Business
from voice.dialogue.learned import Mode
from voice.events import Acted, Escalated

ANA = Who("ana", frozenset({Role.AGENT}))
NUMBERS = ("+12025550143", "+12025550144", "+12025550145")
SPEAKS = SpeakAfterPrompt(WORDS)
PIN: tuple[Item, ...] = (
    LetPromptPass(), *(Key(key) for key in "204713"), LetPromptPass(), *(Key(key) for key in "4821"),
)  # fmt: skip
FEE = "please refund the forty dollar overdraft fee"


def with_silences(town: Town, folder: Path, silences: int) -> Business:
    """What answers, with a rule that waits for so many silences."""
    folder.mkdir()
    old = Texts(*((CONFIG / name).read_text("utf-8") for name in ("escalation.toml", "scope.toml")))
    new = changed(old, silences)
    (folder / "escalation.toml").write_text(new.escalation, "utf-8")
    (folder / "scope.toml").write_text(new.scope, "utf-8")
    return rule_set(folder).over(town.service.ruling.business)


def with_fees(known: Business, mode: Mode) -> Business:
    return replace(known, scope={**known.scope, "fee_waiver": replace(known.scope["fee_waiver"], mode=mode)})


def version(call: Call) -> str:
    return call.all(CallAnswered)[0].config_version


def test_a_call_that_is_on_keeps_its_rules_the_next_has_the_new_ones_and_the_journals_say_which(
    tmp_path: Path,
) -> None:
    async def story(town: Town) -> list[Call]:
        ruling = town.service.ruling
        shipped = ruling.business
        eager = with_silences(town, tmp_path / "eager", 1)
        first = town.ring(number=NUMBERS[0], stays_ms=120_000)
        await first.until(CallAnswered)
        ruling.swap(eager, "eager")
        second = town.ring(number=NUMBERS[1], stays_ms=120_000)
        await second.until(Escalated)
        await first.until(Escalated)
        ruling.swap(shipped, "shipped")
        third = town.ring(number=NUMBERS[2], stays_ms=120_000)
        await third.until(Escalated)
        calls = [first, second, third]
        for call in calls:
            await call.hangs_up()
        assert [version(call) for call in calls] == [shipped.version, eager.version, shipped.version]
        return calls

    calls = play(story, tmp_path)
    before = [[r for r in call.records if isinstance(r.entry, Silent | Escalated)] for call in calls]
    assert [next(n for n, r in enumerate(one) if isinstance(r.entry, Escalated)) for one in before] == [2, 1, 2]
    assert len({version(call) for call in calls}) == 2


def test_an_act_that_takes_a_yes_takes_one_by_the_rules_its_call_began_with(tmp_path: Path) -> None:
    """Neither does the gate stop what the caller was told would be done, nor does it let through what needs a yes."""

    async def story(town: Town) -> tuple[Call, Call]:
        ruling, room = town.service.ruling, town.service.switchboard.house.approvals
        room.present.came(ANA)
        guarded = ruling.business
        ruling.swap(with_fees(guarded, "automatic"), "by itself")
        asks = (SPEAKS, *PIN, SPEAKS)
        first = town.ring(*asks, number=NUMBERS[0], stays_ms=60_000)
        await first.until(CallAnswered)
        ruling.swap(guarded, "with a yes")
        await first.until(Acted, count=2)
        await first.hangs_up()
        second = town.ring(*asks, number=NUMBERS[1], stays_ms=60_000)
        await second.until(CallAnswered)
        ruling.swap(with_fees(guarded, "automatic"), "by itself")
        await second.until(ApprovalProposed)
        await asyncio.sleep(5)
        await second.hangs_up()
        return first, second

    first, second = play(story, tmp_path, lines=[FEE, "yes", FEE, "yes"])
    assert [one.ok for one in first.all(Acted)] == [True, True], first.told()
    assert [one.action for one in second.all(ActionAsked)] == ["verify_member"], second.told()


def test_the_alarm_about_the_rules_goes_from_desks_and_wall_once_people_have_chosen_some(tmp_path: Path) -> None:
    alarm = "The escalation rules of the configuration are not published."

    async def story(town: Town) -> None:
        service = town.service
        (desks,) = [one for one in service.switchboard.house.onlookers._all if isinstance(one, Desks)]
        feed, wall = desks.sign_in(Person("ana", "Ana Ruiz")), service.wall.feed.wall
        assert (feed.snapshot().notices, wall.everything().notices) == ((alarm,), (alarm,))
        service.ruling.lower("transfer", "approval")
        assert (feed.snapshot().notices, wall.everything().notices) == ((alarm,), (alarm,))
        service.ruling.swap(service.ruling.business, "chosen")
        assert (feed.snapshot().notices, wall.everything().notices) == ((), ())
        assert wall.changes().notices == ()

    play(story, tmp_path, alarm=alarm)
