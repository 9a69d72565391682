"""What the settings may say of sign-in, and the sentence where they say something else."""

import pytest

from telephony.access.roles import Role
from telephony.assembly.signing_in import oidc_settings
from telephony.errors import ConfigError
from telephony.settings import parse

OIDC = {"issuer": "https://login.example/realms/house/", "client_id": "warmline", "roles": {"leads": "supervisor"}}
PUBLIC = {"public_url": "https://desk.example/"}


def test_an_organisation_s_sign_in_is_read_with_its_roles_and_the_secret_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("WARMLINE_OIDC_SECRET", "s")
    read = oidc_settings(parse({"service": PUBLIC, "desk": {"oidc": OIDC}}, origin="here"))
    assert read is not None
    assert read.issuer == OIDC["issuer"]  # to the last slash: tokens must name the same
    assert read.redirect_uri == "https://desk.example/desk/oidc/callback"
    assert read.roles == {"leads": Role.SUPERVISOR} and read.secret == "s"


def test_without_its_secret_nothing_starts(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("WARMLINE_OIDC_SECRET", raising=False)
    with pytest.raises(ConfigError, match="a secret in WARMLINE_OIDC_SECRET expected"):
        oidc_settings(parse({"service": PUBLIC, "desk": {"oidc": OIDC}}, origin="here"))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"desk": {"oidc": OIDC}}, "public_url: an address expected"),
        ({"service": PUBLIC, "desk": {"oidc": {**OIDC, "issuer": "http://login.example"}}}, "an https:// address"),
        ({"service": PUBLIC, "desk": {"oidc": {**OIDC, "roles": {}}}}, "roles"),
        ({"service": PUBLIC, "desk": {"oidc": {**OIDC, "roles": {"leads": "king"}}}}, "leads"),
        ({"service": PUBLIC, "desk": {"demo_sign_in": True}}, "demo_sign_in: false expected"),
        ({"desk": {"demo_people": [{"id": "x", "name": "X", "roles": ["agent"]}]}}, "who takes calls is listed"),
        (
            {"desk": {"demo_people": [{"id": "x", "name": n, "roles": ["admin"]} for n in "XY"]}},
            "each once expected, got x",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_was_expected(table: dict[str, object], said: str):
    with pytest.raises(ConfigError, match=said):
        parse(table, origin="here")
