"""The demo's backend: a real small database of members, accounts, cards and appointments.

Every deed is done in one transaction together with its receipt, so a key acts once even across a crash.
"""

import hashlib
import hmac
import json
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta
from pathlib import Path

from telephony.backends.demo_schema import create, hashed
from voice.events import ActionDone

Facts = dict[str, str]
Run = Callable[[Callable[[], ActionDone]], Awaitable[ActionDone]]

SLOTS = {"morning": ("09:00", "10:00", "11:00"), "afternoon": ("14:00", "15:00", "16:00")}
SPOKEN_TIMES = {"09:00": "9 o'clock", "10:00": "10 o'clock", "11:00": "11 o'clock",
                "14:00": "2 o'clock", "15:00": "3 o'clock", "16:00": "4 o'clock"}  # fmt: skip
DISPUTE_DAYS = 90
KEPT_UNDER_KEY = frozenset({"block_card", "open_dispute", "transfer", "reset_password", "book_appointment",
                            "refund_fee"})  # fmt: skip


class Refused(Exception):
    """The bank says no; the word is the action's own."""


class DemoBank:
    """Implements `voice.dialogue.backend.Backend`. `run` carries the blocking call out elsewhere (a pool); without it
    the call is made in place, which takes about a millisecond."""

    def __init__(self, path: Path | str = ":memory:", *, today: date, run: Run | None = None) -> None:
        self._today = today
        self._run = run
        self._lock = threading.Lock()
        self._db = sqlite3.connect(str(path), check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        create(self._db, lambda ago: (today - timedelta(days=ago)).isoformat())

    async def perform(self, action: str, params: Mapping[str, str], key: str) -> ActionDone:
        if self._run is None:
            return self.perform_now(action, params, key)
        return await self._run(lambda: self.perform_now(action, params, key))

    def perform_now(self, action: str, params: Mapping[str, str], key: str) -> ActionDone:
        """Does it once. The same key with another request is refused with "key_reused"."""
        deed = _DEEDS.get(action)
        if deed is None:
            return ActionDone(action, key, False, error="unknown_action")
        with self._lock:
            try:
                return self._once(deed, action, dict(params), key)
            except sqlite3.Error:
                return ActionDone(action, key, False, error="unreachable")  # rolled back: nothing was done

    def close(self) -> None:
        self._db.close()

    def _once(self, deed: "Deed", action: str, params: Facts, key: str) -> ActionDone:
        request = json.dumps([action, params], sort_keys=True)
        request = hashlib.sha256(request.encode()).hexdigest()  # a PIN may be in it
        kept = self._db.execute("select * from receipt where key = ?", (key,)).fetchone()
        if kept is not None:
            if kept["request"] != request:
                return ActionDone(action, key, False, error="key_reused")
            return ActionDone(
                action, key, kept["error"] is None, json.loads(kept["facts"]), kept["number"], kept["error"]
            )
        with self._db:
            try:
                facts, error = deed(self._db, params, self._today), None
            except Refused as refusal:
                facts, error = {}, str(refusal)
            number = f"HL{hashlib.sha256(key.encode()).hexdigest()[:6].upper()}" if error is None else None
            number = number if action in KEPT_UNDER_KEY else None
            if action in KEPT_UNDER_KEY:
                self._db.execute(
                    "insert into receipt values (?,?,?,?,?,?)", (key, action, request, number, json.dumps(facts), error)
                )
        return ActionDone(action, key, error is None, facts, number, error)


Deed = Callable[[sqlite3.Connection, Facts, date], Facts]


def _verify_member(db: sqlite3.Connection, params: Facts, today: date) -> Facts:
    row = db.execute("select * from member where number = ?", (params.get("member", ""),)).fetchone()
    salt = row["salt"] if row else "nobody"
    right = hmac.compare_digest(hashed(params.get("pin", ""), salt), row["pin"] if row else "")
    if not right:
        raise Refused("wrong")
    return {"name": row["name"], "first": row["first"], "tier": row["tier"], "since": row["since"]}


def _balance(db: sqlite3.Connection, params: Facts, today: date) -> Facts:
    rows = db.execute("select kind, cents from account where member = ?", (params["member"],)).fetchall()
    if not rows:
        raise Refused("no_account")
    return {row["kind"]: _money(row["cents"]) for row in rows}


def _recent_payments(db: sqlite3.Connection, params: Facts, today: date) -> Facts:
    rows = db.execute(
        "select day, what, cents from entry where member = ? order by day desc, id limit 3", (params["member"],)
    ).fetchall()
    if not rows:
        raise Refused("no_payments")
    lines = [f"{_dollars(abs(row['cents']))} {'to' if row['cents'] < 0 else 'from'} {row['what']}" for row in rows]
    return {"list": "; ".join(lines), "count": str(len(lines))}


def _block_card(db: sqlite3.Connection, params: Facts, today: date) -> Facts:
    card = db.execute("select * from card where member = ?", (params["member"],)).fetchone()
    if card is None:
        raise Refused("no_card")
    if card["state"] != "active":
        raise Refused("already_blocked")
    db.execute("update card set state = 'blocked' where ending = ?", (card["ending"],))
    return {"card": " ".join(card["ending"])}


def _open_dispute(db: sqlite3.Connection, params: Facts, today: date) -> Facts:
    since = (today - timedelta(days=DISPUTE_DAYS)).isoformat()
    entry = db.execute(
        "select * from entry where member = ? and cents = ? and day >= ? order by day desc",
        (params["member"], -_cents(params["amount"]), since),
    ).fetchone()
    if entry is None:
        raise Refused("no_such_charge")
    if entry["disputed"] is not None:
        raise Refused("already_open")
    db.execute("update entry set disputed = ? where id = ?", (today.isoformat(), entry["id"]))
    return {"merchant": entry["what"], "day": entry["day"]}


def _transfer(db: sqlite3.Connection, params: Facts, today: date) -> Facts:
    cents = _cents(params["amount"])
    source, target = params["from_account"], params["to_account"]
    held = {
        row["kind"]: row["cents"]
        for row in db.execute("select kind, cents from account where member = ?", (params["member"],))
    }
    if source not in held or target not in held or source == target:
        raise Refused("no_account")
    if cents <= 0 or held[source] < cents:
        raise Refused("insufficient_funds")
    for kind, change in ((source, -cents), (target, cents)):
        db.execute(
            "update account set cents = cents + ? where member = ? and kind = ?", (change, params["member"], kind)
        )
    return {"left": _money(held[source] - cents)}


def _refund_fee(db: sqlite3.Connection, params: Facts, today: date) -> Facts:
    cents = _cents(params["amount"])
    has = db.execute("select 1 from account where member = ? and kind = 'checking'", (params["member"],)).fetchone()
    if has is None or cents <= 0:
        raise Refused("no_account")
    db.execute("update account set cents = cents + ? where member = ? and kind = 'checking'", (cents, params["member"]))
    db.execute(
        "insert into entry (member, account, day, what, cents) values (?,'checking',?,'fee given back',?)",
        (params["member"], today.isoformat(), cents),
    )
    return {}


def _reset_password(db: sqlite3.Connection, params: Facts, today: date) -> Facts:
    row = db.execute("select email from member where number = ?", (params["member"],)).fetchone()
    if row is None or row["email"] is None:
        raise Refused("no_email")
    name, _, host = row["email"].partition("@")
    return {"email": f"the address beginning with {name[0].upper()} at {host}"}


def _book_appointment(db: sqlite3.Connection, params: Facts, today: date) -> Facts:
    day = date.fromisoformat(params["day"])
    if day.weekday() > 4 or day < today:
        raise Refused("closed")
    taken = {row["time"] for row in db.execute("select time from appointment where day = ?", (day.isoformat(),))}
    free = next((time for time in SLOTS.get(params["part"], ()) if time not in taken), None)
    if free is None:
        raise Refused("slot_taken")
    db.execute("insert into appointment values (?,?,?,?)", (day.isoformat(), params["part"], free, params["member"]))
    return {"time": SPOKEN_TIMES[free]}


def _cents(amount: str) -> int:
    dollars, _, cents = amount.partition(".")
    return int(dollars) * 100 + int((cents + "00")[:2])


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _dollars(cents: int) -> str:
    return f"{cents // 100} dollars" + (f" and {cents % 100} cents" if cents % 100 else "")


_DEEDS: dict[str, Deed] = {
    "verify_member": _verify_member,
    "balance": _balance,
    "recent_payments": _recent_payments,
    "block_card": _block_card,
    "open_dispute": _open_dispute,
    "transfer": _transfer,
    "refund_fee": _refund_fee,
    "reset_password": _reset_password,
    "book_appointment": _book_appointment,
}
