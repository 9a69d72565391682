"""The rules page's room of a service: changes in a folder beside the accepted sets, trials in their own process."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from telephony.access.audit import Notes
from telephony.assembly.child import Child
from telephony.assembly.ruling import Ruling
from telephony.assembly.world import World
from telephony.errors import ConfigError, RecordError
from telephony.published import (
    FOLDER,
    Accepted,
    Figures,
    Published,
    RuleSet,
    choose,
    keep,
    known,
    rule_set,
    upcoming,
    write,
)  # fmt: skip
from telephony.records.store import default_url
from telephony.rules.change import Change, Texts
from telephony.rules.errors import NotChanged
from telephony.rules.ports import Checked, Known, Tried
from telephony.rules.room import RulesRoom
from telephony.settings import Settings
from voice.dialogue.business import Business
from voice.dialogue.errors import BusinessError
from voice.dialogue.load import RULES, SCOPE

T = TypeVar("T")
MODULE = "telephony.trials.rules"
CHANGES, CHANGE, FIGURES = "changes", "change.json", "figures.json"
DAY_SECONDS = 86_400.0
CHECK_SECONDS = 120.0  # a check costs 1.5 s of a core [measured]; this is a machine that is full of calls
TRIAL_SECONDS = 3600.0  # a call costs about 50 ms of a core [measured], so this is some 10,000 on half a core
_CHANGE = TypeAdapter(Change)


class RulesFolder:
    """Implements `telephony.rules.ports.Shelf`. Small files, read and written in a thread of its own.

    `ruling`: what answers the telephone; `ruled`: its business with another set, as a start would have it.
    """

    def __init__(self, business: Path, records: Path, ruling: Ruling, ruled: Callable[[RuleSet], Business]) -> None:
        self._business, self._records, self._ruling, self._ruled = business, records, ruling, ruled
        self._folder = records / FOLDER / CHANGES
        self._hands = ThreadPoolExecutor(max_workers=1, thread_name_prefix="rules")

    def close(self) -> None:
        self._hands.shutdown()

    @property
    def runs(self) -> str:
        return self._ruling.rules

    async def upcoming(self) -> tuple[str, Texts]:
        def read() -> tuple[str, Texts]:
            now = upcoming(self._business, self._records)
            return now.hash, Texts(now.rules.read_text("utf-8"), now.scope.read_text("utf-8"))

        return await self._do(read)

    async def accepted(self) -> Sequence[Known]:
        def read() -> list[Known]:
            return [
                Known(one.rules.hash, one.accepted.timestamp(), f.calls, f.recall, f.false_rate)
                for one in known(self._business, self._records)
                for f in (one.figures,)
            ]

        return await self._do(read)

    async def changes(self) -> Sequence[Change]:
        def read() -> list[Change]:
            found = [_CHANGE.validate_json(path.read_bytes()) for path in self._folder.glob(f"*/{CHANGE}")]
            return sorted(found, key=lambda one: (one.wall, one.id), reverse=True)

        return await self._do(read)

    async def texts(self, change: str) -> Texts:
        folder = self._folder / change
        return await self._do(lambda: Texts((folder / RULES).read_text("utf-8"), (folder / SCOPE).read_text("utf-8")))

    async def put(self, change: Change, texts: Texts | None = None) -> None:
        def keep() -> None:
            folder = self._folder / change.id
            folder.mkdir(parents=True, exist_ok=True)
            if texts is not None:
                (folder / RULES).write_text(texts.escalation, "utf-8")
                (folder / SCOPE).write_text(texts.scope, "utf-8")
            _whole(folder / CHANGE, _CHANGE.dump_json(change, indent=1))

        await self._do(keep)

    async def figures(self, change: str) -> Mapping[str, float]:
        return await self._do(lambda: dict(json.loads((self._folder / change / FIGURES).read_text("utf-8"))))

    async def put_figures(self, change: str, figures: Mapping[str, float]) -> None:
        await self._do(lambda: _whole(self._folder / change / FIGURES, json.dumps(dict(figures)).encode()))

    async def publish(self, change: Change, figures: Mapping[str, float]) -> None:
        def accept() -> Business:
            rules = rule_set(self._folder / change.id)
            if rules.hash != change.hash:
                raise NotChanged("These rules are not the ones that were tried. Draft them anew.")
            kept = TypeAdapter(Figures).validate_python(dict(figures))
            now = datetime.fromtimestamp(change.signed_wall, UTC)
            business = self._with(rules)
            to = write(self._records / FOLDER / rules.hash, rules, against=change.base, figures=kept, now=now)
            return self._chosen(Accepted(rule_set(to), now, change.base, kept), business)

        self._ruling.swap(await self._do(accept), change.hash)

    async def choose(self, hash_: str) -> None:
        def take() -> Business:
            found = next((one for one in known(self._business, self._records) if one.rules.hash == hash_), None)
            if found is None:
                raise NotChanged("These rules are not kept any more.")
            return self._chosen(found, self._with(found.rules))

        self._ruling.swap(await self._do(take), hash_)

    def _with(self, rules: RuleSet) -> Business:
        """What would answer. Before anything is written: rules that cannot run must not wait for the next start."""
        try:
            return self._ruled(rules)
        except BusinessError as error:
            first = str(error).splitlines()[0].replace(f"{rules.rules.parent}/", "")
            raise NotChanged(f"These rules cannot run, so those of before go on: {first}") from error

    def _chosen(self, one: Accepted, business: Business) -> Business:
        """On disk first: a start after a crash runs what answered last."""
        choose(self._business, self._records, one.rules.hash)
        keep(Published(business, one.rules, one, ""), self._records)
        return business

    async def _do(self, job: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._hands, job)
        except (OSError, UnicodeDecodeError, ValueError, ValidationError, ConfigError) as error:
            raise RecordError(
                f"{self._records / FOLDER}: rules that can be read and kept expected, got {error}"
            ) from error


def _whole(path: Path, content: bytes) -> None:
    """Whole or not at all: a crash leaves no half of it."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(content + b"\n")
    part.replace(path)


