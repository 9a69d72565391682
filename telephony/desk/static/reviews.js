// The review page: a call with what the system judged beside each turn, marked by keys.
import { get, post, Refused } from "./api.js";
import { byId, make, press, say, setText, show, spoken } from "./dom.js";
import { shortcuts } from "./keys.js";
import { showNav } from "./nav.js";
import { changeKeys, showChanges } from "./reviewchanges.js";
import { leave, seated } from "./session.js";

const KINDS = { intent: "wanted", mood: "sounded", escalation: "person", brief: "brief" };
const WHO = { caller: "Caller", system: "Assistant", agent: "Agent" };
const AGAIN_MS = 5000; // an empty queue is asked for again so often: a call may have ended meanwhile

let intents = [];
let queue = [];
let call = null; // as the service tells it
let at = 0; // the judgement that keys mark
let view = "calls";
let sound = null;

async function asked(work) {
  try {
    const found = await work();
    say("notice", "");
    return found;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 401) leave(error.message);
    say("notice", error.message);
    return null;
  }
}

// --- the queue -----------------------------------------------------------------------------------------------------

async function showQueue() {
  const found = await asked(() => get("/desk/api/reviews"));
  if (!found) return;
  ({ queue, intents } = found);
  show("queue-empty", queue.length === 0);
  const { n, agreed, kappa } = found.agreement;
  setText("agreement", n ? `Two reviewers agree on ${agreed} of ${n} judgements; kappa ${kappa === null ? "cannot be told yet" : kappa.toFixed(2)}` : "No call was reviewed by two people yet.");
  byId("queue").replaceChildren(...queue.map((one) => {
    const item = make("li");
    const button = make("button", "", when(one));
    button.type = "button";
    button.dataset.call = one.call;
    button.append(make("span", "why", one.why.join(", ") + (one.raters > 1 ? "; two reviewers" : "")));
    button.addEventListener("click", () => open(one.call));
    item.append(button);
    return item;
  }));
}

const when = ({ wall, seconds }) => `${new Date(wall * 1000).toLocaleString()}, ${spoken(seconds)}`;

