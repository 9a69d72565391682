// The table of calls: one row each, changed in place, so that nothing flickers under the eye.

import { byId, clock, make, setText, show } from "./dom.js";
import { inOrder, now, state } from "./wallstate.js";

const STATES = { ringing: "Ringing", system: "Assistant", seeking: "Seeking a person", held: "on hold" };
const TRENDS = { 1: ["↑", "rising"], "-1": ["↓", "falling"], 0: ["", ""] };
const LEVELS = { 2: "now", 1: "soon" };

export const withWhom = (row) =>
  row.state === "held" ? `${row.agent}, on hold` : row.state === "talking" ? row.agent : STATES[row.state];

const rows = new Map(); // call → {tr, cells, row}
let chosen = "";
let choose = () => {};

let me = ""; // of the supervisors, whoever looks

export const chosenCall = () => chosen;

export function onChoose(act, supervisor) {
  choose = act;
  me = supervisor;
}

export function pick(call) {
  rows.get(chosen)?.tr.removeAttribute("aria-current");
  chosen = call;
  const one = rows.get(call);
  one?.tr.setAttribute("aria-current", "true");
  one?.tr.scrollIntoView({ block: "nearest" });
}

// The row above (-1) or below (1) the chosen one.
export function step(by) {
  const order = inOrder();
  const at = order.findIndex((row) => row.call === chosen);
  const next = order[Math.min(order.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
  if (next) choose(next.call);
}

export function showRows() {
  const order = inOrder();
  const body = byId("calls");
  for (const [call, { tr }] of rows) {
    if (state.calls.has(call)) continue;
    tr.remove();
    rows.delete(call);
  }
  let before = null;
  for (const row of order) {
    const one = rows.get(row.call) ?? add(row);
    if (one.row !== row) fill(one, row);
    const place = before ? before.nextSibling : body.firstChild;
    if (place !== one.tr) move(body, one.tr, place);
    before = one.tr;
  }
  setText("calls-count", order.length ? `${order.length}` : "");
  show("no-calls", !order.length);
  tickRows();
}

// Moving an element takes the focus from what is in it.
function move(body, tr, place) {
  const focused = tr.contains(document.activeElement) ? document.activeElement : null;
  body.insertBefore(tr, place);
  focused?.focus({ preventScroll: true });
}

export function tickRows() {
  const at = now();
  for (const { row, cells } of rows.values()) {
    const text = clock(at - row.state_since);
    if (cells.time.textContent !== text) cells.time.textContent = text;
  }
}

function add(row) {
  const tr = make("tr");
  const who = make("th");
  who.scope = "row";
  const button = make("button", "who");
  button.type = "button";
  button.dir = "auto";
  button.addEventListener("click", () => choose(row.call));
  who.append(button);
  const cells = { who: button };
  tr.append(who);
  for (const [name, className] of [["with", ""], ["time", "number"], ["about", ""], ["mood", ""], ["look", "look"]]) {
    cells[name] = make("td", className);
    tr.append(cells[name]);
  }
  cells.meter = make("meter");
  cells.percent = make("span", "number");
  cells.sign = make("span");
  cells.sign.setAttribute("aria-hidden", "true");
  cells.trend = make("span", "reader-only");
  const mood = make("span", "mood");
  mood.append(cells.meter, cells.percent, cells.sign, cells.trend);
  cells.mood.append(mood);
  tr.addEventListener("click", (event) => event.target.closest("button") || choose(row.call));
  if (row.call === chosen) tr.setAttribute("aria-current", "true");
  const one = { tr, cells, row: null };
  rows.set(row.call, one);
  return one;
}

function fill(one, row) {
  const { tr, cells } = one;
  one.row = row;
  cells.who.textContent = row.who;
  cells.with.textContent = [withWhom(row), ...row.supervised.map(([who]) => `+ ${who === me ? "you" : who}`)].join(" ");
  cells.about.textContent = row.intent;
  cells.about.title = row.intent;
  Object.assign(cells.meter, { min: 0, max: 1, low: 0.35, high: 0.65, optimum: 0, value: row.frustration });
  cells.meter.setAttribute("aria-label", "Frustration");
  cells.percent.textContent = `${Math.round(row.frustration * 100)} %`;
  const [sign, words] = TRENDS[row.trend];
  cells.sign.textContent = sign;
  cells.trend.textContent = words;
  cells.look.textContent = row.alert?.why ?? "";
  cells.look.title = row.alert?.why ?? "";
  tr.className = LEVELS[row.alert?.level] ?? "";
}
