// The conversation: lines as they come, both sides labelled, searchable, and the turns a brief's line points at.

import { byId, clock, make, show } from "./dom.js";

const SAYING_MS = 5000; // words so far that nothing follows go: the utterance came to nothing
const WHO = { caller: "Caller", agent: "You", system: "Assistant" };

export class Transcript {
  #lines = new Map(); // record → {line, element}
  #saying = new Map(); // speaker → {element, timer}
  #earlier = 0;
  #needle = "";

  constructor() {
    const list = byId("lines");
    list.addEventListener("scroll", () => show("newest", !atEnd(list)));
    byId("newest").addEventListener("click", () => toEnd(list));
    byId("find").addEventListener("input", (event) => this.#find(event.target.value));
  }

  reset(lines = [], earlier = 0) {
    this.#lines.clear();
    for (const speaker of this.#saying.keys()) this.#said(speaker);
    this.#earlier = earlier;
    const list = byId("lines");
    list.replaceChildren();
    if (earlier) list.append(make("li", "note", `${earlier} earlier lines are in the record`));
    for (const line of lines) this.add(line, true);
    toEnd(list);
    show("newest", false);
  }

  add(line, quietly = false) {
    if (this.#lines.has(line.record)) return;
    const list = byId("lines");
    const follow = atEnd(list);
    const element = make("li", line.speaker + (line.unclear ? " unclear" : ""));
    if (line.speaker === "note") element.textContent = line.text;
    else {
      const text = make("span", "text");
      element.append(make("span", "at", clock(line.at_ms / 1000)), make("span", "who", WHO[line.speaker]), text);
      if (line.unclear) text.title = "Not clearly understood";
    }
    this.#lines.set(line.record, { line, element });
    this.#paint(line, element);
    this.#said(line.speaker);
    list.append(element, ...[...this.#saying.values()].map((one) => one.element)); // what goes on stays last
    if (quietly) return;
    if (follow) toEnd(list);
    else show("newest", true);
  }

  // Words so far of an utterance that goes on: its line takes their place.
  saying({ speaker, text }) {
    const list = byId("lines");
    const follow = atEnd(list);
    this.#said(speaker);
    const element = make("li", `${speaker} saying`);
    element.append(make("span", "at"), make("span", "who", WHO[speaker]), make("span", "text", `${text} …`));
    element.hidden = Boolean(this.#needle);
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

  has(turn) {
    return [...this.#lines.values()].some(({ line }) => line.turn === turn);
  }

  // Marks the lines of these turns and brings the first into sight.
  point(turns) {
    let first = null;
    for (const { line, element } of this.#lines.values()) {
      const on = turns.includes(line.turn);
      element.classList.toggle("pointed", on);
      if (on && !first) first = element;
    }
    first?.scrollIntoView({ block: "center" });
  }

  #find(needle) {
    this.#needle = needle.trim().toLocaleLowerCase();
    for (const { line, element } of this.#lines.values()) this.#paint(line, element);
  }

  #paint(line, element) {
    const at = this.#needle ? line.text.toLocaleLowerCase().indexOf(this.#needle) : -1;
    element.hidden = Boolean(this.#needle) && at < 0;
    if (line.speaker === "note") return;
    const text = element.querySelector(".text");
    if (at < 0) text.textContent = line.text;
    else {
      const end = at + this.#needle.length;
      text.replaceChildren(line.text.slice(0, at), make("mark", "", line.text.slice(at, end)), line.text.slice(end));
    }
  }
}

const atEnd = (list) => list.scrollHeight - list.scrollTop - list.clientHeight < 40;

function toEnd(list) {
  list.scrollTop = list.scrollHeight;
}
