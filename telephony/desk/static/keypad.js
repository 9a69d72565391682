// A number that the caller keys for the agent: which one is asked for, and that it is stopped. N opens, a digit chooses.

import { get, post } from "./api.js";
import { byId, make, setText, show } from "./dom.js";
import { state } from "./state.js";

export function showKeypad(talking) {
  show("keypad", talking);
  if (!talking || state.call.keying) keypadOpen(false);
  setText("keypad-text", state.call?.keying ? "Stop the keys" : "Keypad");
}

// `doing` reports what goes wrong.
export async function keypad(doing) {
  const { call } = state;
  if (call?.stage !== "talking" || call.host) return;
  if (call.keying) return post(`/desk/api/calls/${call.call}/keypad/stop`);
  if (choosing()) return keypadOpen(false);
  const numbers = await get("/desk/api/keypad");
  byId("numbers").replaceChildren(...numbers.map(({ name, title }, i) => choice(title, i, doing(() => ask(call.call, name)))));
  keypadOpen(true);
  byId("numbers").querySelector("button")?.focus();
}

function choice(title, i, act) {
  const button = make("button");
  button.type = "button";
  const words = make("span", "", title);
  words.dir = "auto";
  button.append(words, " ", ...(i < 9 ? [make("kbd", "", String(i + 1))] : []));
  button.addEventListener("click", act);
  return button;
}

async function ask(call, what) {
  keypadOpen(false);
  await post(`/desk/api/calls/${call}/keypad`, { what });
}

export function keypadOpen(open) {
  show("numbers", open);
  byId("keypad").setAttribute("aria-expanded", String(open));
}

export const choosing = () => !byId("numbers").hidden;

export const numberKey = (n) => byId("numbers").querySelectorAll("button")[n - 1]?.click();
