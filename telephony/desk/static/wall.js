// The supervisor's page: what the feed says is shown, what the supervisor decides is sent. See the modules for each part.

import { get } from "./api.js";
import { byId, chip, make, press, say, setText, show } from "./dom.js";
import { Feed } from "./feed.js";
import { shortcuts } from "./keys.js";
import { showNav } from "./nav.js";
import { leave as toSignIn, seated } from "./session.js";
import { Acts } from "./wallacts.js";
import { chosenCall, onChoose, pick, showRows, step, tickRows, withWhom } from "./wallrows.js";
import { state, take } from "./wallstate.js";
import * as talk from "./walltalk.js";
import { showTop, tickTop } from "./walltop.js";

const MODES = { listen: "listening", coach: "coaching", barge: "barged in", took_over: "yours" };
const HERE_MS = 60_000;
const ENDED = { not_yours: "The wall is for supervisors.", expired: "You were signed out after a long time." };

const me = await seated({ waiting: (note) => say("notice", note) });
const said = new Map(); // call → the alert that was told last
const acts = new Acts(me.ice_servers ?? [], { changed: showChosen, trouble: notice });
const feed = new Feed({ message, link, ended }, "/wall/feed");
let lastHere = 0;
let linked = false;

setText("me", me.name);
showNav(me.pages);
window.warmlinePhone = acts.phone; // for whoever wants its statistics

// --- the feed ---

function message(told) {
  if (told.type === "transcript") return told.call === chosenCall() && talk.reset(told.lines, told.earlier);
  if (told.type === "lines") return told.call === chosenCall() && talk.add(told.lines);
  take(told);
  if (told.type === "snapshot") {
    for (const { call, alert } of state.calls.values()) said.set(call, alert?.why);
    if (where() && !acts.phone.busy) goOn();
  }
  announce(told.calls);
  showRows();
  showTop();
  showChosen();
}

// Alerts alone are read out, and each once.
function announce(rows) {
  const fresh = rows.filter(({ call, alert }) => alert && said.get(call) !== alert.why);
  for (const { call, alert } of rows) said.set(call, alert?.why);
  if (fresh.length) setText("said-to-reader", fresh.map((row) => `${row.who}: ${row.alert.why}`).join(". "));
}

// The page was reloaded in the middle of a call.
function goOn() {
  chooseCall(where().call);
  doing(() => acts.resume(mine(where()) !== "listen"))();
}

function link(how) {
  if (how === "connected" && !linked) feed.send({ v: 1, type: "follow", call: chosenCall() });
  linked = how === "connected";
  setText("link", how === "connected" ? "" : "Connection lost, trying again…");
}

function ended(why) {
  if (ENDED[why]) return notice(ENDED[why]);
  toSignIn("You were signed out.");
}

// --- the chosen call ---

function chooseCall(call) {
  if (call === chosenCall()) return;
  pick(call);
  talk.reset([], 0);
  setText("whispered", "");
  feed.send({ v: 1, type: "follow", call });
  showChosen();
}

const mine = (row) => row?.supervised.find(([who]) => who === me.agent)?.[1] ?? "";
const where = () => [...state.calls.values()].find((row) => mine(row));

function showChosen() {
  const row = state.calls.get(chosenCall());
  const mode = mine(row);
  const at = where();
  const person = row && (row.state === "talking" || row.state === "held");
  setText("chosen-who", row ? row.who : chosenCall() ? "This call is over" : "No call chosen");
  setText("chosen-state", row ? [withWhom(row), row.intent, row.queue && `waits for ${title(row.queue)}`].filter(Boolean).join(" · ") : "");
  show("chosen-alert", Boolean(row?.alert));
  setText("chosen-alert", row?.alert?.why ?? "");
  chip("chosen-mode", MODES[mode] ?? "");
  for (const [id, its] of Object.entries({ listen: "listen", coach: "coach", barge: "barge", "take-over": "took_over" })) {
    byId(id).disabled = !row;
    press(id, mode === its);
  }
  show("leave", Boolean(at));
  setText("leave-text", mine(at) === "took_over" ? "Give back" : at && at !== row ? `Leave ${at.who}` : "Leave");
  show("whisper", Boolean(row) && !person);
}

