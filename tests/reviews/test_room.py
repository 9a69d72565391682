"""What the room refuses, and what follows from marks beside examples: drafts, earliness, the ladder up and down."""

from dataclasses import replace
from pathlib import Path

import pytest

from telephony.access.roles import Role
from telephony.published.learned import laid_over
from telephony.records.retention import Ages, sweep
from telephony.records.upgrade import open_engine
from telephony.reviews.changes import AddArticle, Change, SetMode, SetNumber, Standing
from telephony.reviews.errors import NotReviewed
from telephony.reviews.ladder import Ladder
from telephony.reviews.ports import House
from telephony.reviews.queue import Rules, Why
from tests.records.samples import url
from tests.reviews.house import ANA, REX, RITA, SAM, Room, flush, room, told, wants_a_person
from tests.sim.journaled import MORNING
from tests.sim.story import business

DAY = 86_400.0


async def proposed(here: Room, call: str = "c-1", note: str = "") -> Change:
    """Rita's example from a call that was misunderstood."""
    here.had(told(call, flush))
    made = await here.reviewed(RITA, call, intent_2=("balance", note))
    return next(one for one in made if one.delta.kind == "example")


async def test_whoever_wrote_a_change_does_not_sign_it_nor_does_an_agent(tmp_path: Path) -> None:
    with room(tmp_path) as here:
        change = await proposed(here)
        with pytest.raises(NotReviewed, match="Another person signs"):
            await here.reviews.sign(RITA, change.id)
        both = replace(RITA, roles=frozenset({Role.REVIEWER, Role.SUPERVISOR}))
        with pytest.raises(NotReviewed, match="Another person signs"):
            await here.reviews.sign(both, change.id)
        with pytest.raises(NotReviewed, match="reviewers and supervisors"):
            await here.reviews.sign(ANA, change.id)


async def test_a_change_is_signed_once(tmp_path: Path) -> None:
    with room(tmp_path, prove=False) as here:
        change = await proposed(here)
        await here.reviews.sign(REX, change.id)
        with pytest.raises(NotReviewed, match="signed already"):
            await here.reviews.sign(SAM, change.id)
        await here.reviews.close_room()
        await here.reviews.resume()
        (again,) = [one for one in await here.reviews.changes() if one.id == change.id]
        assert (again.standing, again.signer) == (Standing.PROPOSED, ""), "the service ended while it was tried"


async def test_a_change_whose_base_moved_on_is_not_signed(tmp_path: Path) -> None:
    with room(tmp_path) as here:
        first = await proposed(here)
        here.had(told("c-2", flush))
        made = await here.reviewed(REX, "c-2", intent_2=("menu", ""))
        other = next(one for one in made if one.delta.kind == "example")
        assert (await here.signed(REX, first.id)).standing is Standing.PUBLISHED
        with pytest.raises(NotReviewed, match="has changed since this was written"):
            await here.reviews.sign(RITA, other.id)


async def test_a_call_whose_words_were_erased_can_no_longer_be_marked_and_proposes_nothing(tmp_path: Path) -> None:
    with room(tmp_path) as here:
        change = await proposed(here, note="they meant <b>money</b>")
        with open_engine(url(tmp_path)).begin() as connection:
            sweep(tmp_path, Ages(audio_days=1, transcript_days=2, record_days=100), MORNING + 3 * DAY)(connection)
        with pytest.raises(NotReviewed, match="erased"):
            await here.reviews.mark(REX, "c-1", "intent:2", right=True)
        assert change.id not in {one.id for one in await here.reviews.changes()}
        assert {mark.note for mark in await here.shelf.marks()} == {""}


@pytest.mark.parametrize(
    ("judgement", "answer", "why"),
    [
        ("intent:2", "", "what would have been right"),
        ("intent:2", "wait_time", "what the system said"),
        ("intent:2", "world_peace", "one of the things callers may want"),
        ("escalation", "9", "1 to 2, or nobody"),
        ("escalation", "nobody", "what the system said"),
        ("intent:99", "balance", "no such judgement"),
    ],
)
async def test_an_answer_that_is_none_is_refused(tmp_path: Path, judgement: str, answer: str, why: str) -> None:
    with room(tmp_path) as here:
        here.had(told("c-1", flush))
        with pytest.raises(NotReviewed, match=why):
            await here.reviews.mark(RITA, "c-1", judgement, right=False, answer=answer)


