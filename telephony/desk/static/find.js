// Finding words in the conversation: every place is marked, Enter goes to the next, Shift Enter to the one before.

import { byId, make, setText, show } from "./dom.js";

export class Finder {
  #all;
  #needle = "";
  #found = []; // the lines' elements, in their order
  #at = -1;

  // all(): {line, element} of each line
  constructor(all) {
    this.#all = all;
    byId("find").addEventListener("input", (event) => this.#look(event.target.value));
    byId("find").addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.#step(event.shiftKey ? -1 : 1);
    });
    byId("find-next").addEventListener("click", () => this.#step(1));
    byId("find-before").addEventListener("click", () => this.#step(-1));
  }

  // Other lines are shown: the same words are looked for in them.
  again() {
    this.#look(byId("find").value);
  }

  // One more line.
  another({ line, element }) {
    if (!this.#needle || !mark(line, element, this.#needle)) return;
    this.#found.push(element);
    this.#say();
  }

  #look(value) {
    const before = this.#found;
    this.#needle = value.trim().toLocaleLowerCase();
    this.#found = [];
    for (const element of before) unmark(element);
    if (this.#needle) for (const { line, element } of this.#all()) if (mark(line, element, this.#needle)) this.#found.push(element);
    this.#at = this.#found.length; // the newest is the first that Shift Enter, or the first look, goes to
    if (this.#found.length) this.#step(-1);
    else this.#say();
  }

  #step(by) {
    const count = this.#found.length;
    if (!count) return;
    this.#found[this.#at]?.classList.remove("here");
    this.#at = (this.#at + by + count) % count;
    const element = this.#found[this.#at];
    element.classList.add("here");
    element.scrollIntoView({ block: "center" });
    this.#say();
  }

  #say() {
    const count = this.#found.length;
    for (const id of ["find-next", "find-before"]) show(id, count > 1);
    setText("find-count", this.#needle && (count ? `${this.#at + 1} of ${count}` : "not said"));
  }
}

// Text stays as it was written: where letters change their number as they become small, nothing is cut.
function mark(line, element, needle) {
  const small = line.text.toLocaleLowerCase();
  const at = small.indexOf(needle);
  if (at < 0) return false;
  const text = element.querySelector(".text");
  const end = at + needle.length;
  const same = small.length === line.text.length;
  if (same) text.replaceChildren(line.text.slice(0, at), make("mark", "", line.text.slice(at, end)), line.text.slice(end));
  element.classList.add("found");
  return true;
}

function unmark(element) {
  const text = element.querySelector(".text");
  text.textContent = text.textContent; // in one piece again, without marks
  element.classList.remove("found", "here");
}
