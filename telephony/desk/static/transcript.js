// The conversation: lines as they come, both sides labelled, the turns a brief's line points at. Long ones stay quick:
// style.css lets the browser draw only what is in sight, and lines that come together are added together.

import { byId, clock, make, show } from "./dom.js";
import { Finder } from "./find.js";

const SAYING_MS = 5000; // words so far that nothing follows go: the utterance came to nothing
const WHO = { caller: "Caller", agent: "You", system: "Assistant" };

export class Transcript {
  #lines = new Map(); // record → {line, element}
  #turns = new Map(); // turn → its elements
  #saying = new Map(); // speaker → {element, timer}
  #finder = new Finder(() => this.#lines.values());
  #follows = true; // the newest line is kept in sight, also where the list changes its height

  constructor() {
    const list = byId("lines");
    list.addEventListener("scroll", () => {
      this.#follows = atEnd(list);
      show("newest", !this.#follows);
    });
    new ResizeObserver(() => this.#follows && toEnd(list)).observe(list);
    byId("newest").addEventListener("click", () => toEnd(list));
  }

  reset(lines = [], earlier = 0) {
    this.#lines.clear();
    this.#turns.clear();
    for (const speaker of this.#saying.keys()) this.#said(speaker);
    const list = byId("lines");
    const before = earlier ? [make("li", "note", `${earlier} earlier lines are in the record`)] : [];
    const fresh = lines.filter((line) => !this.#lines.has(line.record)).map((line) => this.#element(line));
    list.replaceChildren(...before, ...fresh);
    this.#finder.again();
    toEnd(list);
    show("newest", false);
  }

  add(line) {
    if (this.#lines.has(line.record)) return;
    const list = byId("lines");
    const follow = atEnd(list);
    const element = this.#element(line);
    this.#said(line.speaker);
    list.append(element, ...[...this.#saying.values()].map((one) => one.element)); // what goes on stays last
    this.#finder.another({ line, element });
    if (follow) toEnd(list);
    else show("newest", true);
  }

  #element(line) {
    const element = make("li", line.speaker + (line.unclear ? " unclear" : ""));
    const text = make("span", "text", line.text);
    text.dir = "auto";
    if (line.speaker !== "note") element.append(make("span", "at", clock(line.at_ms / 1000)), make("span", "who", WHO[line.speaker]));
    if (line.unclear) text.title = "Not clearly understood";
    element.append(text);
    this.#lines.set(line.record, { line, element });
    if (line.turn !== null) this.#turns.set(line.turn, [...(this.#turns.get(line.turn) ?? []), element]);
    return element;
  }

  // Words so far of an utterance that goes on: its line takes their place.
  saying({ speaker, text }) {
    const list = byId("lines");
    const follow = atEnd(list);
    this.#said(speaker);
    const element = make("li", `${speaker} saying`);
    const words = make("span", "text", `${text} …`);
    words.dir = "auto";
    element.append(make("span", "at"), make("span", "who", WHO[speaker]), words);
    list.append(element);
    this.#saying.set(speaker, { element, timer: setTimeout(() => this.#said(speaker), SAYING_MS) });
    if (follow) toEnd(list);
  }

  #said(speaker) {
    const { element, timer } = this.#saying.get(speaker) ?? {};
    clearTimeout(timer);
    element?.remove();
    this.#saying.delete(speaker);
  }

  // Marks the lines of these turns and brings the first into sight.
  point(turns) {
    for (const element of byId("lines").querySelectorAll(".pointed")) element.classList.remove("pointed");
    const elements = turns.flatMap((turn) => this.#turns.get(turn) ?? []);
    for (const element of elements) element.classList.add("pointed");
    elements[0]?.scrollIntoView({ block: "center" });
  }
}

const atEnd = (list) => list.scrollHeight - list.scrollTop - list.clientHeight < 40;

// Again after each of two frames: what comes into sight may be taller than it was taken for.
function toEnd(list, frames = 2) {
  list.scrollTop = list.scrollHeight;
  if (frames) requestAnimationFrame(() => toEnd(list, frames - 1));
}