class ProcessTrial:
    """Implements `telephony.rules.ports.Trial`."""

    def __init__(self, settings: Settings, *, wall: Callable[[], float]) -> None:
        self._settings, self._wall = settings, wall

    async def check(self, new: Texts, old: Texts) -> Checked:
        return await Child(MODULE, seconds=CHECK_SECONDS).ask(self._job(new, old), Checked)

    async def run(self, new: Texts, old: Texts, *, days: int, progress: Callable[[int, int], None]) -> Tried:
        service, now = self._settings.service, self._wall()
        calls = {
            "url": self._settings.records.url or default_url(service.records_folder),
            "since": now - days * DAY_SECONDS, "until": now,
            "records": service.records_folder, "models": service.models_folder,
            "prosody_weight": self._settings.judging.prosody_weight,
        }  # fmt: skip
        return await Child(MODULE, seconds=TRIAL_SECONDS).ask({**self._job(new, old), "calls": calls}, Tried, progress)

    def _job(self, new: Texts, old: Texts) -> dict[str, Any]:
        return {"business": self._settings.business.folder, "new": new, "old": old}


async def open_rules(
    settings: Settings, world: World, ruling: Ruling, audit: Notes, stack: AsyncExitStack
) -> RulesRoom | None:
    """None without a database: there are no calls to try rules on."""
    if world.keeper is not None:
        return None
    started = ruling.business
    folder = RulesFolder(
        settings.business.folder, settings.service.records_folder, ruling, lambda rules: world.ruled(rules, started)
    )
    stack.callback(folder.close)
    room = RulesRoom(folder, ProcessTrial(settings, wall=world.wall), audit=audit, wall=world.wall)
    await room.resume()
    stack.push_async_callback(room.close)
    return room
