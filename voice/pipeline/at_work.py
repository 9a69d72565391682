"""What a mind has asked for that is still to come: kept from the acts and events that pass through `Think`."""

from collections.abc import Mapping

from voice.events import (
    Accept,
    Act,
    ActionDone,
    Decline,
    Do,
    Event,
    HangUp,
    Heard,
    KeyPressed,
    PersonNews,
    PersonStage,
    SeekPerson,
)
from voice.stuck import Wait

_SEARCH_OVER = (PersonStage.GAVE_UP, PersonStage.STOPPED, PersonStage.LEFT)


class AtWork:
    def __init__(self) -> None:
        self.turns = 0  # utterances and keys so far
        self._begun = False
        self._ending = False
        self._answered = False  # an offer
        self._person = False
        self._words = 0  # utterances that are being recognised
        self._actions: set[str] = set()
        self._events = 0

    def words_due(self) -> None:
        self._words += 1

    def happened(self, event: Event) -> None:
        self._begun = True
        self._events += 1
        match event:
            case Heard():
                self._words = max(0, self._words - 1)
                self.turns += 1
            case KeyPressed():
                self.turns += 1
            case ActionDone(key=key):
                self._actions.discard(key)
            case PersonNews(stage=stage) if stage in _SEARCH_OVER:
                self._person = False
            case _:
                pass

    def asked(self, act: Act) -> None:
        match act:
            case Do(key=key):
                self._actions.add(key)
            case SeekPerson():
                self._person = True
            case HangUp():
                self._ending = True
            case Accept() | Decline():
                self._answered = True
            case _:
                pass

    def waits(self) -> Mapping[Wait, object]:
        """Each with what changes as it makes progress."""
        if not self._begun:
            return {Wait.BEGINNING: None}
        reasons = {
            Wait.WORDS: self._words > 0,
            Wait.ACTION: bool(self._actions),
            Wait.PERSON: self._person,
            Wait.ENDING: self._ending,
            Wait.JOINING: self._answered,
        }
        return {wait: self._events for wait, stands in reasons.items() if stands}
