// Frustration over the call: a line with a dot for each judged turn, its reasons turn by turn, and what to do about it.

import { byId, clock, make, setText, show } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 600;
const HOT = 0.65;
const mood = (level) => (level < 0.35 ? "calm" : level < HOT ? "uneasy" : "upset");
const percent = (level) => `${Math.round(level * 100)} %`;

let drawn = ""; // the newest judged turn on the page

// point(turns): shows in the conversation what was said there
export function showMood(judged, point) {
  show("mood", judged.length > 0);
  if (!judged.length) return;
  const last = judged.at(-1);
  const known = `${last.call} ${last.record}`;
  if (known === drawn) return;
  drawn = known;
  setText("mood-now", `${mood(last.level)}, ${percent(last.level)}`);
  byId("mood-now").classList.toggle("hot", last.level >= HOT);
  setText("mood-why", last.reasons.join(" · "));
  byId("mood-why").title = last.reasons.join("\n");
  draw(judged);
  byId("mood-turns").replaceChildren(...judged.map((one) => turn(one, point)).reverse());
}

// What not to do comes first; a screen reader hears each new one when it is idle.
export function showHints(hints) {
  const place = byId("hints");
  show("hints", hints.length > 0);
  const known = JSON.stringify(hints);
  if (place.dataset.known === known) return;
  place.dataset.known = known;
  place.replaceChildren(...hints.map(({ kind, text }) => {
    const item = make("li", kind, text);
    item.dir = "auto";
    return item;
  }));
}

function turn({ turn: number, at_ms, level, reasons }, point) {
  const item = make("li");
  const open = make("button", "turn", `↗ ${number}`);
  open.type = "button";
  open.setAttribute("aria-label", `Show turn ${number} in the conversation`);
  open.addEventListener("click", () => point([number]));
  const words = make("span", "", reasons.join(" · ") || "nothing noticed");
  words.dir = "auto";
  item.append(make("span", "at", clock(at_ms / 1000)), make("strong", level >= HOT ? "hot" : "", percent(level)), words, open);
  return item;
}

function draw(judged) {
  const from = judged[0].at_ms;
  const span = Math.max(1, judged.at(-1).at_ms - from);
  const places = judged.map(({ at_ms, level }) => [6 + ((at_ms - from) / span) * (WIDTH - 12), 56 - level * 52]);
  const line = shape("polyline", { points: places.map((place) => place.join(",")).join(" ") });
  const half = shape("line", { x1: 0, x2: WIDTH, y1: 56 - HOT * 52, y2: 56 - HOT * 52 });
  const dots = places.map(([x, y], i) => dot(x, y, judged[i]));
  const highest = judged.reduce((a, b) => (b.level > a.level ? b : a));
  const said = `Frustration from ${percent(judged[0].level)} to ${percent(judged.at(-1).level)}, highest ${percent(highest.level)} at turn ${highest.turn}`;
  byId("mood-line").setAttribute("aria-label", said);
  byId("mood-line").replaceChildren(half, line, ...dots);
}

// A round end of a line without length: it stays round however wide the picture is drawn.
function dot(x, y, { turn: number, level, reasons }) {
  const made = shape("path", { d: `M ${x} ${y} h 0`, class: level >= HOT ? "hot" : "" });
  const title = shape("title", {});
  title.textContent = `Turn ${number}, ${percent(level)}: ${reasons.join(", ")}`;
  made.append(title);
  return made;
}

function shape(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