async function open(id) {
  const found = await asked(() => get(`/desk/api/reviews/calls/${encodeURIComponent(id)}`));
  if (!found) return;
  call = found;
  at = Math.max(0, call.judgements.findIndex((one) => one.right === null));
  for (const button of byId("queue").querySelectorAll("button")) {
    if (button.dataset.call === id) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
  show("call", true);
  const queued = queue.find((one) => one.call === id);
  setText("call-title", queued ? `Call of ${when(queued)}` : "Call");
  leaveWrong();
  draw();
}

async function next() {
  await showQueue();
  if (queue.length) return open(queue[0].call);
  call = null;
  show("call", false);
}

// --- one call --------------------------------------------------------------------------------------------------------

function draw() {
  const rows = call.turns.map((turn) => {
    const row = make("li", turn.speaker);
    const text = make("span", "text", turn.text || "(not understood)");
    text.dir = "auto";
    row.append(make("span", "who", WHO[turn.speaker] ?? turn.speaker), text);
    if (turn.plays) {
      const button = make("button", "play", "Play");
      button.type = "button";
      button.setAttribute("aria-label", `Play what the caller said in turn ${turn.turn}`);
      button.addEventListener("click", () => play(turn.turn));
      row.append(button);
    }
    const own = judged((one) => turn.speaker === "caller" && one.turn === turn.turn && one.kind !== "brief" && one.kind !== "escalation");
    if (own) row.append(own);
    return row;
  });
  const whole = make("li", "system");
  whole.append(make("span", "who", "The whole call"));
  const rest = judged((one) => one.kind === "brief" || one.kind === "escalation");
  if (rest) whole.append(rest);
  byId("turns").replaceChildren(...rows, whole);
  byId("turns").querySelector("li.at")?.scrollIntoView({ block: "nearest" });
}

function judged(wanted) {
  const own = call.judgements.map((one, n) => [one, n]).filter(([one]) => wanted(one));
  if (!own.length) return null;
  const list = make("ul", "judged");
  list.append(...own.map(([one, n]) => {
    const item = make("li", n === at ? "at" : "");
    if (n === at) item.setAttribute("aria-current", "true");
    const said = make("span", "said", told(one));
    said.dir = "auto";
    item.append(make("span", "kind", KINDS[one.kind]), said);
    if (one.right !== null) item.append(make("span", one.right ? "right" : "wrong", one.right ? "right" : `wrong: ${answered(one)}`));
    item.append(button("Right", `Right: ${KINDS[one.kind]} ${told(one)}`, () => go(n, right)), button("Wrong", `Wrong: ${KINDS[one.kind]} ${told(one)}`, () => go(n, wrong)));
    return item;
  }));
  return list;
}

function button(text, label, act) {
  const made = make("button", "", text);
  made.type = "button";
  made.setAttribute("aria-label", label);
  made.addEventListener("click", act);
  return made;
}

function go(n, act) {
  at = n;
  act();
}

const title = (name) => intents.find((one) => one.name === name)?.title || name.replaceAll("_", " ");

function told(one) {
  if (one.kind === "intent") return one.said === "nothing" ? "nothing of ours" : title(one.said);
  if (one.kind === "escalation") return one.said === "nobody" ? "nobody was called" : `called after turn ${one.turn}: ${one.said}`;
  return one.said;
}

function answered(one) {
  if (one.kind === "intent") return one.answer === "nothing" ? "nothing of ours" : title(one.answer);
  if (one.kind !== "escalation") return one.answer;
  return one.answer === "nobody" ? "nobody was needed" : `needed by the caller's turn ${one.answer}`;
}

async function play(turn) {
  sound?.pause();
  sound = new Audio(`/desk/api/reviews/calls/${encodeURIComponent(call.call)}/clips/${turn}`);
  try {
    await sound.play();
  } catch {
    say("notice", "This sentence is not in the recording.");
  }
}

async function keep(one, body) {
  const found = await asked(() => post(`/desk/api/reviews/calls/${encodeURIComponent(call.call)}/marks`, { judgement: one.id, ...body }));
  if (!found) return false;
  Object.assign(one, { right: body.right, answer: found.answer, note: body.note ?? "" });
  setText("status", body.right ? "Marked right" : "Marked wrong");
  const open = call.judgements.findIndex((other, n) => n > at && other.right === null);
  if (open >= 0) at = open;
  draw();
  return true;
}

function right() {
  leaveWrong();
  keep(call.judgements[at], { right: true });
}

// Moods have two sides; everything else wants an answer.
function wrong() {
  const one = call.judgements[at];
  if (one.kind === "mood") return keep(one, { right: false });
  const choices = choicesOf(one);
  for (const id of ["answer-choice", "answer-choice-label"]) show(id, choices.length > 0);
  for (const id of ["answer-text", "answer-text-label"]) show(id, choices.length === 0);
  byId("answer-choice").replaceChildren(...choices.map(([value, text]) => Object.assign(make("option", "", text), { value })));
  byId("answer-text").value = one.right === false ? one.answer : "";
  byId("note").value = one.note;
  setText("wrong-title", `${KINDS[one.kind]}: ${told(one)}`);
  draw();
  show("wrong", true);
  byId(choices.length ? "answer-choice" : "answer-text").focus();
}

function choicesOf(one) {
  if (one.kind === "intent") {
    return [...intents.map(({ name }) => [name, title(name)]), ["nothing", "nothing of ours"]].filter(([value]) => value !== one.said);
  }
  if (one.kind !== "escalation") return [];
  const turns = call.turns.filter((turn) => turn.nth > 0).map((turn) => [String(turn.nth), `A person by “${turn.text.slice(0, 60)}”`]);
  return one.said === "nobody" ? turns : [["nobody", "Nobody was needed"], ...turns];
}

function leaveWrong() {
  show("wrong", false);
}

async function finish() {
  if (!call) return;
  const left = call.judgements.filter((one) => one.right === null).length;
  const found = await asked(() => post(`/desk/api/reviews/calls/${encodeURIComponent(call.call)}/done`));
  if (!found) return;
  setText("status", `Finished${left ? `, ${left} judgements not marked` : ""}; ${found.changes.length} changes proposed`);
  await next();
}

function step(by) {
  if (!call) return;
  at = Math.min(call.judgements.length - 1, Math.max(0, at + by));
  draw();
}

// --- the page --------------------------------------------------------------------------------------------------------

async function turnTo(which) {
  view = which;
  show("calls", which === "calls");
  show("changes", which === "changes");
  press("show-calls", which === "calls");
  press("show-changes", which === "changes");
  if (which === "changes") await asked(showChanges);
  else await showQueue();
}

const changes = changeKeys(asked);
const inCall = (act) => () => (view === "calls" ? call && act() : undefined);
shortcuts({
  active: () => byId("keys-on").checked,
  keys: {
    q: () => turnTo("calls"),
    g: () => turnTo("changes"),
    j: () => (view === "calls" ? step(1) : changes.step(1)),
    k: () => (view === "calls" ? step(-1) : changes.step(-1)),
    p: inCall(() => play(call.judgements[at].turn)),
    n: inCall(finish),
    s: () => view === "changes" && changes.act("sign"),
    x: () => view === "changes" && changes.act("refuse"),
    b: () => view === "changes" && changes.act("roll-back"),
  },
  digit: (n) => inCall(() => (n === 1 ? right() : n === 2 && wrong()))(),
  escape: leaveWrong,
});
byId("show-calls").addEventListener("click", () => turnTo("calls"));
byId("show-changes").addEventListener("click", () => turnTo("changes"));
byId("done").addEventListener("click", finish);
byId("wrong-leave").addEventListener("click", leaveWrong);
byId("wrong").addEventListener("submit", async (event) => {
  event.preventDefault();
  const one = call.judgements[at];
  const answer = byId("answer-choice").hidden ? byId("answer-text").value : byId("answer-choice").value;
  if (await keep(one, { right: false, answer, note: byId("note").value })) {
    leaveWrong();
    document.activeElement?.blur();
  }
});

const me = await seated({ waiting: (note) => say("notice", note) });
setText("me", me.name);
showNav(me.pages);
if (me.roles.includes("reviewer")) {
  await next();
  setInterval(() => view === "calls" && !call && !document.hidden && next(), AGAIN_MS);
} else {
  show("show-calls", false);
  await turnTo("changes");
}
