"""The demo bank's tables and its invented members. PINs are stored as salted hashes, money as whole cents."""

import hashlib
import sqlite3
from collections.abc import Callable

TABLES = """
create table member (
    number text primary key, name text not null, first text not null, salt text not null, pin text not null,
    tier text not null, since text not null, email text
);
create table account (
    member text not null references member(number), kind text not null, cents integer not null check (cents >= 0),
    primary key (member, kind)
);
create table entry (
    id integer primary key, member text not null, account text not null, day text not null, what text not null,
    cents integer not null, disputed text
);
create table card (ending text primary key, member text not null, state text not null);
create table appointment (
    day text not null, part text not null, time text not null, member text not null, primary key (day, time)
);
create table receipt (
    key text primary key, action text not null, request text not null, number text, facts text not null, error text
);
"""

# Invented people; addresses in the reserved example.com. No number or PIN begins with 0: that key is a person.
# number, name, first name, PIN, tier, since, e-mail, cents in checking, cents in savings, card
MEMBERS = (
    (
        "204713",
        "Dana Whitfield",
        "Dana",
        "4821",
        "standard",
        "2014",
        "dana.whitfield@example.com",
        124_050,
        530_000,
        "7731",
    ),
    (
        "318562",
        "Marcus Oyelaran",
        "Marcus",
        "1957",
        "premier",
        "2003",
        "m.oyelaran@example.com",
        890_215,
        4_210_000,
        "2086",
    ),
    ("427190", "Ines Cordeiro", "Ines", "7364", "standard", "2021", None, 8_640, 15_000, "5519"),
    (
        "536048",
        "Walter Brandt",
        "Walter",
        "2468",
        "standard",
        "1988",
        "wbrandt@example.com",
        301_999,
        1_875_050,
        "9042",
    ),
    (
        "645921",
        "Priya Raman",
        "Priya",
        "9135",
        "premier",
        "2010",
        "priya.raman@example.com",
        1_502_030,
        6_000_000,
        "1178",
    ),
)
ENTRIES = (
    ("204713", "checking", 1, "Corner Market", -4_215), ("204713", "checking", 2, "Streamly subscription", -8_400),
    ("204713", "checking", 3, "City Power", -11_830), ("204713", "checking", 5, "paycheck", 215_000),
    ("318562", "checking", 1, "Grand Hotel", -61_250), ("318562", "checking", 4, "Streamly subscription", -8_400),
    ("427190", "checking", 2, "Bus pass", -6_500), ("427190", "checking", 6, "Corner Market", -2_310),
    ("536048", "checking", 1, "Garden Center", -8_999), ("536048", "checking", 3, "pension", 184_000),
    ("645921", "checking", 2, "Airline ticket", -48_760), ("645921", "checking", 3, "Corner Market", -3_105),
)  # fmt: skip  # member, account, days ago, what, cents


def create(db: sqlite3.Connection, days_before: Callable[[int], str]) -> None:
    """Makes and fills the tables, unless they are there. `days_before(n)`: the ISO date n days ago."""
    if db.execute("select 1 from sqlite_master where name = 'member'").fetchone():
        return
    with db:
        db.executescript(TABLES)
        for number, name, first, pin, tier, since, email, checking, savings, card in MEMBERS:
            salt = hashlib.sha256(f"harbor {number}".encode()).hexdigest()[:16]
            db.execute(
                "insert into member values (?,?,?,?,?,?,?,?)",
                (number, name, first, salt, hashed(pin, salt), tier, since, email),
            )
            db.executemany(
                "insert into account values (?,?,?)", [(number, "checking", checking), (number, "savings", savings)]
            )
            db.execute("insert into card values (?,?,'active')", (card, number))
        db.executemany(
            "insert into entry (member, account, day, what, cents) values (?,?,?,?,?)",
            [(m, account, days_before(ago), what, cents) for m, account, ago, what, cents in ENTRIES],
        )


def hashed(pin: str, salt: str) -> str:
    return hashlib.pbkdf2_hmac("sha256", pin.encode(), salt.encode(), 20_000).hex()
