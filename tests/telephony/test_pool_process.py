"""The service and the process it hears in: opened with it, replaced when it ends, gone with it."""

import os
import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

from models.engines import EngineFactory
from models.errors import EngineFailed
from models.inference import InferencePool, Pool, ProcessPool
from telephony.assembly import recognisers
from telephony.assembly.engines import Recogniser
from telephony.assembly.hearing import factories, open_pool
from telephony.assembly.world import World
from telephony.service import open_service
from telephony.settings import Hearing, PoolSettings, Settings, load
from telephony.sim.voices import Voices, Words
from tests.sim.house import CONFIG, changed, records_in
from voice.pipeline.recognise import ENGINE
from voice.stt.whisper import Settings as Whisper

CLIPS = Path(__file__).parents[1] / "calls" / "labelled" / "clips"
IN_ITS_OWN = {"hearing": {"engine": "pocketsphinx", "pool": {"process": True}, "workers": 1}}


async def test_a_service_hears_in_another_process_and_goes_on_when_that_one_dies(tmp_path: Path) -> None:
    pools: list[ProcessPool] = []

    def opened(factories: Mapping[str, EngineFactory], settings: Settings) -> Pool:
        pool = open_pool(factories, settings.hearing)
        assert isinstance(pool, ProcessPool)
        pools.append(pool)
        return pool

    settings = changed(load(CONFIG), records_in(tmp_path / "var"), IN_ITS_OWN)
    said = Voices(tmp_path / "clips", shipped=[CLIPS]).speak(Words("my debit card is missing", "rms"))
    async with open_service(settings, World(bank=":memory:", open_pool=opened)):
        (pool,) = pools
        before = pool.pid
        assert before is not None
        yielded = os.getpriority(os.PRIO_PROCESS, 0) + settings.hearing.pool.niceness  # sound goes before words
        assert os.getpriority(os.PRIO_PROCESS, before) == min(19, yielded)
        heard, how = await pool.call(ENGINE, said, "main", key="1", deadline_s=60)
        assert "card" in heard.text and how.voiced_seconds > 0.3
        os.kill(before, signal.SIGKILL)
        again, _ = await pool.call(ENGINE, said, "main", key="2", deadline_s=60)
        assert again == heard
        assert pool.pid != before and pool.stats().restarts == 1
        last = pool.pid
    with pytest.raises(ProcessLookupError):
        os.kill(last, 0)


async def test_where_the_settings_say_so_it_hears_on_threads() -> None:
    pool = open_pool({}, Hearing(pool=PoolSettings(process=False)))
    assert isinstance(pool, InferencePool)
    await pool.close()


async def test_weights_that_are_not_there_are_known_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    factory = recognisers.factory(None, {})
    monkeypatch.setattr(recognisers, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match="at least one recogniser"):
        factory.open()
    pool = open_pool({ENGINE: recognisers.factory(None, {"main": ["1"]})}, Hearing(workers=1))
    with pytest.raises(EngineFailed, match=r"the engine cannot be opened: .*expects no sentence that can be spoken"):
        await pool.warm_up()
    await pool.close()


class TestTheRecipe:
    def test_of_pocketsphinx_says_that_it_keeps_the_interpreter(self) -> None:
        made = recognisers.of_recipe(recognisers.factory(None, {"main": ("yes", "no")}).recipe)
        assert made.holds_gil
        assert made.recipe["languages"] == {"main": ["yes", "no"]}

    def test_of_whisper_opens_the_same_whisper(self, tmp_path: Path) -> None:
        wanted = Whisper(folder=tmp_path, device="cpu", workers=7, hint_tokens=3)
        factory = recognisers.factory(wanted, {"main": ["yes"]}, most_together=5, gather_ms=2.0)
        made = recognisers.compose({ENGINE: factory.recipe})[ENGINE]
        assert made.recipe == factory.recipe
        assert (made.most_together, made.gather_ms, made.holds_gil) == (5, 2.0, False)
        assert recognisers._whisper(factory.recipe["whisper"]) == wanted

    @pytest.mark.parametrize("wrong", [{}, {"whisper": 7, "languages": {}}, {"whisper": {"folder": 1}}])
    def test_that_is_none_is_refused(self, wrong: dict) -> None:
        with pytest.raises(ValueError):
            recognisers.of_recipe(wrong)

    def test_goes_by_the_settings(self) -> None:
        wanted = Hearing(pool=PoolSettings(most_together=2, gather_ms=3.0))
        whisper = Whisper(folder=Path("weights"))
        (factory,) = factories(Recogniser("whisper", "", whisper.folder, whisper), {}, wanted).values()
        assert (factory.most_together, factory.gather_ms) == (2, 3.0)
