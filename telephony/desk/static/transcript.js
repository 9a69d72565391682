// The conversation: lines as they come, both sides labelled, the turns a brief's line points at. Long ones stay quick:
// style.css lets the browser draw only what is in sight, and lines that come together are added together.

import { byId, clock, make, show } from "./dom.js";
import { Finder } from "./find.js";

const SAYING_MS = 5000; // words so far that nothing follows go: the utterance came to nothing
const WHO = { caller: "Caller", agent: "You", system: "Assistant" };

export class Transcript {
  #lines = new Map(); // record → {line, element}
  #turns = new Map(); // turn → its elements
  #saying = new Map(); // speaker and name → {element, timer}
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
    for (const voice of this.#saying.keys()) this.#said(voice);
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
    this.#said(voice(line));
    list.append(element, ...[...this.#saying.values()].map((one) => one.element)); // what goes on stays last
    this.#finder.another({ line, element });
    if (follow) toEnd(list);
    else show("newest", true);
  }

  #element(line) {
    const element = make("li", line.speaker + (line.unclear ? " unclear" : ""));
    const text = make("span", "text", line.text);
    text.dir = "auto";
    if (line.speaker !== "note") element.append(make("span", "at", clock(line.at_ms / 1000)), who(line));
    if (line.unclear) text.title = "Not clearly understood";
    element.append(text);
    this.#lines.set(line.record, { line, element });
    if (line.turn !== null) this.#turns.set(line.turn, [...(this.#turns.get(line.turn) ?? []), element]);
    return element;
  }

  // Words so far of an utterance that goes on: its line takes their place.
  saying(said) {
    const { speaker, text } = said;
    const list = byId("lines");
    const follow = atEnd(list);
    this.#said(voice(said));
    const element = make("li", `${speaker} saying`);
    const words = make("span", "text", `${text} …`);
    words.dir = "auto";
    element.append(make("span", "at"), who(said), words);
    list.append(element);
    this.#saying.set(voice(said), { element, timer: setTimeout(() => this.#said(voice(said)), SAYING_MS) });
    if (follow) toEnd(list);
  }

  #said(voice) {
    const { element, timer } = this.#saying.get(voice) ?? {};
    clearTimeout(timer);
    element?.remove();
    this.#saying.delete(voice);
  }

  // Marks the lines of these turns and brings the first into sight.
  point(turns) {
    for (const element of byId("lines").querySelectorAll(".pointed")) element.classList.remove("pointed");
    const elements = turns.flatMap((turn) => this.#turns.get(turn) ?? []);
    for (const element of elements) element.classList.add("pointed");
    elements[0]?.scrollIntoView({ block: "center" });
  }
}

const voice = ({ speaker, name }) => `${speaker} ${name ?? ""}`;

function who({ speaker, name }) {
  const element = make("span", "who", name || WHO[speaker]);
  element.dir = "auto";
  return element;
}

const atEnd = (list) => list.scrollHeight - list.scrollTop - list.clientHeight < 40;

// Again after each of two frames: what comes into sight may be taller than it was taken for.
function toEnd(list, frames = 2) {
  list.scrollTop = list.scrollHeight;
  if (frames) requestAnimationFrame(() => toEnd(list, frames - 1));
}
