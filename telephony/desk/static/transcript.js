// The conversation: lines as they come, both sides labelled, searchable, and the turns a brief's line points at.

import { byId, clock, make, show } from "./dom.js";

const WHO = { caller: "Caller", agent: "You", system: "Assistant" };

export class Transcript {
  #lines = new Map(); // record → {line, element}
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
    list.append(element);
    if (quietly) return;
    if (follow) toEnd(list);
    else show("newest", true);
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
