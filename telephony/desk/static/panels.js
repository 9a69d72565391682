// The service's alarms, and the brief: each line opens its turn in the conversation and plays the caller's own words.

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
  const row = make("dd", part);
  const words = make("span", "", part === "issue" ? `“${line.text.replace(/^["“]|["”]$/g, "")}”` : line.text);
  words.dir = "auto"; // a name that turns the line round must not turn the buttons behind it
  row.append(words);
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
