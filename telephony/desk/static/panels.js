// The panels beside the conversation: brief, frustration, wrap-up. Each takes a value from the feed and shows it.

import { byId, make, setText, show } from "./dom.js";

const PARTS = {
  who: "Who",
  issue: "Issue, in their words",
  why: "Why a person now",
  tried: "Tried, done, promised",
  next: "Do next",
  entities: "Exact details",
};

// What is not as it should be with the whole service; it goes when all is well again.
export function showAlarms(notices) {
  show("alarms", notices.length > 0);
  byId("alarms").replaceChildren(...notices.map((text) => make("li", "", text)));
}

// point(turns): shows where in the conversation a line comes from
export function showBrief(brief, point) {
  show("brief", Boolean(brief));
  if (!brief) return;
  setText("brief-title", `Brief${brief.version > 1 ? `, version ${brief.version}` : ""}`);
  const parts = byId("brief-parts");
  parts.replaceChildren();
  for (const { part, lines } of brief.parts) {
    parts.append(make("dt", "", PARTS[part] ?? part));
    const known = lines.filter((line) => line.text !== "not known"); // how the brief says that a part is blank
    if (!known.length) parts.append(make("dd", "blank", "not known"));
    for (const line of known) parts.append(briefLine(part, line, point));
  }
}

function briefLine(part, line, point) {
  const row = make("dd", part, part === "issue" ? `“${line.text.replace(/^["“]|["”]$/g, "")}”` : line.text);
  if (line.clip) {
    const play = make("button", "turn", "▶ hear it");
    play.type = "button";
    play.setAttribute("aria-label", "Play the caller's own words");
    play.addEventListener("click", () => playClip(line.clip, play));
    row.append(play);
  }
  if (line.turns.length) {
    const button = make("button", "turn", `↗ ${line.turns.join(", ")}`);
    button.type = "button";
    button.setAttribute("aria-label", `Show turn ${line.turns.join(", ")} in the conversation`);
    button.addEventListener("click", () => point(line.turns));
    row.append(button);
  }
  return row;
}

let playing = null; // one clip at a time

function playClip(address, button) {
  playing?.pause();
  playing = new Audio(address);
  playing.play().catch(() => {
    button.textContent = "cannot be played";
    button.disabled = true;
  });
}

const mood = (level) => (level < 0.35 ? "calm" : level < 0.65 ? "uneasy" : "upset");

export function showMood(judged) {
  show("mood", judged.length > 0);
  if (!judged.length) return;
  const last = judged.at(-1);
  const now = byId("mood-now");
  setText("mood-now", `${mood(last.level)}, ${Math.round(last.level * 100)} %`);
  now.classList.toggle("hot", last.level >= 0.65);
  setText("mood-why", last.reasons.join(" · "));
  byId("mood-why").title = last.reasons.join("\n");
  draw(judged);
}

function draw(judged) {
  const svg = byId("mood-line");
  const from = judged[0].at_ms;
  const span = Math.max(1, judged.at(-1).at_ms - from);
  const points = judged.map(({ at_ms, level }) => `${((at_ms - from) / span) * 600},${58 - level * 56}`);
  if (points.length === 1) points.push(`600,${58 - judged[0].level * 56}`);
  const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
  line.setAttribute("points", points.join(" "));
  const half = document.createElementNS("http://www.w3.org/2000/svg", "line");
  for (const [name, value] of Object.entries({ x1: 0, x2: 600, y1: 30, y2: 30 })) half.setAttribute(name, value);
  svg.replaceChildren(half, line);
}

export function showWrapUp(wrapup) {
  const form = byId("wrapup");
  const fresh = wrapup && form.dataset.call !== wrapup.call;
  show("wrapup", Boolean(wrapup));
  if (!wrapup) {
    delete form.dataset.call;
    return;
  }
  if (!fresh) return; // what the agent has written stays
  form.dataset.call = wrapup.call;
  setText("wrapup-name", `Wrap up: ${wrapup.caller}`);
  byId("summary").value = wrapup.summary;
  const choices = byId("dispositions");
  choices.replaceChildren(...wrapup.choices.map((choice, i) => disposition(choice, i, wrapup.disposition)));
  (choices.querySelector("input:checked") ?? choices.querySelector("input"))?.focus();
}

function disposition(choice, i, suggested) {
  const label = make("label");
  const radio = make("input");
  radio.type = "radio";
  radio.name = "disposition";
  radio.value = choice.code;
  radio.checked = choice.code === suggested;
  label.append(radio, make("kbd", "", String(i + 1)), make("span", "", choice.label));
  if (choice.code === suggested) label.append(make("span", "quiet", "suggested"));
  return label;
}
