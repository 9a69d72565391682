"""The tables. `entries` is the truth; the others are what it says, kept at hand for lists. See `projections.py`.

Types exist in SQLite and PostgreSQL alike. `_wall` are seconds since 1970 (UTC), `_ms` milliseconds of call time.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

ID = String(64)
WORD = String(64)

calls = Table(
    "calls",
    metadata,
    Column("id", ID, primary_key=True),
    Column("line", WORD),
    Column("direction", WORD),
    Column("caller", String(255)),
    Column("called", String(255)),
    Column("carrier_id", String(255)),
    Column("offered_wall", Double),
    Column("answered_wall", Double),
    Column("ended_wall", Double),
    Column("outcome", WORD),
    Column("ended_by", WORD),
    Column("reason", Text),
    Column("seconds", Double),
    Column("frustration", Double),  # the highest level of the call, 0..1
    Column("last_seq", Integer, nullable=False, default=0),
    Column("head", String(64), nullable=False, default=""),  # hash of the last entry: what is cut off is missed here
    Column("held", Boolean, nullable=False, default=False),  # legal hold: retention passes it by
    Column("erased_wall", Double),  # when retention removed the words
    Index("calls_by_time", "offered_wall"),
    Index("calls_by_caller", "caller", "offered_wall"),
    Index("calls_by_called", "called", "offered_wall"),
)

entries = Table(
    "entries",
    metadata,
    Column("call", ID, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("v", Integer, nullable=False),
    Column("at_ms", Integer, nullable=False),
    Column("wall", Double, nullable=False),
    Column("type", WORD, nullable=False),
    Column("body", Text, nullable=False),  # the entry's fields as JSON, in their order
    Column("hash", String(64), nullable=False),  # see audit.py
)

handoffs = Table(
    "handoffs",
    metadata,
    Column("id", ID, primary_key=True),
    Column("call", ID, nullable=False),
    Column("state", WORD),
    Column("why", Text),
    Column("agent", ID),  # the last one offered
    Column("accepted_by", WORD),
    Column("brief_version", Integer),
    Column("brief", Text),  # the newest, as JSON
    Column("first_ms", Integer),
    Column("bridged_ms", Integer),
    Column("over_ms", Integer),
    Index("handoffs_by_call", "call"),
    Index("handoffs_by_agent", "agent"),
)

callbacks = Table(
    "callbacks",
    metadata,
    Column("handoff", ID, primary_key=True),
    Column("call", ID, nullable=False),
    Column("number", String(32), nullable=False),
    Column("queue", WORD, nullable=False),
    Column("brief_version", Integer, nullable=False),
    Column("due", String(40)),  # ISO 8601 with zone
    Column("agreed_wall", Double, nullable=False),
    Column("done_wall", Double),  # open while NULL
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("next_wall", Double),  # no further try before
    Column("outcome", WORD),  # once done: telephony.promises.PromiseOver
    Index("callbacks_open", "done_wall", "agreed_wall"),
)

wrapups = Table(
    "wrapups",
    metadata,
    Column("call", ID, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("agent", ID, nullable=False),
    Column("disposition", WORD, nullable=False),
    Column("summary", Text, nullable=False),
    Column("wall", Double, nullable=False),
    Index("wrapups_by_agent", "agent"),
)

recordings = Table(
    "recordings",
    metadata,
    Column("call", ID, primary_key=True),
    Column("file", String(255), nullable=False),  # name inside the recordings folder
    Column("seconds", Double, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("started_wall", Double, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("wall", Double, nullable=False),
    Column("who", ID, nullable=False),
    Column("roles", String(255), nullable=False),  # as they were then, with blanks between
    Column("what", WORD, nullable=False),
    Column("call", ID, nullable=False),
    Column("outcome", WORD, nullable=False),
    Column("detail", Text, nullable=False),
    Column("hash", String(64), nullable=False),  # see audit.py
    Index("audit_by_who", "who"),
    Index("audit_by_call", "call"),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),  # its only row; locked while notes are added
    Column("last_seq", Integer, nullable=False),
    Column("head", String(64), nullable=False),
)

knowledge_candidates = Table(
    "knowledge_candidates",
    metadata,
    Column("id", ID, primary_key=True),
    Column("call", ID, nullable=False),
    Column("turn", Integer),  # the question's; null: asked from a desk
    Column("question", Text, nullable=False),  # redacted, as the answer
    Column("answer", Text, nullable=False),
    Column("answered_by", ID, nullable=False),
    Column("wall", Double, nullable=False),
    Index("knowledge_candidates_by_wall", "wall"),
)

users = Table(
    "users",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", String(255), nullable=False),
    Column("roles", String(255), nullable=False),  # with blanks between
    Column("hash", String(255), nullable=False),  # argon2 of the password; empty: none
    Column("subject", String(512), nullable=False),  # issuer and subject at the organisation's provider; empty: none
    Column("disabled", Boolean, nullable=False),
    Column("version", Integer, nullable=False),  # grows with every change after which sessions end
    Column("created_wall", Double, nullable=False),
    Column("signed_in_wall", Double),
    Index("users_by_subject", "subject"),
)

copilot_shown = Table(
    "copilot_shown",
    metadata,
    Column("call", ID, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("agent", ID, nullable=False),
    Column("shown", WORD, nullable=False),  # its id within the call
    Column("kind", WORD, nullable=False),  # prompt | answer | action
    Column("article", WORD, nullable=False),  # empty: nothing in the knowledge answered
    Column("question", Text, nullable=False),  # redacted
    Column("sure", Double, nullable=False),
    Column("mark", WORD, nullable=False),  # useful | not_useful | dismissed; empty: passed over
    Column("wall", Double, nullable=False),
    Index("copilot_shown_by_wall", "wall"),
)

review_marks = Table(
    "review_marks",
    metadata,
    Column("call", ID, primary_key=True),
    Column("judgement", WORD, primary_key=True),  # its id within the call
    Column("reviewer", ID, primary_key=True),
    Column("right", Boolean, nullable=False),
    Column("said", Text, nullable=False),
    Column("answer", Text, nullable=False),  # what is right; redacted, as the note
    Column("note", Text, nullable=False),
    Column("wall", Double, nullable=False),
)

reviewed_calls = Table(
    "reviewed_calls",
    metadata,
    Column("call", ID, primary_key=True),
    Column("reviewer", ID, primary_key=True),
    Column("wall", Double, nullable=False),
)

review_changes = Table(
    "review_changes",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("call", ID, nullable=False),  # that its words are from; empty: from many, or none
    Column("standing", WORD, nullable=False),
    Column("wall", Double, nullable=False),
    Column("body", Text, nullable=False),  # as JSON: telephony.reviews.changes.Change
    Index("review_changes_by_call", "call"),
)

review_steps = Table(
    "review_steps",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("change", String(128), nullable=False),
    Column("step", WORD, nullable=False),
    Column("standing", WORD, nullable=False),  # after it
    Column("who", ID, nullable=False),
    Column("wall", Double, nullable=False),
    Column("version", Integer),  # of what is published, once it is
    Index("review_steps_by_change", "change"),
)