async def test_of_two_reviewers_only_what_both_found_is_learned_and_their_agreement_is_told(tmp_path: Path) -> None:
    with room(tmp_path, house=lambda house: replace(house, rules=Rules(double=1.0))) as here:
        here.had(told("c-1", flush))
        assert await here.reviewed(RITA, "c-1", intent_2=("balance", "")) == [], "the other one's word is waited for"
        made = await here.reviewed(REX, "c-1", intent_2=("menu", ""))
        assert not any(one.delta.kind == "example" for one in made)
        agreed = await here.reviews.agreement()
        assert agreed.agreed == agreed.n and agreed.kappa == 1.0, "both found it wrong, and the rest right"
        with pytest.raises(NotReviewed, match="Others have finished"):
            await here.reviewed(SAM, "c-1")


async def test_what_escalated_late_comes_first_and_its_resolution_is_a_draft_for_agents(tmp_path: Path) -> None:
    with room(tmp_path) as here:
        here.had(told("c-1", flush))
        here.resolved("c-2", "Fee given back. # <script>alert(1)</script>")
        first, _ = await here.reviews.queue(RITA)
        assert (first.case.call, first.why) == ("c-2", (Why.ESCALATED, Why.LATE))
        (draft,) = await here.reviews.changes()
        assert isinstance(draft.delta, AddArticle)
        assert draft.author == "ana"
        assert draft.delta.article.text.splitlines()[-2:] == ["## Outcome", "Fee given back. script alert(1) /script"]
        assert (await here.signed(RITA, draft.id)).standing is Standing.PUBLISHED
        article = here.stage.current / "knowledge" / "agents" / f"{draft.delta.article.name}.md"
        assert "## Problem" in article.read_text("utf-8")


async def test_marks_that_point_one_way_propose_that_a_person_comes_later(tmp_path: Path) -> None:
    with room(tmp_path) as here:
        made: list[Change] = []
        for n in range(5):
            here.had(told(f"c-{n}", wants_a_person))
            made += await here.reviewed(RITA, f"c-{n}", escalation=("nobody", ""))
        (later,) = [one for one in made if isinstance(one.delta, SetNumber)]
        assert (later.delta.name, later.delta.was, later.delta.value) == ("early.bias", 2.0, 1.6)
        worse = await here.signed(REX, later.id)
        assert worse.standing is Standing.WORSE, "no truth is signed yet, so nothing can be told"


async def test_an_intent_climbs_on_enough_good_reviews_and_slides_back_by_itself_when_they_turn_bad(
    tmp_path: Path,
) -> None:
    few = Ladder(calls=10, bound=0.7, recent=10)
    modes = {"balance": "person"}
    scope = business().scope
    watched = replace(business(), scope={**scope, "balance": replace(scope["balance"], mode="person")})
    with room(tmp_path, house=lambda house: replace(house, ladder=few, modes=modes)) as here:
        with pytest.raises(NotReviewed, match="do not allow"):
            await here.reviews.climb(RITA, "balance")
        asks = lambda story: (story.hears("what is my balance"), story.hears("no thank you goodbye"))  # noqa: E731
        for n in range(10):
            here.had(told(f"good-{n}", asks))
            await here.reviewed(RITA, f"good-{n}")
        (rung,) = await here.reviews.ladder()
        assert (rung.right, rung.calls, rung.move) == (10, 10, "automatic"), "approvals have no terms for it"
        change = await here.reviews.climb(RITA, "balance")
        assert (await here.signed(SAM, change.id)).standing is Standing.PUBLISHED
        assert laid_over(watched, tmp_path)[0].scope["balance"].mode == "automatic"

        for n in range(10):
            here.had(told(f"bad-{n}", asks))
            await here.reviewed(RITA, f"bad-{n}", intent_2=("transfer", "") if n % 4 else ("", ""))
        slid = next(one for one in await here.reviews.changes() if one.id.startswith("slide-"))
        assert isinstance(slid.delta, SetMode)
        assert (slid.author, slid.standing, slid.delta.mode) == ("system", Standing.PUBLISHED, "person")
        assert laid_over(watched, tmp_path)[0].scope["balance"].mode == "person"
        assert here.lowered == {"balance": "person"}, "the next call is told; it does not wait for a start"


async def test_the_ladder_stands_on_the_rules_that_answer_now(tmp_path: Path) -> None:
    few = Ladder(calls=10, bound=0.7, recent=10)
    with room(tmp_path, house=lambda house: replace(house, ladder=few, modes={"balance": "automatic"})) as here:
        assert [rung.mode for rung in await here.reviews.ladder()] == ["automatic"]
        here.reviews.works_in(House(frozenset({"balance"}), {"balance": "person"}))
        assert [rung.mode for rung in await here.reviews.ladder()] == ["person"]
