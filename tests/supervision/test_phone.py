"""A supervisor's phone whose page stalls: what waits for it is bounded, and nobody waits for it."""

from types import SimpleNamespace

from telephony.supervision.phone import Phone
from telephony.switchboard.third import HEARD_WAITING
from tests.sim.sounds import tone
from voice.audio import FRAME_MS


def test_what_a_stalled_page_does_not_take_is_dropped_oldest_first() -> None:
    phone = Phone(house=SimpleNamespace(), leg=SimpleNamespace(id="w-1"))
    for _ in range(10 * HEARD_WAITING):
        phone.hears([tone(300, FRAME_MS)])  # returns at once, each time
    newest = tone(500, FRAME_MS)
    phone.hears([newest])
    assert phone._earpiece._heard.qsize() == HEARD_WAITING
    waiting = [phone._earpiece._heard.get_nowait() for _ in range(HEARD_WAITING)]
    assert waiting[-1] is newest
