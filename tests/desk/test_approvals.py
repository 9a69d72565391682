"""The approver's desk over HTTP and its socket: who sees what, who may decide, what a late or stale page is told."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from telephony.access import Role
from telephony.access.directory import Credentials
from telephony.access.parts import open_access
from telephony.access.users import User
from telephony.desk import DeskDeps, Desks, create_desk
from tests.desk.asking import CALL, PARAMS, WALL, Asking
from tests.desk.conftest import HOST, Clock, NoPhone
from tests.desk.office import PEOPLE, SimulatedOffice
from voice.events import ActionDone, ApprovalNews, ApprovalStage, ColleagueNews

SAM = User("sam", "Sam Reyes", frozenset({Role.SUPERVISOR}))
LEA = User("lea", "Lea", frozenset({Role.AUDITOR}))


class Place(Asking):
    """One desk service with a call in it. The rooms live on the client's own loop."""

    def __init__(self) -> None:
        self.clock = Clock()
        super().__init__(self.clock)
        agents = {person.id: person.name for person in PEOPLE}
        access = open_access(
            agents=agents, credentials=Credentials(one_click=True), demo=(SAM, LEA), clock=self.clock, wall=lambda: WALL
        )
        office, desks = SimulatedOffice(), Desks(clock=self.clock)
        self.app = create_desk(
            DeskDeps(office=office, phone=NoPhone(), desks=desks, access=access, clock=self.clock, asked=self.rooms)
        )


class Page:
    """A signed-in page."""

    def __init__(self, client: TestClient, who: str) -> None:
        self.client = TestClient(client.app)
        self.client.portal = client.portal
        answer = self.client.post("/desk/api/sign-in", json={"agent": who, "pin": ""}, headers={"origin": HOST})
        self.headers = {"origin": HOST, "x-csrf-token": answer.json()["csrf"]}

    def post(self, path: str, **body: object) -> tuple[int, Any]:
        answer = self.client.post(f"/desk/api{path}", json=body, headers=self.headers)
        return answer.status_code, answer.json()

    def shown(self) -> Any:
        return self.client.get("/desk/api/approvals").json()

    def live(self) -> Any:
        socket = self.client.websocket_connect("/desk/api/approvals/live", headers={"origin": HOST})
        ticket = self.post("/ticket")[1]["ticket"]
        return socket, {"v": 1, "type": "hello", "ticket": ticket}


class Service:
    def __init__(self, place: Place, client: TestClient) -> None:
        self.place = place
        self.client = client

    def page(self, who: str) -> Page:
        return Page(self.client, who)

    def propose(self, amount: str = "40.00") -> None:
        self.client.portal.call(self.place.propose, amount)  # type: ignore[union-attr]

    def perform(self, params: dict[str, str]) -> ActionDone:
        return self.client.portal.call(self.place.perform, params)  # type: ignore[union-attr]


@pytest.fixture
def service() -> Iterator[Service]:
    place = Place()
    with TestClient(place.app) as client:
        yield Service(place, client)


@pytest.fixture
def asked(service: Service) -> Iterator[tuple[Service, Page, dict[str, Any]]]:
    """Ana's page is open, and shows that somebody asks for a fee back."""
    ana = service.page("ana")
    socket, hello = ana.live()
    with socket as live:
        live.send_json(hello)
        assert live.receive_json()["approvals"] == []
        service.propose()
        yield service, ana, live.receive_json()["approvals"][0]


Given = tuple[Service, Page, dict[str, Any]]


def test_the_page_sees_who_asks_what_with_their_words_the_limits_and_the_clock(asked: Given) -> None:
    service, _, one = asked
    assert service.place.told == [ApprovalNews("k1", ApprovalStage.ASKED)]
    assert (one["caller"], one["tier"], one["call"]) == ("<b>Dana</b>", "premier", CALL)
    assert one["evidence"] == [{"turn": 2, "text": "give it back"}]
    assert [(t["slot"], t["value"], t["limits"]["most"]) for t in one["terms"]] == [("amount", "40.00", 100.0)]
    assert one["seconds_left"] == one["seconds"] == 60.0
    assert "scope register" in one["rule"]
    assert "204713" not in str(one), "what proves who they are is nobody's to see"


