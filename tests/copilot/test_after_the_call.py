"""What is known of a call, what to do next, and the draft afterwards: all from its journal."""

from datetime import date

from models.brief import Brief, BriefLine, Part
from telephony.copilot.next_actions import Ending, NextActions, Rule
from telephony.copilot.wrapup import drafted, ending
from telephony.events import Bridged, BriefReady, CallbackAgreed, CopilotMarked, CopilotShown, Entry
from telephony.journal import Record
from tests.copilot.desk import Desk
from voice.events import Acted, Judged, Understood, Verified

ACTIONS = NextActions(
    (
        Rule("check", "Check who is calling.", ("not_verified",), "parking"),
        Rule("lend", "Lend an umbrella.", ("intent:rain", "verified", "not_done:lend"), "umbrellas"),
        Rule("sorry", "Apologise.", ("upset",), "ferry"),
    ),
    (Ending("lent", ("done:lend",)), Ending("parked", ("about:parking",)), Ending("later", ("callback",))),
)
BRIEF = Brief(2, "h", (BriefLine(Part.WHO, "Ida, a member", ()), BriefLine(Part.NEXT, "Give her the gloves", ())), "s")


def test_what_to_do_next_follows_the_state_of_the_call() -> None:
    desk = Desk(ACTIONS)

    def proposed() -> list[str]:
        return [action.text for action in desk.copilot.shown("ana").actions]

    desk.see(Understood(1, "rain", 0.9, True, {}))
    assert proposed() == ["Check who is calling."]
    desk.see(Verified("I. ••1", "keypad_pin"))
    assert proposed() == ["Lend an umbrella."]
    desk.see(BriefReady("h1", 2, BRIEF))
    desk.see(Judged(2, 0.8, (), {}))
    assert proposed() == ["Give her the gloves", "Lend an umbrella.", "Apologise."]
    desk.see(Acted("lend", True, "R1", None, {"umbrella": "red"}))
    assert proposed() == ["Give her the gloves", "Apologise."]
    assert desk.copilot.shown("ana").actions[0].source == "brief, version 2"
    assert desk.copilot.shown("ana").actions[1].updated == date(2026, 9, 1)


def test_an_action_is_on_record_once_the_two_talk_and_goes_when_it_is_marked() -> None:
    desk = Desk(ACTIONS)
    desk.see(Understood(1, "rain", 0.9, True, {}))
    assert desk.noted == []
    desk.talks()
    assert [(entry.kind, entry.shown) for entry in desk.noted] == [("action", "a-check")]
    desk.copilot.mark("ana", "a-check", "dismissed")
    assert desk.copilot.shown("ana").actions == ()
    assert desk.noted[-1] == CopilotMarked("ana", "a-check", "action", "dismissed")


def test_each_fact_has_its_source_and_day() -> None:
    desk = Desk()
    desk.see(BriefReady("h1", 2, BRIEF))
    desk.see(Acted("balance", True, None, None, {"checking": "12.40"}), 5000)
    desk.see(Acted("transfer", False, None, "timeout", {}))
    who, balance = desk.copilot.shown("ana").facts
    assert (who.text, who.source) == ("Ida, a member", "brief, version 2")
    assert (balance.text, balance.source) == ("Balance: checking 12.40", "backend, in this call")
    assert balance.wall == 1_795_000_005.0


def records(*entries: Entry) -> list[Record]:
    return [Record("c1", seq, 0, 0.0, entry) for seq, entry in enumerate(entries, 1)]


def shown(name: str, kind: str, article: str) -> CopilotShown:
    return CopilotShown("ana", name, kind, article, "Rule", "?", 0.9)


def test_the_draft_says_what_was_done_looked_up_and_agreed_while_a_person_talked() -> None:
    call = records(
        Acted("balance", True, None, None, {}), Bridged("h1", "ana"), shown("q1", "answer", "parking"),
        shown("p2", "prompt", "ferry"), shown("p3", "prompt", "lockers"),
        CopilotMarked("ana", "p3", "prompt", "useful"), shown("q4", "answer", "parking"),
        Acted("lend", True, "R1", None, {}),
        CallbackAgreed("h1", "+1", "q", 1, "2026-11-23T09:00-05:00"),
    )  # fmt: skip
    assert drafted(call, "Reason: rain.\nOutcome: talked with a person").splitlines() == [
        "Reason: rain.", "Done on the line: lend, receipt R1.", "Looked up: parking (Rule); lockers (Rule).",
        "Agreed: call back 2026-11-23T09:00-05:00.", "Outcome: talked with a person",
    ]  # fmt: skip


def test_a_call_in_which_nothing_was_looked_up_keeps_its_draft() -> None:
    assert drafted(records(Bridged("h1", "ana")), "Outcome: gone") == "Outcome: gone"


def test_the_ending_proposed_is_the_first_rule_that_holds() -> None:
    assert ending(records(Acted("lend", True, None, None, {}), shown("q1", "answer", "parking")), ACTIONS) == "lent"
    assert ending(records(shown("q1", "answer", "parking")), ACTIONS) == "parked"
    assert ending(records(shown("p1", "prompt", "parking")), ACTIONS) is None  # shown, and perhaps not even read
