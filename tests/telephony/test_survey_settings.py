"""Who is asked at the end how well they were helped, as the operator sets it."""

from pathlib import Path

import pytest

from telephony.check.people import queues
from telephony.errors import ConfigError
from telephony.settings import load, parse
from voice.dialogue.survey_draw import Survey

CONFIG = Path(__file__).parents[2] / "config"


def test_the_shipped_configuration_asks_every_caller() -> None:
    assert load(CONFIG).survey.survey == Survey(1.0, ())


def test_it_can_be_switched_off_and_drawn() -> None:
    assert parse({"survey": {"enabled": False}}, origin="test").survey.survey is None
    assert parse({"survey": {"enabled": True, "share": 0.2}}, origin="test").survey.survey == Survey(0.2, ())


def test_a_share_is_none_above_all() -> None:
    with pytest.raises(ConfigError, match=r"survey.*share"):
        parse({"survey": {"share": 1.5}}, origin="test")


def test_a_queue_that_is_none_is_named() -> None:
    settings = load(CONFIG)
    survey = settings.survey.model_copy(update={"queues": ("crads",)})
    says = [one.says for one in queues(settings.model_copy(update={"survey": survey}))]
    assert any(line.startswith("[survey] queues: one of") and "got crads" in line for line in says)
