"""Rules are changed by two people, over calls that were had: each step, and each way in which it is refused."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from telephony.access.audit import Outcome
from telephony.errors import RecordError
from telephony.published import publish, rule_set, write
from telephony.rules.change import Standing
from telephony.rules.errors import NotChanged
from telephony.rules.ports import Wrong
from tests.rules.bench import ANA, FIGURES, KIM, SAM, UNTOLD, WORSE, Bench, SimulatedTrial, changed, figures, waits_for

LATER = datetime(2026, 11, 30, tzinfo=UTC)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def test_a_change_goes_from_a_draft_to_the_next_call_by_two_people(bench: Bench) -> None:
    one = await bench.tried(SAM)
    assert one.standing is Standing.TRIED
    assert [(d.where, d.key, d.before, d.after) for d in one.differences] == [("rule silent", "silences", "2", "3")]
    signed = await bench.room.sign(KIM, one.id)
    assert (signed.standing, signed.author, signed.signer) == (Standing.PUBLISHED, "sam", "kim")
    assert await bench.base() == one.hash
    assert (bench.ruling.rules, bench.silences, bench.ruling.alarm) == (one.hash, 3, "")
    started = publish(bench.business, bench.records)
    assert (started.rules.hash, waits_for(started.business), started.alarm) == (one.hash, 3, "")
    assert bench.book.done == [("sam", "rules.drafted"), ("sam", "rules.tried"), ("kim", "rules.signed")]


async def test_the_author_does_not_sign_and_the_try_is_on_record(bench: Bench) -> None:
    one = await bench.tried(SAM)
    with pytest.raises(NotChanged, match="Another person has to sign"):
        await bench.room.sign(SAM, one.id)
    assert (await bench.seen(one.id)).standing is Standing.TRIED
    assert bench.book.notes[-1][1:3] == ("rules.signed", Outcome.REFUSED)


async def test_a_second_signature_changes_nothing(bench: Bench) -> None:
    one = await bench.tried(SAM)
    await bench.room.sign(KIM, one.id)
    with pytest.raises(NotChanged, match="published already"):
        await bench.room.sign(KIM, one.id)


async def test_two_signatures_at_once_publish_once(bench: Bench) -> None:
    one = await bench.tried(SAM)
    both = await asyncio.gather(*(bench.room.sign(KIM, one.id) for _ in range(2)), return_exceptions=True)
    assert sum(isinstance(found, NotChanged) for found in both) == 1
    assert len([what for _, what in bench.book.done if what == "rules.signed"]) == 1


async def test_what_is_worse_is_not_published_whoever_signs(bench: Bench) -> None:
    bench.trial.answers = WORSE
    one = await bench.tried(SAM)
    assert one.standing is Standing.WORSE
    for act in (bench.room.sign(KIM, one.id), bench.room.try_it(KIM, one.id, days=7)):
        with pytest.raises(NotChanged, match="found worse"):
            await act
    assert await bench.base() == one.base


async def test_what_cannot_be_told_is_not_published_and_may_be_tried_again(bench: Bench) -> None:
    bench.trial.answers = UNTOLD
    one = await bench.tried(SAM)
    assert (one.standing, one.said) == (Standing.CHECKED, UNTOLD.said)
    with pytest.raises(NotChanged, match="Try it on recorded calls first"):
        await bench.room.sign(KIM, one.id)


async def test_a_draft_that_was_never_tried_is_not_signed(bench: Bench) -> None:
    one = await bench.drafted(SAM)
    with pytest.raises(NotChanged, match="Try it on recorded calls first"):
        await bench.room.sign(KIM, one.id)


async def test_a_draft_whose_base_moved_on_is_stale(bench: Bench) -> None:
    first, second = await bench.tried(SAM, silences=3), await bench.tried(KIM, silences=4)
    await bench.room.sign(KIM, first.id)
    with pytest.raises(NotChanged, match="Other rules were published meanwhile"):
        await bench.room.sign(SAM, second.id)
    _, old = await bench.folder.upcoming()
    with pytest.raises(NotChanged, match="Other rules were published meanwhile"):
        await bench.room.draft(SAM, changed(old, 5), base=first.base, reason="from a stale page")


async def test_rules_that_cannot_run_are_no_draft(bench: Bench) -> None:
    bench.trial.wrong = (Wrong("escalation.toml", 12, "low-confidence turns: (the rule can never fire), got 6"),)
    with pytest.raises(NotChanged, match=r"escalation.toml, line 12: .*can never fire"):
        await bench.drafted(SAM)
    assert await bench.folder.changes() == []


@pytest.mark.parametrize("reason", ["", "   "])
async def test_nobody_changes_rules_without_saying_why(bench: Bench, reason: str) -> None:
    with pytest.raises(NotChanged, match="Say why"):
        await bench.drafted(SAM, reason=reason)


async def test_the_same_rules_are_no_change(bench: Bench) -> None:
    base, old = await bench.folder.upcoming()
    with pytest.raises(NotChanged, match="says the same"):
        await bench.room.draft(SAM, old, base=base, reason="nothing")


async def test_agents_do_not_change_rules(bench: Bench) -> None:
    one = await bench.tried(SAM)
    for act in (
        bench.room.overview(ANA), bench.room.sign(ANA, one.id), bench.room.refuse(ANA, one.id, "no"),
        bench.room.try_it(ANA, one.id, days=7), bench.room.roll_back(ANA, one.base, "no"), bench.drafted(ANA),
    ):  # fmt: skip
        with pytest.raises(NotChanged, match="This is for an admin or a supervisor"):
            await act


async def test_a_refused_change_says_why_and_stays_refused(bench: Bench) -> None:
    one = await bench.tried(SAM)
    await bench.room.refuse(KIM, one.id, "<b>not</b> before the holidays")
    refused = await bench.seen(one.id)
    assert (refused.standing, refused.said[-1]) == (Standing.REFUSED, "refused: <b>not</b> before the holidays")
    with pytest.raises(NotChanged, match="was refused"):
        await bench.room.sign(KIM, one.id)


async def test_rules_go_back_to_an_earlier_set_and_the_change_says_so(bench: Bench) -> None:
    one = await bench.tried(SAM)
    await bench.room.sign(KIM, one.id)
    await bench.room.roll_back(SAM, one.base, "callers were lost")
    assert await bench.base() == one.base
    back = await bench.seen(one.id)
    assert (back.standing, back.said[-1]) == (Standing.ROLLED_BACK, "rolled back by sam: callers were lost")
    assert bench.book.done[-1] == ("sam", "rules.rolled_back")
    with pytest.raises(NotChanged, match="published ones already"):
        await bench.room.roll_back(SAM, one.base, "again")
    with pytest.raises(NotChanged, match="accepted once"):
        await bench.room.roll_back(SAM, "0123456789ab", "to nothing")


async def test_accepted_rules_that_somebody_writes_into_the_configuration_afterwards_go_before_the_chosen(
    bench: Bench,
) -> None:
    one = await bench.tried(SAM)
    await bench.room.sign(KIM, one.id)
    _, old = await bench.folder.upcoming()
    (bench.business / "escalation.toml").write_text(changed(old, 6).escalation, "utf-8")
    own = rule_set(bench.business)
    write(bench.records / "rules" / own.hash, own, against=one.hash, figures=figures(FIGURES), now=LATER)
    assert await bench.base() == own.hash


async def test_one_change_is_tried_at_a_time_and_how_far_it_is_shows(tmp_path: Path) -> None:
    bench = Bench(tmp_path, SimulatedTrial(hold=asyncio.Event()))
    one, other = await bench.drafted(SAM, silences=3), await bench.drafted(SAM, silences=4)
    await bench.room.try_it(SAM, one.id, days=7)
    await bench.trial.began.wait()
    assert (await bench.room.overview(KIM)).progress == {one.id: (3, 40)}
    with pytest.raises(NotChanged, match="Another change is being tried"):
        await bench.room.try_it(SAM, other.id, days=7)
    with pytest.raises(NotChanged, match="being tried"):
        await bench.room.sign(KIM, one.id)
    assert bench.trial.hold is not None
    bench.trial.hold.set()
    await bench.room.tried()
    assert (await bench.seen(one.id)).standing is Standing.TRIED


async def test_a_trial_that_breaks_or_is_cut_off_may_be_made_again(tmp_path: Path) -> None:
    bench = Bench(tmp_path, SimulatedTrial(answers=RecordError("the database is away")))
    one = await bench.tried(SAM)
    assert one.standing is Standing.CHECKED
    assert "could not be tried: the database is away" in one.said[0]
    bench.trial.hold = asyncio.Event()
    await bench.room.try_it(SAM, one.id, days=7)
    await asyncio.sleep(0)
    await bench.room.close()
    again = bench.opened()
    await again.resume()
    assert (await bench.seen(one.id)).standing is Standing.CHECKED


async def test_rules_that_were_edited_after_their_trial_are_not_published(bench: Bench) -> None:
    one = await bench.tried(SAM)
    path = bench.records / "rules" / "changes" / one.id / "escalation.toml"
    path.write_text(path.read_text("utf-8").replace("silences = 3", "silences = 30"), "utf-8")
    with pytest.raises(NotChanged, match="not the ones that were tried"):
        await bench.room.sign(KIM, one.id)
    assert await bench.base() == one.base