def test_a_yes_makes_one_grant_for_exactly_that(asked: Given) -> None:
    service, ana, one = asked
    status, shown = ana.post(f"/approvals/{one['approval']}/approve", version=one["version"])
    assert (status, shown["approvals"][0]["state"]) == (200, "approved")
    assert service.place.told[-1].stage is ApprovalStage.APPROVED
    assert not service.perform({**PARAMS, "amount": "41.00"}).ok
    assert service.perform(PARAMS).error == "not_approved", "an act that was changed has used the yes up"
    assert service.place.bank.done == []


def test_answered_twice_names_who_was_first_and_changes_nothing(asked: Given) -> None:
    service, ana, one = asked
    ana.post(f"/approvals/{one['approval']}/approve", version=one["version"])
    status, answer = service.page("ben").post(f"/approvals/{one['approval']}/approve", version=one["version"])
    assert (status, answer["detail"]) == (409, "Ana has approved this already.")
    assert service.perform(PARAMS).ok
    assert service.place.bank.done == [PARAMS]
    assert ("ben", "approval.approve", "refused") in service.place.noted.notes


def test_after_the_deadline_it_is_refused_with_a_sentence(asked: Given) -> None:
    service, ana, one = asked
    service.place.clock.now += 60
    status, answer = ana.post(f"/approvals/{one['approval']}/approve", version=one["version"])
    assert status == 409
    assert "time for this decision was up" in answer["detail"]
    assert not service.perform(PARAMS).ok


def test_a_change_over_the_limit_says_what_the_limit_is(asked: Given) -> None:
    service, ana, one = asked
    status, answer = ana.post(f"/approvals/{one['approval']}/edit", version=one["version"], values={"amount": "150"})
    assert (status, "5.00 to 100.00" in answer["detail"]) == (409, True)
    status, _ = ana.post(f"/approvals/{one['approval']}/edit", version=one["version"], values={"amount": "20"})
    assert status == 200
    assert service.place.told[-1] == ApprovalNews("k1", ApprovalStage.EDITED, {"amount": "20.00"})


def test_a_stale_page_is_told_to_look_again(asked: Given) -> None:
    _, ana, one = asked
    status, answer = ana.post(f"/approvals/{one['approval']}/approve", version=one["version"] + 1)
    assert (status, "Look at it again" in answer["detail"]) == (409, True)


def test_a_no_takes_one_of_the_reasons(asked: Given) -> None:
    service, ana, one = asked
    assert ana.post(f"/approvals/{one['approval']}/reject", version=one["version"], reason="because")[0] == 409
    assert ana.post(f"/approvals/{one['approval']}/reject", version=one["version"], reason="correct")[0] == 200
    assert service.place.told[-1] == ApprovalNews("k1", ApprovalStage.REJECTED, {}, "correct")


def test_without_the_role_nobody_sees_or_decides(asked: Given) -> None:
    service, _, one = asked
    lea = service.page("lea")
    assert lea.client.get("/desk/api/approvals").status_code == 403
    assert lea.post(f"/approvals/{one['approval']}/approve", version=one["version"])[0] == 403


def test_another_page_may_not_decide_for_them(asked: Given) -> None:
    _, ana, one = asked
    path = f"/desk/api/approvals/{one['approval']}/approve"
    body = {"version": one["version"]}
    assert ana.client.post(path, json=body, headers={"origin": "https://elsewhere.example"}).status_code == 403
    assert ana.client.post(path, json=body, headers={"origin": HOST}).status_code == 403


def test_supervisors_see_it_from_the_reminder_on(asked: Given) -> None:
    service, _, one = asked
    sam = service.page("sam")
    assert sam.shown()["approvals"] == []
    service.propose("90.00")
    assert len(sam.shown()["approvals"]) == 1, "at once where it takes two people"
    assert sam.post(f"/approvals/{one['approval']}/take", version=one["version"])[0] == 409


