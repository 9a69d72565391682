"""Another business works from its folder alone."""

from tests.businesses.order import Order, coffee, reader, sentences


def test_an_order_gives_its_intent_and_every_slot() -> None:
    order = reader()
    assert order("can i have a small dark roast mocha with a little bit of soy milk and lots of sugar") == Order(
        "orderDrink",
        {
            "coffeeDrink": "mocha", "size": "small", "roast": "dark roast", "milkAmount": "a little bit of soy milk",
            "sugarAmount": "lots of sugar",
        },
    )  # fmt: skip
    assert order("give me a medium roast medium latte") == Order(
        "orderDrink", {"coffeeDrink": "latte", "roast": "medium roast", "size": "medium"}
    )


def test_the_recogniser_is_told_every_value_and_the_way_to_a_person() -> None:
    said = " ".join(sentences())
    for slot in coffee().intents["orderDrink"].slots:
        for value in slot.choices:
            assert value in said
    assert "i want to talk to a person" in sentences()
