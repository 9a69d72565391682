"""Why a channel ended, from the causes that Asterisk gives: ITU-T Q.850, and the SIP answer where it tells more."""

from telephony.leg import LegEnded

USER_BUSY, NO_USER_RESPONSE, NO_ANSWER, REJECTED = 17, 18, 19, 21

BY_SIP = {
    486: LegEnded.BUSY,
    600: LegEnded.BUSY,
    603: LegEnded.DECLINED,
    480: LegEnded.NO_ANSWER,
    408: LegEnded.NO_ANSWER,
    487: LegEnded.NO_ANSWER,
    401: LegEnded.FAILED,  # Asterisk calls these three "rejected" too, but no person said no
    403: LegEnded.FAILED,
    407: LegEnded.FAILED,
}
BY_CAUSE = {
    USER_BUSY: LegEnded.BUSY,
    NO_USER_RESPONSE: LegEnded.NO_ANSWER,
    NO_ANSWER: LegEnded.NO_ANSWER,
    REJECTED: LegEnded.DECLINED,
}


def unanswered(cause: int, sip: int | None) -> LegEnded:
    """What ended a leg that nobody answered."""
    if sip in BY_SIP:
        return BY_SIP[sip]
    return BY_CAUSE.get(cause, LegEnded.FAILED)
