// The auditor's page: who did what, on which call, when, and how it ended; and whether the record of it holds.

import { get, Refused } from "./api.js";
import { byId, make, say, setText, show } from "./dom.js";
import { shortcuts } from "./keys.js";
import { showNav } from "./nav.js";
import { leave, seated } from "./session.js";

const me = await seated({ waiting: (note) => say("note", note) });
setText("me", me.name);
showNav(me.pages);

let last = 0; // the number of the earliest note shown

const asked = () => new URLSearchParams(["who", "what", "call"].map((id) => [id, byId(id).value.trim()]).filter(([, value]) => value));

async function doing(act) {
  say("note", "");
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 401) return leave(error.message);
    say("note", error.message);
  }
}

async function look(earlier) {
  const query = asked();
  byId("csv").href = `/desk/api/audit.csv?${query}`;
  if (earlier) query.set("before", last);
  const found = await get(`/desk/api/audit?${query}`);
  const rows = found.notes.map(row);
  if (earlier) byId("notes").append(...rows);
  else byId("notes").replaceChildren(...rows);
  last = found.notes.at(-1)?.seq ?? last;
  show("more", found.more);
  show("waiting", found.waiting > 0);
  setText("waiting", `${found.waiting} more wait to be kept: the record cannot be reached now.`);
  if (!earlier && !rows.length) say("note", "Nothing like this was noted.");
}

function row(note) {
  const made = make("tr");
  const cells = [note.time.replace("T", " ").replace("+00:00", " UTC"), note.who, note.roles.join(", "), note.what, note.call, note.outcome, note.detail];
  const number = make("th", "", String(note.seq));
  number.scope = "row";
  made.append(number, ...cells.map((text) => {
    const cell = make("td", text === "refused" || text === "failed" ? "bad" : "", text);
    cell.dir = "auto";
    return cell;
  }));
  return made;
}

async function check() {
  setText("holds", "Reading all of it…");
  const { holds, broken } = await get("/desk/api/audit/holds");
  byId("holds").className = holds ? "good" : "bad";
  setText("holds", holds ? "Every note is as it was written, and none is missing." : `Somebody has touched the record: ${broken}.`);
}

byId("wanted").addEventListener("submit", (event) => {
  event.preventDefault();
  doing(() => look(false));
});
const more = () => byId("more").hidden || doing(() => look(true));
byId("more").addEventListener("click", more);
byId("check").addEventListener("click", () => doing(check));
shortcuts({
  active: () => byId("keys-on").checked,
  keys: { v: () => doing(check), m: more },
  digit: () => {},
  escape: () => {},
});

await doing(() => look(false));
