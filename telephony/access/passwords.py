"""Passwords: how they are kept (argon2id), and which are taken.

Length counts, composition does not, and what everybody tries first is refused: NIST SP 800-63B, section 5.1.1.2. A long
PIN is a password of digits.
"""

import re
import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST = 12  # characters; the rule of this project's brief, NIST asks for 8
MOST = 128  # characters; argon2 reads them all, and a novel is an attack

# fmt: off
COMMONEST = frozenset({
    "password", "passwort", "motdepasse", "contrasena", "qwerty", "qwertyuiop", "qwertz", "azerty",
    "asdfgh", "asdfghjkl", "zxcvbnm", "iloveyou", "letmein", "welcome", "admin", "administrator", "login",
    "monkey", "dragon", "sunshine", "princess", "football", "baseball", "master", "superman", "batman",
    "shadow", "michael", "jordan", "trustno", "secret", "changeme", "changeit", "default", "temp", "test",
    "guest", "user", "root", "abc", "abcd", "abcdef", "abcdefgh", "qazwsx", "passw", "starwars", "whatever",
    "summer", "winter", "spring", "autumn", "hello", "freedom", "computer", "internet", "company",
    "callcenter", "callcentre", "supervisor", "agent", "warmline",
})
# fmt: on
"""Words that lists of leaked passwords begin with, and those that are near at hand here."""

ROWS = ("0123456789012345678901234567890", "9876543210987654321098765432109", "abcdefghijklmnopqrstuvwxyz")

HASHER = PasswordHasher()  # argon2id with argon2-cffi's defaults, RFC 9106's low-memory profile

_NOBODY = HASHER.hash(secrets.token_hex(16))


def hashed(password: str) -> str:
    """Takes tens of milliseconds of CPU."""
    return HASHER.hash(_normal(password))


def fits(kept: str, password: str) -> bool:
    """Takes tens of milliseconds of CPU, where nothing is kept (`kept` is empty) too: call it off the event loop."""
    try:
        return HASHER.verify(kept or _NOBODY, _normal(password)) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def objection(password: str, *, about: tuple[str, ...] = ()) -> str:
    """Why this password is not taken, as a sentence; empty: it is. `about`: the user's own names."""
    password = _normal(password)
    if len(password) < LEAST:
        return f"At least {LEAST} characters expected, got {len(password)}. A few words in a row are easy to remember."
    if len(password) > MOST:
        return f"At most {MOST} characters expected, got {len(password)}."
    if len(set(password.lower())) < 4 or any(password.lower() in row for row in ROWS):
        return "This repeats or counts: it is among the first that others would try."
    known = COMMONEST | {word for name in about for word in _words(name.lower())}
    readings = (password.lower(), password.lower().translate(_LOOKALIKES))
    if any(_common(re.sub(r"[\W\d_]+", "", said), password, known) for said in readings):
        return "This is among the first that others would try. A few words that have nothing to do with you are better."
    return ""


_LOOKALIKES = str.maketrans("@$!", "asi")


def _words(name: str) -> list[str]:
    """Of "kim.w": kim, and kimw."""
    return [*re.findall(r"[^\W\d_]{3,}", name), re.sub(r"[\W\d_]+", "", name)]


def _made_of(bare: str, known: frozenset[str] | set[str]) -> bool:
    """Whether these letters are known words and nothing else: "passwordpassword", "welcomeana"."""
    if not bare:
        return False
    reached = {0}
    for end in range(1, len(bare) + 1):
        if any(bare[begin:end] in known for begin in reached):
            reached.add(end)
    return len(bare) in reached


def _common(bare: str, password: str, known: frozenset[str] | set[str]) -> bool:
    """Known words; but digits of one's own, as many as a PIN has, make up for them."""
    return _made_of(bare, known) and len(password) - len(bare) < LEAST


def _normal(password: str) -> str:
    """As NIST has it: the same letters typed on another keyboard are the same password."""
    return unicodedata.normalize("NFKC", password)
