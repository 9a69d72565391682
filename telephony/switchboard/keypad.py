"""Takes a number by keypad from a caller who talks with an agent: the agent and the recording get neither tones nor
words meanwhile, the caller goes on hearing the agent, and what was keyed stays here.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from telephony import events as entries
from telephony.errors import IllegalMove
from telephony.switchboard.caller_side import CallerSide
from telephony.switchboard.joining import Joining
from telephony.switchboard.keyed import PATIENCE_SECONDS, Keyed, Keys, after
from voice.dialogue.business import KeypadItem
from voice.events import Keying, KeyingStage, PersonNews, PersonStage

TAIL_SECONDS = 0.5
"""After the last key: its tone may follow the news of it, by no more than a carrier's jitter [est]."""

KEYS_WAITING = 64
"""More than anybody keys before we look."""


class Keypad:
    """Of one bridge at a time. `start` owns what goes on meanwhile."""

    def __init__(
        self,
        *,
        handoff: str,
        caller: CallerSide,
        joining: Joining,
        start: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
    ) -> None:
        self._handoff = handoff
        self._caller = caller
        self._joining = joining
        self._start = start
        self._agent = ""
        self._item: KeypadItem | None = None  # what is being taken
        self._keys: asyncio.Queue[str] = asyncio.Queue(maxsize=KEYS_WAITING)
        self._task: asyncio.Task[None] | None = None

    @property
    def on(self) -> bool:
        return self._item is not None

    async def ask(self, item: KeypadItem) -> None:
        """Raises `IllegalMove`, with a sentence for the agent, where it cannot be; `LineError` where the line fails."""
        talk = self._joining.talk
        if talk is None:
            raise IllegalMove("You are not talking with a caller now.")
        if self._item is not None:
            raise IllegalMove("The caller is keying already.")
        if talk.held:
            raise IllegalMove("Take the caller off hold first.")
        if not talk.plays_us:
            raise IllegalMove("This call runs through the carrier's conference, where no keys reach us.")
        self._item, self._agent, self._keys = item, talk.agent, asyncio.Queue(maxsize=KEYS_WAITING)
        try:
            await self._joining.withhold(True)
        except BaseException:
            self._item = None
            self._caller.session.withhold(False)
            raise
        self._caller.journal.append(entries.KeysAsked(self._handoff, self._agent, item.title))
        self._task = self._start(self._take(item))

    def pressed(self, key: str) -> None:
        if self._item is not None and not self._keys.full():
            self._keys.put_nowait(key)

    def stop(self) -> None:
        """The agent would rather talk on. Raises `IllegalMove` when nothing is taken (any more)."""
        if self._item is None:
            raise IllegalMove("The caller is done already.")
        if self._task is not None:
            self._task.cancel()
        self._start(self._end(Keys.CANCELLED))

    def part(self) -> None:
        """The two part, or the caller is held: at once, and nothing is said of it."""
        if self._item is not None:
            if self._task is not None:
                self._task.cancel()
            self._over(Keys.CANCELLED)
        self._caller.session.withhold(False)

    async def _take(self, item: KeypadItem) -> None:
        keyed = Keyed(item)
        self._say(KeyingStage.ASKED)
        while True:
            keyed, then = after(keyed, await self._next_key(hush=not keyed.digits))
            if isinstance(then, Keys):
                await self._end(then, keyed.shown if then is Keys.TAKEN else "")
                return
            if then is not None:
                self._say(then)

    async def _next_key(self, *, hush: bool) -> str | None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                key = await self._keys.get()
        except TimeoutError:
            return None
        if hush:
            await self._caller.session.hush()  # who keys need not hear the rest of the question
        return key

    async def _end(self, how: Keys, shown: str = "") -> None:
        if self._item is None:
            return
        self._say(KeyingStage.TAKEN if how is Keys.TAKEN else KeyingStage.LEFT)
        self._over(how, shown)
        await asyncio.sleep(TAIL_SECONDS)
        if not self.on:  # the agent may have asked for another number
            await self._joining.withhold(False)

    def _over(self, how: Keys, shown: str = "") -> None:
        assert self._item is not None  # asked by those who looked
        item, self._item = self._item, None
        self._caller.journal.append(entries.KeysTaken(self._handoff, self._agent, item.title, how.value, shown))

    def _say(self, stage: KeyingStage) -> None:
        assert self._item is not None
        self._caller.session.tell(PersonNews(PersonStage.KEYING, keying=Keying(stage, self._item.said)))
