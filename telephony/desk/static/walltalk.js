// The transcript of the chosen call, as it grows.

import { byId, clock, make } from "./dom.js";

const WHO = { caller: "Caller", agent: "Agent", system: "Assistant" };
const KEPT = 500; // lines on the page

const shown = new Set(); // records

export function reset(lines, earlier) {
  shown.clear();
  byId("lines").replaceChildren();
  if (earlier) byId("lines").append(make("li", "note", `${earlier} earlier lines are in the record.`));
  add(lines);
  toEnd();
}

export function add(lines) {
  const list = byId("lines");
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 24;
  for (const line of lines) {
    if (shown.has(line.record)) continue;
    shown.add(line.record);
    list.append(item(line));
  }
  while (list.children.length > KEPT) list.firstChild.remove();
  if (atEnd) toEnd();
}

function toEnd() {
  const list = byId("lines");
  list.scrollTop = list.scrollHeight;
}

function item(line) {
  const row = make("li", line.speaker);
  if (line.speaker === "note") {
    row.textContent = line.text;
    return row;
  }
  if (line.unclear) row.classList.add("unclear");
  const text = make("span", "text", line.text);
  text.dir = "auto";
  row.append(make("span", "at", clock(line.at_ms / 1000)), make("span", "who", line.name || WHO[line.speaker]), text);
  return row;
}
