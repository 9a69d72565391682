// What colleagues are asked: acts that wait for a person's yes, and questions of callers. Shown in #asked, as the
// service says it; every decision goes back with the version it was made on, and the service decides whether it counts.

import { post } from "./api.js";
import { byId, clock, make, setText } from "./dom.js";
import { shortcuts } from "./keys.js";

const WAITS_MS = [300, 700, 1500, 3000, 5000];
const NO_TICKET = 4004;
const OUTCOME = {
  approved: "approved", edited: "approved with a change", rejected: "answered no", taken: "taken as a call",
  timed_out: "nobody decided in time", withdrawn: "not needed any more",
};

let shown = { approvals: [], questions: [], reasons: [] };
let came = 0;
let tries = 0;
let stopped = true;
let socket = null;
let working = ""; // what is being edited, refused or answered: its form stays while the rest changes
let point = () => {};

const now = () => performance.now() / 1000; // counts on from the service's seconds; what time it is here does not matter
const left = (one) => Math.max(0, one.seconds_left - (now() - came));

// --- the connection ---

// turnLink(call, turn): shows that turn, where the page can
export function openAsked({ turnLink = () => {}, keysOn = () => true } = {}) {
  point = turnLink;
  if (!stopped) return;
  stopped = false;
  connect();
  shortcuts({
    active: () => !byId("asked").hidden && keysOn(),
    keys: {
      y: () => click("yes"), e: () => click("edit"), n: () => click("no"), t: () => click("take"), q: () => click("answer"),
    },
    digit: (n) => byId("asked").querySelectorAll(".reason")[n - 1]?.click(),
    escape: () => put(""),
  });
  setInterval(tick, 500);
}

export function closeAsked() {
  stopped = true;
  socket?.close();
  take({ approvals: [], questions: [], reasons: [] });
}

async function connect() {
  if (stopped) return;
  let ticket;
  try {
    ({ ticket } = await post("/desk/api/ticket"));
  } catch {
    return again();
  }
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  socket = new WebSocket(`${scheme}//${location.host}/desk/api/approvals/live`);
  socket.onopen = () => socket.send(JSON.stringify({ v: 1, type: "hello", ticket }));
  socket.onmessage = (event) => {
    tries = 0;
    setText("asked-link", "");
    take(JSON.parse(event.data));
  };
  socket.onclose = (event) => (event.code === NO_TICKET && tries > 2 ? (stopped = true) : again());
}

function again() {
  if (stopped) return;
  if (byId("asked-link")) setText("asked-link", "Connection lost, trying again…");
  setTimeout(connect, WAITS_MS[Math.min(tries++, WAITS_MS.length - 1)]);
}

// --- what is shown ---

function take(message) {
  const known = new Set([...shown.approvals.map((a) => a.approval), ...shown.questions.map((q) => q.question)]);
  shown = message;
  came = now();
  draw();
  const fresh = [...shown.approvals.filter((a) => a.open && !known.has(a.approval)),
    ...shown.questions.filter((q) => !q.how && !known.has(q.question))];
  if (fresh.length) announce(fresh[0]);
}

function announce(one) {
  setText("asked-news", one.approval ? `${one.caller} needs a yes: ${one.title}, ${terms(one)}.` : `A question: ${one.text}`);
}

const terms = (one) => one.terms.map((t) => t.value).join(", ");

function draw() {
  const place = byId("asked");
  const any = shown.approvals.length + shown.questions.length > 0;
  place.hidden = !any && !place.dataset.always;
  const kept = working ? place.querySelector(`[data-id="${CSS.escape(working)}"] form`) : null;
  const typed = kept ? Object.fromEntries(new FormData(kept)) : null;
  const focused = kept?.contains(document.activeElement) ? document.activeElement.name : "";
  byId("asked-list").replaceChildren(...shown.approvals.map(approval), ...shown.questions.map(question));
  if (!any) byId("asked-list").append(make("p", "quiet", "Nothing waits for a yes."));
  if (typed) refill(typed, focused);
  firstKeys();
  tick();
}

// A form that somebody is writing in survives what others do meanwhile.
function refill(typed, focused) {
  const form = byId("asked").querySelector(`[data-id="${CSS.escape(working)}"] form`);
  for (const [name, value] of Object.entries(typed)) if (form?.elements[name]) form.elements[name].value = value;
  if (focused) form?.elements[focused]?.focus();
}

// Single keys act on the first that is open: only its buttons show them.
function firstKeys() {
  const seen = new Set();
  for (const button of byId("asked").querySelectorAll("button[data-act]")) {
    const first = !seen.has(button.dataset.act) && !button.disabled;
    seen.add(button.dataset.act);
    button.querySelector("kbd").hidden = !first;
    button.classList.toggle("first", first);
  }
}

function click(act) {
  byId("asked").querySelector(`button.first[data-act="${act}"]`)?.click();
}

function card(id, title, one) {
  const item = make("li", "asked-card");
  item.dataset.id = id;
  const top = make("div", "offer-top");
  const heading = make("h3", "", title);
  heading.dir = "auto";
  const timer = make("span", "asked-left clock");
  timer.title = "Time left";
  timer.dataset.of = id;
  top.append(heading, make("span", "grow"), timer);
  const who = make("p", "quiet");
  const name = make("bdi", "", one.caller);
  who.append(name, one.tier ? ` · ${one.tier}` : "");
  item.append(top, who);
  return item;
}

function approval(one) {
  const item = card(one.approval, one.title, one);
  const list = make("dl", "asked-terms");
  for (const term of one.terms) {
    list.append(make("dt", "", term.slot.replaceAll("_", " ")));
    list.append(make("dd", "", term.value === term.was ? term.value : `${term.value} (asked: ${term.was})`));
  }
  item.append(list, ...one.evidence.map((words) => quote(one.call, words)), make("p", "quiet", one.rule));
  if (one.needed > 1) item.append(make("p", "two", second(one)));
  if (!one.open) item.append(make("p", "asked-over", over(one)));
  else item.append(...(working === one.approval ? [form(one)] : [choices(one)]));
  return item;
}

