"""The story of the closed loop: a caller was misunderstood, a reviewer says so, a colleague signs, and it is right."""

from dataclasses import replace
from pathlib import Path

from telephony.published.learned import LearnedFolder, laid_over
from telephony.records import rows
from telephony.reviews.changes import Item, Standing, State
from telephony.reviews.judgements import judgements
from telephony.reviews.queue import Why
from tests.reviews.house import FLUSH, REX, RITA, SAM, flush, room, told, wants_a_person
from tests.sim.story import business


def intents(records) -> list[str]:
    return [one.said for one in judgements([rows.of(record) for record in records]) if one.kind == "intent"]


async def test_a_wrong_judgement_reviewed_and_signed_is_right_on_the_next_replay_and_can_be_rolled_back(
    tmp_path: Path,
) -> None:
    with room(tmp_path) as here:
        here.had(told("c-1", flush), told("c-2", wants_a_person))
        (first, second) = await here.reviews.queue(RITA)
        assert (first.case.call, first.why) == ("c-2", (Why.ESCALATED,)), "who was brought to a person comes first"
        assert (second.case.call, second.why) == ("c-1", (Why.RANDOM,))
        made = await here.reviewed(RITA, "c-1", intent_2=("balance", "slang for money"))
        items, example = sorted(made, key=lambda one: one.id, reverse=True)
        assert (example.delta.words, example.delta.intent, example.author) == (FLUSH, "balance", "rita")
        assert example.evidence == ("understood as wait_time: slang for money",)

        assert (await here.signed(REX, items.id)).standing is Standing.PUBLISHED
        live = await here.signed(REX, example.id)
        assert (live.standing, live.version, live.signer) == (Standing.PUBLISHED, 2, "rex"), live.said
        assert here.stage.state().items[0] == Item("c-1", FLUSH, "balance")

        learned, left_out = laid_over(business(), tmp_path)
        again = told("c-1", flush, known=learned)
        assert (intents(again)[0], left_out) == ("balance", ())

        back = await here.reviews.roll_back(SAM, example.id)
        assert (back.standing, back.version) == (Standing.ROLLED_BACK, 3)
        assert laid_over(business(), tmp_path)[0].intents == business().intents
        noted = [note.what for note in here.audit.left()]
        assert noted == ["reviews.closed", "reviews.signed", "reviews.signed", "reviews.rolled_back"]


async def test_a_change_that_spoils_what_was_right_is_refused_and_names_the_call(tmp_path: Path) -> None:
    with room(tmp_path) as here:
        words = "what is my balance"
        here.stage.publish(replace(State(), items=(Item("c-0", words, "balance"),)))
        here.had(told("c-1", lambda story: (story.hears(words), story.hears("no thank you goodbye"))))
        _, example = sorted(await here.reviewed(RITA, "c-1", intent_2=("transfer", "")), key=lambda one: one.id)[::-1]
        worse = await here.signed(REX, example.id)
        assert worse.standing is Standing.WORSE
        assert worse.said == (f"c-0: “{words}” is balance, and would become transfer",)
        assert LearnedFolder(tmp_path).state().version == 0, "nothing is published"
