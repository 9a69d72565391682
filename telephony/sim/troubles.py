"""Faults of the carrier by a word: what `warmline simulate` can be told to do wrong."""

from collections.abc import Callable, Mapping

from telephony.sim.faults import Delivery, Drop, Fault, Outage
from telephony.sim.rest import RestStandIn

NEW_CALL = r"POST .*/Calls\.json"
CHANGE = r"POST .*/Calls/.+\.json"
PROGRESS = r"in-progress|ringing"
SOME = 1_000_000
"""As good as always."""

Trouble = Callable[[RestStandIn], None]


def _rest(*faults: Fault) -> Trouble:
    return lambda rest: rest.faults.extend(faults)


def _callbacks(*deliveries: Delivery) -> Trouble:
    return lambda rest: rest.carrier.webhooks.deliveries.extend(deliveries)


def _streams(drop: Drop) -> Trouble:
    return lambda rest: rest.carrier.drops.append(drop)


def _another_token(rest: RestStandIn) -> None:
    rest.carrier.webhooks.auth_token = "not the account's token"


TROUBLES: Mapping[str, tuple[str, Trouble]] = {
    "rest-429": ("the first two requests for a call are too many", _rest(Fault(NEW_CALL, 429, 20429, times=2))),
    "rest-500": ("the first request for a call fails, and was not carried out", _rest(Fault(NEW_CALL, 500))),
    "rest-503-dialled": ("it fails, and was carried out", _rest(Fault(NEW_CALL, 503, carried_out=True))),
    "rest-lost": ("it is carried out and never answered", _rest(Fault(NEW_CALL, lost=True, carried_out=True))),
    "move-500": ("the first three changes of a call fail", _rest(Fault(CHANGE, 500, times=3))),
    "callback-late": ("news of ringing and answering come 5 s late",
                      _callbacks(Delivery(PROGRESS, times=SOME, late_seconds=5.0))),
    "callback-lost": ("news of ringing and answering never come",
                      _callbacks(Delivery(PROGRESS, times=SOME, lost=True))),
    "callback-doubled": ("all news come twice", _callbacks(Delivery("", times=SOME, copies=2))),
    "callback-reordered": ("news of ringing come after those of answering",
                           _callbacks(Delivery("ringing", times=SOME, after_next=True))),
    "callback-forged": ("all news are signed by somebody else", _callbacks(Delivery("", times=SOME, forged=True))),
    "webhook-unreachable": ("the service's documents cannot be had: VoiceFallbackUrl",
                            lambda rest: rest.carrier.webhooks.outages.append(Outage(times=SOME))),
    "wrong-token": ("everything is signed with another token, as after a rotation", _another_token),
    "stream-drop": ("the first media stream breaks after 10 s", _streams(Drop(after_seconds=10.0))),
    "stream-refused": ("the first media stream is never made", _streams(Drop(refused=True))),
}  # fmt: skip