const second = (one) =>
  one.yeses.length ? `${one.yeses.join(", ")} said yes. A second, different person has to.` : "This amount takes two different people.";

const over = (one) => (one.by ? `${OUTCOME[one.state]} by ${one.by}` : OUTCOME[one.state] ?? one.state);

function quote(call, { turn, text }) {
  const line = make("blockquote", "");
  const words = make("q", "", text);
  words.dir = "auto";
  const link = make("button", "turn", `turn ${turn}`);
  link.type = "button";
  link.addEventListener("click", () => point(call, turn));
  line.append(words, " ", link);
  return line;
}

function choices(one) {
  const buttons = make("div", "buttons");
  buttons.append(
    button("yes", "Approve", "Y", "go", () => decide(one, "approve"), one.mine),
    button("edit", "Change", "E", "", () => put(one.approval, "edit"), !one.terms.some((t) => t.limits)),
    button("no", "Say no", "N", "stop", () => put(one.approval, "reject")),
    button("take", "Take the call", "T", "", () => decide(one, "take"), !one.may_take),
  );
  return buttons;
}

function button(act, text, key, kind, click, disabled = false) {
  const made = make("button", kind, `${text} `);
  made.type = "button";
  made.dataset.act = act;
  made.disabled = disabled;
  made.append(make("kbd", "", key));
  made.addEventListener("click", click);
  return made;
}

let how = "";

function put(id, way = "") {
  working = id;
  how = way;
  draw();
  byId("asked").querySelector("form input, form textarea, form select, form .reason")?.focus();
}

function form(one) {
  const made = make("form", "notes");
  if (how === "reject") {
    made.append(make("p", "", "The caller is told:"));
    shown.reasons.forEach((reason, i) => {
      const choice = make("button", "reason", `${reason.text} `);
      choice.type = "button";
      choice.append(make("kbd", "", String(i + 1)));
      choice.addEventListener("click", () => decide(one, "reject", { reason: reason.code }));
      made.append(choice);
    });
  } else {
    for (const term of one.terms.filter((t) => t.limits)) made.append(field(term));
    const send = make("button", "primary", "Approve with this change ");
    send.append(make("kbd", "", "Enter"));
    made.append(send);
  }
  const back = make("button", "", "Back ");
  back.type = "button";
  back.append(make("kbd", "", "Esc"));
  back.addEventListener("click", () => put(""));
  made.append(back);
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    decide(one, "edit", { values: Object.fromEntries(new FormData(made)) });
  });
  return made;
}

function field({ slot, value, limits }) {
  const label = make("label", "", `${slot.replaceAll("_", " ")} ${bounds(limits)}`);
  let input;
  if (limits.values.length) {
    input = make("select");
    input.append(...limits.values.map((one) => new Option(one, one, one === value, one === value)));
  } else {
    input = make("input");
    input.inputMode = "decimal";
    input.value = value;
    input.autocomplete = "off";
  }
  input.name = slot;
  label.append(input);
  return label;
}

const bounds = ({ least, most }) => (most === null ? "" : `(${least ?? 0} to ${most})`);

function question(one) {
  const item = card(one.question, "A question for you", one);
  const text = make("q", "", one.text);
  text.dir = "auto";
  const asked = make("blockquote");
  asked.append(text);
  item.append(asked);
  if (one.asked_by) item.append(make("p", "quiet", `asked by ${one.asked_by}`));
  if (one.how) item.append(make("p", "asked-over", one.how === "answered" ? `answered by ${one.by}` : "not needed any more"));
  else item.append(working === one.question ? answering(one) : replies(one));
  return item;
}

function replies(one) {
  const buttons = make("div", "buttons");
  const pass = make("button", "", "I don't know");
  pass.type = "button";
  pass.addEventListener("click", () => send(`/desk/api/questions/${one.question}/pass`));
  buttons.append(button("answer", "Answer", "Q", "go", () => put(one.question, "answer")), pass);
  return buttons;
}

function answering(one) {
  const made = make("form", "notes");
  const label = make("label", "", "The caller hears: A colleague says: …");
  const words = make("textarea");
  words.name = "text";
  words.rows = 2;
  words.maxLength = 300;
  label.append(words);
  const go = make("button", "primary", "Send ");
  go.append(make("kbd", "", "Ctrl Enter"));
  made.append(label, go);
  words.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) made.requestSubmit();
  });
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    send(`/desk/api/questions/${one.question}/answer`, { text: words.value });
  });
  return made;
}

function tick() {
  const all = [...shown.approvals.filter((a) => a.open), ...shown.questions.filter((q) => !q.how)];
  for (const timer of byId("asked").querySelectorAll(".asked-left")) {
    const one = all.find((each) => (each.approval ?? each.question) === timer.dataset.of);
    timer.textContent = one ? clock(left(one)) : "";
    timer.classList.toggle("short", Boolean(one) && left(one) < 15);
  }
}

// --- what is decided ---

const decide = (one, act, more = {}) =>
  send(`/desk/api/approvals/${one.approval}/${act}`, { version: one.version, ...more });

// A refusal keeps the form, so that nothing written is lost; the sentence says what to do.
async function send(path, body = {}) {
  try {
    const answer = await post(path, body);
    working = "";
    complain("");
    take(answer);
  } catch (error) {
    complain(error.message);
  }
}

function complain(text) {
  setText("asked-trouble", text);
  byId("asked-trouble").hidden = !text;
}
