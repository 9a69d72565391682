// After the call: the draft, how it ended, and what the agent thought of what they were given. A right draft takes one key.

import { post } from "./api.js";
import { byId, make, press, setText, show, spoken } from "./dom.js";
import { now, state } from "./state.js";

// about → its question, its key (each press the next answer), its answers
const MARKS = {
  brief: ["Was the brief right?", "G", { good: "Yes", poor: "No" }],
  trigger: ["Did it need a person?", "R", { right: "Yes", earlier: "Yes, earlier", not_at_all: "No" }],
  suggestions: ["Did the co-pilot help?", "I", { good: "Yes", poor: "No" }],
};

// doing(act): an act for a button, which tells the agent what went wrong
export function showWrapUp(doing) {
  const { wrapup } = state;
  const form = byId("wrapup");
  show("wrapup", Boolean(wrapup));
  if (!wrapup) {
    delete form.dataset.call;
    return;
  }
  if (form.dataset.call !== wrapup.call) open(wrapup, doing); // else what the agent has written stays
  for (const [about, [, , answers]] of Object.entries(MARKS)) {
    for (const mark of Object.keys(answers)) press(`mark-${about}-${mark}`, wrapup.marks[about] === mark);
  }
}

function open(wrapup, doing) {
  byId("wrapup").dataset.call = wrapup.call;
  setText("wrapup-name", `Wrap up: ${wrapup.caller}`);
  byId("summary").value = wrapup.summary;
  const choices = byId("dispositions");
  choices.replaceChildren(...wrapup.choices.map((choice, i) => disposition(choice, i, wrapup.disposition)));
  byId("marks").replaceChildren(...Object.entries(MARKS).map(([about, row]) => markRow(about, row, doing)));
  (choices.querySelector("input:checked") ?? choices.querySelector("input"))?.focus();
}

function markRow(about, [question, key, answers], doing) {
  const row = make("div", "mark-row");
  row.setAttribute("role", "group");
  const label = make("span", "", `${question} `);
  label.id = `mark-${about}`;
  label.append(make("kbd", "", key));
  row.setAttribute("aria-labelledby", label.id);
  row.append(label, make("span", "grow"));
  for (const [mark, words] of Object.entries(answers)) {
    const button = make("button", "", words);
    button.type = "button";
    button.id = `mark-${about}-${mark}`;
    button.addEventListener("click", doing(() => give(about, mark)));
    row.append(button);
  }
  return row;
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

let given = Promise.resolve(); // one after the other: quick fingers do not finish before their mark is there

function give(about, mark) {
  const { call } = state.wrapup;
  state.wrapup.marks = { ...state.wrapup.marks, [about]: mark }; // what a second press goes on from; the feed confirms it
  const sent = given.then(() => post(`/desk/api/calls/${call}/marks`, { about, mark }));
  given = sent.catch(() => {});
  return sent;
}

// By key: the first answer, and with each further press the next.
export async function markNext(about) {
  if (!state.wrapup) return;
  const marks = Object.keys(MARKS[about][2]);
  await give(about, marks[(marks.indexOf(state.wrapup.marks[about]) + 1) % marks.length]);
}

export const chooseEnding = (n) => byId("dispositions").querySelectorAll("input")[n - 1]?.click();

export async function finish() {
  const call = state.wrapup?.call;
  if (!call) return;
  await given;
  const disposition = document.querySelector("input[name=disposition]:checked")?.value ?? "";
  await post(`/desk/api/calls/${call}/wrap-up`, { disposition, summary: byId("summary").value });
}

export function wrapUpTick() {
  const { wrapup } = state;
  if (wrapup) setText("wrapup-timer", wrapup.seconds === null ? "" : `${spoken(wrapup.seconds - (now() - wrapup.came))} left`);
}
