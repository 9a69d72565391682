"""Going on is weighed against a person: the sums of an escalation add up, and the voice alone is no reason."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sim.story import Story, business
from voice.events import Escalated
from voice.triggers import costly, frustrated, registry
from voice.triggers.price import Costs, Price, price, weighed
from voice.triggers.signals import Glance, Signals

counts = st.integers(0, 6)
shares = st.floats(0, 1)
log_odds = st.floats(-3, 8)
glances = st.lists(
    st.builds(Glance, turn=st.integers(1, 30), level=shares, shown=log_odds, missed=st.booleans(),
              doubted=st.booleans(), corrected=st.booleans()),
    max_size=8,
).map(tuple)  # fmt: skip
prices = st.builds(
    lambda topic, amount, tier: business().price(topic, amount=amount, tier=tier),
    st.sampled_from([None, *sorted(business().costs)]), st.floats(0, 1e9), st.sampled_from([None, "premier", "basic"]),
)  # fmt: skip
signals = st.builds(
    Signals, turn=st.integers(1, 30), words=st.sampled_from(["", "hello", "my card", "agent", "i will sue you"]),
    silences_row=counts, no_matches_row=counts, no_matches=counts, outside=counts, wrong_identities=counts,
    failed_actions=counts, wrong_guesses=counts, level=shares, shown=log_odds, judged=counts, glances=glances,
    price=prices, said=st.just(((1, "i lost my card today"), (2, "i lost my card today"))),
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(signals)
def test_the_sums_of_every_escalation_add_up(seen: Signals) -> None:
    for rule in business().rules:
        found = registry.most_urgent(seen, [rule])
        if found is not None:
            _adds_up(found, seen.price)


def _adds_up(found: Escalated, at: Price) -> None:
    p, stake = found.probability, sum(found.stakes.values())
    assert 0 < p <= 1
    if p < 1:
        assert math.log(p / (1 - p)) == pytest.approx(sum(found.terms.values()), abs=0.1 if p > 0.99 else 0.01)
        assert found.expected_loss >= found.cost  # as kept, to a thousandth
    else:
        assert found.terms == {}
    assert stake == pytest.approx(at.missed_minutes)
    assert found.expected_loss == pytest.approx(p * stake, rel=1e-3, abs=1e-3 + 5e-5 * stake)  # p is kept to 4 digits
    assert found.cost == pytest.approx((1 - p) * at.needless_minutes, rel=1e-2, abs=1e-3)


@settings(max_examples=100, deadline=None)
@given(shares, st.floats(-3, 0.39), glances, prices)
def test_the_voice_alone_escalates_nothing(level: float, shown: float, before: tuple[Glance, ...], at: Price) -> None:
    voiced = tuple(Glance(turn=one.turn, level=one.level) for one in before)
    seen = Signals(turn=5, level=level, shown=shown, judged=5, glances=voiced, price=at)
    assert registry.most_urgent(seen, business().rules) is None


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), st.floats(-20, 20), max_size=6))
def test_terms_sum_to_the_log_odds_also_where_they_are_cut(terms: dict[str, float]) -> None:
    found = weighed(terms)
    assert math.log(found.probability / (1 - found.probability)) == pytest.approx(sum(found.terms.values()), abs=1e-6)


def test_amount_customer_and_early_bias_each_add_their_minutes() -> None:
    at = price(Costs(6.0, 6.0, 0.005), amount=400, worth=2.0, early=1.5)
    assert at.stakes == {"topic": 6.0, "amount": 2.0, "customer": 8.0, "early": 8.0}
    assert at.threshold == pytest.approx(6 / 30)


def test_an_amount_that_is_no_number_weighs_nothing() -> None:
    assert price(Costs(6.0, 4.0, 0.005), amount=math.nan) == price(Costs(6.0, 4.0, 0.005), amount=-3)


def test_the_same_doubt_brings_a_person_sooner_where_more_is_at_stake() -> None:
    rule = next(rule for rule in business().rules if isinstance(rule, costly.Rule))
    hours = Signals(turn=2, failed_actions=1, no_matches=1, price=business().price(None))
    money = Signals(turn=2, failed_actions=1, no_matches=1, price=business().price("transfer", amount=1500))
    assert costly.look(hours, rule) is None
    found = costly.look(money, rule)
    assert found is not None
    assert found.evidence[0] == "our systems failed"
    assert found.evidence[1] == "was not understood"
    assert found.evidence[2].startswith("going on may cost ")


def test_a_rise_counts_as_if_it_went_on() -> None:
    rule = next(rule for rule in business().rules if isinstance(rule, frustrated.Rule))
    at = business().price(None)
    calm, low = Glance(turn=1, level=0.05, shown=0.5), Glance(turn=2, level=0.42, shown=1.0)
    begun = Glance(turn=1, level=0.42, shown=0.5)
    steady = Signals(turn=3, level=0.42, shown=1.0, judged=3, glances=(begun, begun, low), price=at)
    rising = Signals(turn=3, level=0.42, shown=1.0, judged=3, glances=(calm, calm, low), price=at)
    assert frustrated.look(steady, rule) is None
    found = frustrated.look(rising, rule)
    assert found is not None
    assert "rose by 0.37 in 3 turns" in found.evidence
    assert set(found.terms) == {"frustration", "rise"}


def test_doubtful_turns_between_good_ones_bring_a_person() -> None:
    doubted = [Glance(turn=turn, doubted=turn % 2 == 1) for turn in range(1, 6)]
    rules = [rule for rule in business().rules if rule.kind == "unsure"]
    assert registry.most_urgent(Signals(turn=4, glances=tuple(doubted[:4])), rules) is None
    found = registry.most_urgent(Signals(turn=5, glances=tuple(doubted)), rules)
    assert found is not None
    assert found.turns == (1, 3, 5)


def test_a_calls_escalation_carries_its_sums() -> None:
    call = Story()
    call.hears("what's my balance")
    call.hears("agent please")
    assert call.escalation is not None
    assert call.escalation.probability == 1
    assert call.escalation.expected_loss == pytest.approx(sum(call.escalation.stakes.values()))
    assert call.escalation.cost == 0
