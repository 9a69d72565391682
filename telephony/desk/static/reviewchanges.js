// Changes on the review page: what each would make otherwise, how its trial came out, and what may be done with it.
import { get, post } from "./api.js";
import { byId, make, setText, show } from "./dom.js";

const STANDINGS = { proposed: "waits for a signature", proving: "being tried on reviewed calls", published: "published", worse: "not published: something would get worse", refused: "refused", rolled_back: "rolled back" };
const MODES = { person: "a person", approval: "the system, after a yes", automatic: "the system" };
const AGAIN_MS = 2000;

let changes = [];
let at = 0;
let again = 0;
let ask = async (work) => work();

export async function showChanges() {
  const found = await get("/desk/api/reviews/changes");
  changes = found.changes;
  at = Math.min(at, Math.max(0, changes.length - 1));
  draw();
  byId("ladder").replaceChildren(...found.ladder.map(rung));
  clearTimeout(again);
  if (changes.some((one) => one.standing === "proving")) again = setTimeout(() => ask(showChanges), AGAIN_MS);
}

// asked(work): does it, and says what was refused
export function changeKeys(asked) {
  ask = asked;
  return {
    step(by) {
      at = Math.min(changes.length - 1, Math.max(0, at + by));
      draw();
    },
    act: (what) => changes[at] && does(changes[at], what),
  };
}

async function does(one, what) {
  const found = await ask(() => post(`/desk/api/reviews/changes/${encodeURIComponent(one.id)}/${what}`));
  if (!found) return;
  setText("status", `${one.title}: ${STANDINGS[found.standing]}`);
  await ask(showChanges);
}

function draw() {
  show("changes-empty", changes.length === 0);
  byId("change-list").replaceChildren(...changes.map(card));
  byId("change-list").querySelector(".at")?.scrollIntoView({ block: "nearest" });
}

function text(tag, className, words) {
  const made = make(tag, className, words);
  made.dir = "auto";
  return made;
}

function card(one, n) {
  const item = make("li", n === at ? "card at" : "card");
  if (n === at) item.setAttribute("aria-current", "true");
  item.append(text("h3", "", one.title));
  item.append(make("p", "quiet", `by ${one.author}, ${new Date(one.wall * 1000).toLocaleString()}`));
  for (const { what, was, now } of one.diff) {
    item.append(text("p", "quiet", what));
    const pre = make("pre");
    if (was) pre.append(text("del", "", was), document.createTextNode(" → "));
    pre.append(text("ins", "", now));
    item.append(pre);
  }
  for (const line of one.evidence) item.append(text("p", "quiet", line));
  const version = one.version === null ? "" : `, version ${one.version}`;
  item.append(make("p", `standing ${one.standing}`, `${STANDINGS[one.standing]}${one.signer ? `, by ${one.signer}` : ""}${version}`));
  for (const line of one.said) item.append(text("p", "", line));
  const buttons = make("div", "buttons");
  if (one.may_sign) buttons.append(act(one, n, "sign", "Sign and try", "S"), act(one, n, "refuse", "Refuse", "X"));
  if (one.may_roll_back) buttons.append(act(one, n, "roll-back", "Roll back", "B"));
  if (one.standing === "proposed" && one.yours) buttons.append(make("span", "quiet", "You wrote this: another person signs."));
  if (buttons.childElementCount) item.append(buttons);
  return item;
}

function act(one, n, what, words, key) {
  const button = make("button", what === "sign" ? "primary" : "", `${words} `);
  button.type = "button";
  button.setAttribute("aria-label", `${words}: ${one.title}`);
  if (n === at) button.append(make("kbd", "", key));
  button.addEventListener("click", () => does(one, what));
  return button;
}

function rung(one) {
  const row = make("tr");
  const name = make("th", "", one.intent.replaceAll("_", " "));
  name.scope = "row";
  const last = make("td");
  if (one.climbs_to) {
    const button = make("button", "", `Propose: ${MODES[one.climbs_to]}`);
    button.type = "button";
    button.addEventListener("click", async () => {
      if (await ask(() => post(`/desk/api/reviews/ladder/${encodeURIComponent(one.intent)}/climb`))) await ask(showChanges);
    });
    last.append(button);
  }
  row.append(name, make("td", "", MODES[one.mode]), make("td", "", one.calls ? `${one.right} of ${one.calls}` : "none yet"), make("td", "quiet", one.calls ? `${Math.round(100 * one.low)} %` : ""), last);
  return row;
}