const title = (queue) => state.queues.find((one) => one.queue === queue)?.title ?? queue;

// --- what the supervisor does ---

const attend = (mode) => async () => {
  const call = chosenCall();
  if (state.calls.has(call)) await acts.take(call, mode);
};

async function takeOver() {
  const row = state.calls.get(chosenCall());
  if (!row) return;
  setText("sure-text", `${row.agent || "The assistant"} is let go, and you talk with ${row.who}.`);
  byId("sure").showModal();
}

async function whisper(kind, more) {
  const call = chosenCall();
  if (!state.calls.has(call)) return;
  await acts.whisper(call, kind, more);
  setText("whispered", "Whispered. The transcript shows what becomes of it.");
}

async function sayIt() {
  await whisper("say", { text: byId("whisper-text").value });
  byId("whisper-text").value = "";
}

function notice(text) {
  say("notice", text, "Close", () => say("notice", ""));
}

function doing(act) {
  return (...given) =>
    Promise.resolve()
      .then(() => act(...given))
      .catch((error) => notice(error.message))
      .finally(showChosen);
}

// --- hands ---

const DEEDS = {
  listen: doing(attend("listen")), coach: doing(attend("coach")), barge: doing(attend("barge")),
  "take-over": doing(takeOver), leave: doing(() => where() && acts.leave()),
  offer: doing(() => whisper("offer", { intent: byId("offers").value })),
  person: doing(() => whisper("person")), slower: doing(() => whisper("slower")),
};
for (const [id, act] of Object.entries(DEEDS)) byId(id).addEventListener("click", () => act());
byId("whisper").addEventListener("submit", (event) => {
  event.preventDefault();
  doing(sayIt)();
});
byId("sure").addEventListener("close", () => {
  if (byId("sure").returnValue === "yes") doing(attend("take-over"))();
  byId("sure").returnValue = "";
});
onChoose(chooseCall, me.agent);
const whispers = (id) => () => byId("whisper").hidden || DEEDS[id]();
shortcuts({
  active: () => byId("keys-on").checked && !byId("sure").open,
  keys: {
    l: DEEDS.listen, c: DEEDS.coach, b: DEEDS.barge, t: DEEDS["take-over"], x: DEEDS.leave,
    w: () => byId("whisper").hidden || byId("whisper-text").focus(),
    o: whispers("offer"), p: whispers("person"), s: whispers("slower"),
    arrowdown: () => step(1), arrowup: () => step(-1),
  },
  digit: () => {},
  escape: () => {
    say("notice", "");
    document.activeElement?.blur();
  },
});
for (const kind of ["pointerdown", "keydown"]) {
  document.addEventListener(kind, () => {
    if (performance.now() - lastHere < HERE_MS) return;
    lastHere = performance.now();
    feed.send({ v: 1, type: "here" });
  });
}
byId("keys-on").checked = localStorage.getItem("keys") !== "off";
byId("keys-on").addEventListener("change", (event) => localStorage.setItem("keys", event.target.checked ? "on" : "off"));
window.addEventListener("beforeunload", (event) => {
  if (mine(where()) === "took_over") event.preventDefault(); // asks first: the caller would wait
});
setInterval(() => {
  tickRows();
  tickTop();
}, 1000);

const config = await get("/desk/api/wall/config").catch((error) => notice(error.message));
if (config) {
  byId("whisper-text").maxLength = config.text_max;
  byId("offers").replaceChildren(...config.offers.map(({ intent, title: name }) => Object.assign(make("option", "", name), { value: intent })));
  showChosen();
  feed.start();
}