@pytest.mark.parametrize(
    "body",
    [{}, {"version": 0}, {"version": "new"}, {"version": 1, "values": {"amount": 20}}, {"version": 1, "more": 1}],
)
def test_a_body_that_is_none_is_refused(asked: Given, body: dict[str, object]) -> None:
    _, ana, one = asked
    assert ana.post(f"/approvals/{one['approval']}/edit", **body)[0] == 422


def test_a_socket_without_a_ticket_is_closed(service: Service) -> None:
    ana = service.page("ana")
    socket, hello = ana.live()
    with socket as live:
        live.send_json({**hello, "ticket": "none"})
        with pytest.raises(WebSocketDisconnect) as closed:
            live.receive_json()
    assert closed.value.code == 4004


def test_nobody_there_is_told_to_the_caller_at_once(service: Service) -> None:
    service.propose()
    assert service.place.told == [ApprovalNews("k1", ApprovalStage.NOBODY)]


# --- questions --------------------------------------------------------------------------------------------------------


def question(service: Service) -> None:
    service.client.portal.call(service.place.question, "do you take foreign coins")  # type: ignore[union-attr]


def test_a_question_is_answered_once_told_and_kept_for_the_knowledge(service: Service) -> None:
    ana, ben = service.page("ana"), service.page("ben")
    socket, hello = ana.live()
    with socket as live:
        live.send_json(hello)
        live.receive_json()
        question(service)
        (one,) = live.receive_json()["questions"]
        assert one["text"] == "do you take foreign coins"
        answer = "Only at\n\u202eHarbor Street. Call 4155550123."
        assert ana.post(f"/questions/{one['question']}/answer", text=answer)[0] == 200
        status, refused = ben.post(f"/questions/{one['question']}/answer", text="No.")
    assert (status, refused["detail"]) == (409, "Ana has answered this already.")
    told = service.place.told[-1]
    assert isinstance(told, ColleagueNews)
    assert told.text.startswith("Only at Harbor Street.")
    assert "4155550123" not in told.text
    (kept,) = service.place.kept
    assert (kept.question, kept.answered_by, kept.answer) == ("do you take foreign coins", "ana", told.text)


@pytest.mark.parametrize("text", ["", "   ", "x" * 301])
def test_an_answer_that_cannot_be_said_is_refused(service: Service, text: str) -> None:
    ana = service.page("ana")
    socket, hello = ana.live()
    with socket as live:
        live.send_json(hello)
        live.receive_json()
        question(service)
        (one,) = live.receive_json()["questions"]
        status, refused = ana.post(f"/questions/{one['question']}/answer", text=text)
    assert (status, "300 characters" in refused["detail"]) == (409, True)
    assert not service.place.kept


def test_a_supervisor_asks_for_a_caller_and_somebody_else_answers(service: Service) -> None:
    sam, ana = service.page("sam"), service.page("ana")
    status, asked = sam.post(f"/calls/{CALL}/questions", text="Is the branch open on Monday?")
    assert status == 200
    assert sam.post(f"/questions/{asked['question']}/answer", text="Yes.")[0] == 409
    assert ana.post(f"/questions/{asked['question']}/answer", text="Yes.")[0] == 200
    assert service.place.told[-1].text == "Yes."  # type: ignore[union-attr]
    assert sam.post("/calls/another/questions", text="Is it?")[0] == 409


def test_an_agent_asks_nothing_for_a_caller_of_somebody_else_s(service: Service) -> None:
    status, refused = service.page("ben").post(f"/calls/{CALL}/questions", text="Is the branch open on Monday?")
    assert status == 409
    assert "supervisor" in refused["detail"]
    assert service.page("ana").shown()["questions"] == []
    assert ("ben", "consult.ask", "refused") in service.place.noted.notes


def test_a_supervisor_has_one_question_open_at_a_time_for_a_caller(service: Service) -> None:
    sam = service.page("sam")
    assert sam.post(f"/calls/{CALL}/questions", text="Is the branch open on Monday?")[0] == 200
    status, refused = sam.post(f"/calls/{CALL}/questions", text="And on Tuesday?")
    assert (status, refused["detail"]) == (409, "Your last question for this caller is still open.")
    assert len(service.page("ana").shown()["questions"]) == 1
