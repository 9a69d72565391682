// The call on the line: how long, on hold or not, whose network is lost; mute, hold, hand back, hang up.

import { get, post } from "./api.js";
import { company, showBringIn } from "./bring.js";
import { byId, chip, clock, make, press, setText, show } from "./dom.js";
import { showKeypad } from "./keypad.js";
import { BACK_MS } from "./softphone.js";
import { now, state } from "./state.js";

const SURE_MS = 3000; // a second H within this hangs up
const ALERTS = {
  mine: "Your sound is lost. Getting it back…",
  caller: "The caller's connection is lost. Stay on: they may be back within seconds.",
  agent: "Your connection is lost for the caller. They were told to stay on.",
  colleague: "Your colleague's connection is lost. They may be back within seconds; the caller hears you.",
  held: "On hold: the caller hears music, not you",
  keying: "The caller is keying: they hear you, you do not hear them until they are done",
};

let sureUntil = 0;

export function showTalk(phone, leg) {
  const { call, offer } = state;
  const talking = call?.stage === "talking";
  const briefing = Boolean(offer && leg.on);
  show("talk", talking || briefing);
  if (!talking && !briefing) {
    handBackOpen(false);
    return showBringIn(false);
  }
  setText("talk-name", talking ? call.caller : "Hearing the brief");
  chip("talk-tier", talking ? call.tier : "");
  show("talk-time", talking);
  setText("talk-state", soundState(phone) || (talking ? company(call) : ""));
  byId("mute").disabled = !leg.on;
  press("mute", phone.muted);
  setText("mute-text", phone.muted ? "Unmute" : "Mute");
  const leads = talking && !call.host; // who was brought in talks, mutes and hangs up
  for (const id of ["hold", "hand-back"]) show(id, leads);
  if (!leads) handBackOpen(false);
  showKeypad(leads);
  showBringIn(leads);
  press("hold", Boolean(call?.held));
  setText("hold-text", call?.held ? "Take back" : "Hold");
  const sure = now() < sureUntil;
  setText("hang-up-text", sure ? "Once more to hang up" : "Hang up");
  byId("hang-up").classList.toggle("sure", sure);
  showAlert(phone, talking);
}

function soundState(phone) {
  if (phone.state === "connecting") return "Connecting the sound…";
  return phone.muted ? "Muted: the caller does not hear you" : "";
}

function alertNow(phone, talking) {
  if (phone.state === "lost") return "mine";
  if (!talking) return "";
  return state.call.lost || (state.call.held ? "held" : state.call.keying ? "keying" : "");
}

function showAlert(phone, talking) {
  const alert = alertNow(phone, talking);
  show("talk-alert", Boolean(alert));
  byId("talk-alert").classList.toggle("held", alert === "held" || alert === "keying");
  setText("talk-alert-text", ALERTS[alert] ?? "");
  talkTick(phone);
}

export function talkTick(phone) {
  const { call } = state;
  const talking = call?.stage === "talking";
  if (talking) setText("talk-time", clock(call.talking_seconds + now() - call.came));
  let timer = "";
  if (phone?.state === "lost") timer = `${Math.max(0, Math.ceil((phone.lostAt + BACK_MS) / 1000 - now()))} s left`;
  else if (talking && call.held) timer = clock(call.held_seconds + now() - call.came);
  else if (talking && call.keying) timer = `${call.keying}: ${call.keyed} keys`;
  setText("talk-alert-timer", timer);
}

// --- what the agent does ---

export async function hold() {
  const { call } = state;
  if (call?.stage === "talking" && !call.host) await post(`/desk/api/calls/${call.call}/hold`, { on: !call.held });
}

export function handBackOpen(open) {
  if (open && (state.call?.stage !== "talking" || state.call.host)) return;
  const was = !byId("notes-form").hidden;
  show("notes-form", open);
  byId("hand-back").setAttribute("aria-expanded", String(open));
  if (open && !was) return choices();
  if (!open && was) byId("notes").value = "";
}

// The assistant first: who wants only that writes, and is done. The others are asked for each time: they may change.
async function choices() {
  byId("notes-to").replaceChildren(choice({ title: "The assistant" }, 0));
  byId("notes-to").querySelector("input").checked = true;
  byId("notes").focus();
  const [queues, colleagues] = await Promise.all([get("/desk/api/queues"), get("/desk/api/colleagues")]);
  const others = [
    ...queues.map(({ queue, title }) => ({ queue, title: `Somebody in ${title}` })),
    ...colleagues.map(({ id, name, busy }) => ({ person: id, title: busy ? `${name} (busy now)` : name })),
  ];
  byId("notes-to").append(...others.map((other, i) => choice(other, i + 1)));
}

// Alt and a digit reach the first nine; the arrow keys reach all.
function choice({ queue = "", person = "", title }, i) {
  const label = make("label");
  const radio = make("input");
  radio.type = "radio";
  radio.name = "notes-to";
  Object.assign(radio.dataset, { queue, person });
  const words = make("span", "", title);
  words.dir = "auto";
  label.append(radio, ...(i < 10 ? [make("kbd", "", `Alt ${i}`)] : []), words);
  return label;
}

// Alt and a digit, while the note is written: who goes on.
export function passTo(n) {
  byId("notes-to").querySelectorAll("input")[n]?.click();
}

export const handingBack = () => !byId("notes-form").hidden;

export async function handBack() {
  const { queue: to = "", person = "" } = document.querySelector("input[name=notes-to]:checked")?.dataset ?? {};
  await post(`/desk/api/calls/${state.call?.call}/hand-back`, { notes: byId("notes").value, to, person });
  handBackOpen(false);
}

// `certain`: by mouse; a key must come twice. `render` shows the question, and takes it away.
export async function hangUp(certain, leg, render) {
  const talking = state.call?.stage === "talking";
  if (!talking && !leg.on) return;
  if (!certain && now() > sureUntil) {
    sureUntil = now() + SURE_MS / 1000;
    setTimeout(render, SURE_MS + 50);
    return;
  }
  sureUntil = 0;
  if (talking) await post(`/desk/api/calls/${state.call.call}/hang-up`);
  else await leg.hangUp();
}

export function unsure() {
  sureUntil = 0;
}
