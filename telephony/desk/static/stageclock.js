// The stage clock: how long each step from the trigger to the first human word took, and what became of each agent.

import { byId, make, show } from "./dom.js";
import { now, state } from "./state.js";

const STAGES = {
  trigger: "Trigger", told: "Told", ring: "Ring", answer: "Answer", briefed: "Briefed", accept: "Accept",
  bridge: "Bridge", first_word: "Spoke",
};
const OUTCOMES = {
  bridged: "talked", declined: "declined", busy: "busy", no_answer: "no answer", machine: "voicemail", failed: "failed",
  timed_out: "no decision", abandoned: "caller left", withdrawn: "withdrawn",
};

const seconds = (ms) => (ms < 99_950 ? (ms / 1000).toFixed(1) : String(Math.round(ms / 1000)));

export function showClock() {
  const { clock } = state;
  const shown = clock && (state.offer || state.call || state.wrapup);
  show("clock", Boolean(shown));
  if (!shown) return;
  const last = clock.attempts.at(-1);
  const at = last?.at_ms ?? clock.searching;
  const from = at.trigger ?? at.ring ?? 0;
  byId("clock-stages").replaceChildren(...Object.entries(STAGES).map(([stage, label]) => cell(stage, label, at, from)));
  byId("clock-stages").dataset.from = from;
  const tried = clock.attempts.filter((attempt) => attempt.outcome);
  byId("clock-tried").replaceChildren(...tried.map(outcome));
  show("clock-tried", tried.length > 0);
  clockTick();
}

function cell(stage, label, at, from) {
  const reached = stage in at;
  const item = make("li", reached ? "reached" : "");
  item.append(make("span", "stage", label), make("span", "took", reached ? seconds(at[stage] - from) : "–"));
  return item;
}

function outcome({ agent, mine, outcome: how, at_ms }) {
  const item = make("li", how === "bridged" ? "good" : "bad", `${mine ? "You" : agent}: ${OUTCOMES[how] ?? how}`);
  if (at_ms.ring !== undefined && at_ms.trigger !== undefined) item.title = `rung ${seconds(at_ms.ring - at_ms.trigger)} s after the trigger`;
  return item;
}

// Runs on while nobody is with the caller yet.
export function clockTick() {
  const { clock } = state;
  if (!clock) return;
  const last = clock.attempts.at(-1);
  const running = !last?.outcome && !(last && "bridge" in last.at_ms);
  const total = byId("clock-total");
  if (running) {
    const call_ms = clock.call_ms + (now() - clock.came) * 1000;
    total.textContent = `${seconds(call_ms - Number(byId("clock-stages").dataset.from))} s since the trigger`;
  } else total.textContent = last?.at_ms.bridge === undefined ? "" : `${seconds(last.at_ms.bridge - (last.at_ms.trigger ?? 0))} s to the bridge`;
}
