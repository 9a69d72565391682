// A colleague beside the agent: asked to join, while the two talk on; let go again. C opens, Alt and a digit choose.

import { get, post } from "./api.js";
import { byId, make, setText, show } from "./dom.js";
import { state } from "./state.js";

export function showBringIn(leads) {
  const { call } = state;
  show("bring-in", leads);
  if (!leads || call.asking || call.beside) bringInOpen(false);
  setText("bring-in-text", call?.beside ? "Let them go" : call?.asking ? "Stop asking" : "Bring in");
}

// Who is on the line too, or what became of whom was asked.
export function company(call) {
  if (call.host) return `${call.host} is on the line too, and leads the call. When they hang up, it is yours.`;
  if (call.beside) return `${call.beside} is on the line too. Hang up, and they go on with the caller.`;
  return call.asking ? `Asking ${call.asking} to join. You talk on meanwhile.` : call.colleague;
}

export async function bringIn() {
  const { call } = state;
  if (call?.stage !== "talking" || call.host) return;
  if (call.asking || call.beside) return post(`/desk/api/calls/${call.call}/colleague/let-go`);
  if (bringingIn()) return bringInOpen(false);
  bringInOpen(true);
  byId("join-notes").focus();
  const colleagues = await get("/desk/api/colleagues");
  const there = colleagues.map(({ id, name, busy }, i) => choice(id, busy ? `${name} (busy now)` : name, busy, i + 1));
  byId("join-who").replaceChildren(...(there.length ? there : [make("p", "quiet", "Nobody else is at work now.")]));
  const first = byId("join-who").querySelector("input:not(:disabled)");
  if (first) first.checked = true;
}

function choice(id, title, busy, i) {
  const label = make("label");
  const radio = make("input");
  Object.assign(radio, { type: "radio", name: "join-who", value: id, disabled: busy });
  const words = make("span", busy ? "quiet" : "", title);
  words.dir = "auto";
  label.append(radio, ...(i < 10 ? [make("kbd", "", `Alt ${i}`)] : []), words);
  return label;
}

export function bringInOpen(open) {
  const was = bringingIn();
  show("join-form", open);
  byId("bring-in").setAttribute("aria-expanded", String(open));
  if (!open && was) byId("join-notes").value = "";
}

export const bringingIn = () => !byId("join-form").hidden;

export const joinBy = (n) => byId("join-who").querySelectorAll("input")[n - 1]?.click();

export async function askToJoin() {
  const person = document.querySelector("input[name=join-who]:checked")?.value ?? "";
  if (!person) return;
  await post(`/desk/api/calls/${state.call?.call}/colleague`, { person, notes: byId("join-notes").value });
  bringInOpen(false);
}
