// The caller's page: rings the line from the browser, shows captions of both sides, and sends keys.

import { get, post } from "./api.js";
import { DeviceChoice, microphone, silence, Trouble, useSpeaker } from "./devices.js";
import { byId, make, press, say, setText, show } from "./dom.js";
import { BACK_MS, Softphone } from "./softphone.js";

const WHO = { caller: "You", system: "Assistant", agent: "Person" };
const WRITING_MS = 2000; // while somebody writes, the service is told so often, and waits
const STATES = {
  person: "You are talking with a person.",
  held: "You are on hold. The person will be back with you.",
  assistant: "You are back with the assistant.",
  person_lost: "The person's connection was interrupted. Please stay on.",
  over: "The call has ended.",
};

const config = await get("/call/config");
const phone = new Softphone(byId("voice"), config.ice_servers, {
  changed: (now) => now === "idle" || showState(),
  over: (text) => over(text && elsewhere(text)),
  message,
  trouble: tell,
  unplugged: () => useDevice("audioinput"),
});
const devices = new DeviceChoice(byId("microphones"), byId("speakers"), useDevice);
let leg = null; // {leg, token}: lets this page, and nobody else, come back to its call
let wroteAt = 0;
let begun = []; // {text, line} of what the assistant has begun to say, until its caption comes
let told = ""; // what the service last said about the call

window.warmlinePhone = phone; // for whoever wants its statistics

function message(m) {
  if (m.type === "saying") saying(m);
  if (m.type === "caption") caption(m);
  if (m.type === "state" && STATES[m.state]) {
    told = STATES[m.state];
    showState();
  }
}

function saying({ speaker, text }) {
  begun.push({ text, line: added(speaker, text) });
}

// What stands there since it began stays; what began before it and has no caption was never heard.
function caption({ speaker, text }) {
  const at = speaker === "system" ? begun.findIndex((one) => one.text === text) : -1;
  if (at < 0) return added(speaker, text);
  for (const one of begun.slice(0, at)) one.line.remove();
  begun = begun.slice(at + 1);
}

function added(speaker, text) {
  const list = byId("captions");
  const line = make("li", speaker);
  const words = make("span", "", text);
  words.dir = "auto";
  line.append(make("span", "who", WHO[speaker] ?? speaker), words);
  list.append(line);
  list.scrollTop = list.scrollHeight;
  return line;
}

// `writing`: without a microphone, for who does not speak; everything can be written.
async function call(writing) {
  tell("");
  told = "";
  for (const id of ["call", "call-writing"]) byId(id).disabled = true;
  setText("state", writing ? "Calling…" : "Allow the microphone in the question of your browser…");
  try {
    const stream = writing ? silence() : await microphone();
    if (!writing) devices.fill();
    useSpeaker(byId("voice"));
    byId("captions").replaceChildren();
    begun = [];
    await phone.call(stream, {
      first: async (sdp) => {
        const { sdp: answer, ...rest } = await post("/call/sdp", { sdp });
        leg = rest;
        return answer;
      },
      again: async (sdp, signal) => (await post("/call/resume", { ...leg, sdp }, signal)).sdp,
    });
    talking(true);
    show("mute", !writing);
    byId(writing ? "words" : "hang-up").focus();
  } catch (error) {
    over(elsewhere(error.message));
    if (error instanceof Trouble) setText("state", "The call could not be made.");
  }
}

// What to do when this browser or network will not do.
function elsewhere(text) {
  return config.phone_number ? `${text} Or call us by phone: ${config.phone_number}.` : text;
}

function over(text) {
  phone.hangUp();
  leg = null;
  talking(false);
  setText("state", "The call has ended.");
  tell(text);
  byId("call").focus();
}

function talking(on) {
  for (const id of ["hang-up", "mute", "on-call"]) show(id, on);
  for (const id of ["call", "call-writing"]) {
    show(id, !on);
    byId(id).disabled = false;
  }
  showMuted();
}

function showState() {
  if (!phone.busy) return;
  const left = Math.max(0, Math.ceil((phone.lostAt + BACK_MS - performance.now()) / 1000));
  const text = {
    connecting: "Calling…",
    on: told || "You are connected.",
    lost: `Your connection is lost. Getting you back… ${left} s`,
  }[phone.state];
  setText("state", text);
  byId("state").classList.toggle("alert", phone.state === "lost");
}

function tell(text) {
  say("notice", text);
}

async function useDevice(kind) {
  if (kind === "audiooutput") return useSpeaker(byId("voice"));
  if (!phone.busy) return;
  try {
    await phone.useMicrophone(await microphone());
    await devices.fill();
  } catch (error) {
    tell(error.message);
  }
}

function mute() {
  phone.mute(!phone.muted);
  showMuted();
}

function showMuted() {
  setText("mute-text", phone.muted ? "Unmute: we do not hear you" : "Mute");
  press("mute", phone.muted);
}

// Said by nobody, read by the service: what was written, or that something is being written (an empty text).
function write(text) {
  phone.send({ type: "text", text });
}

function writing() {
  if (performance.now() - wroteAt < WRITING_MS) return;
  wroteAt = performance.now();
  write("");
}

function large(on) {
  document.body.classList.toggle("large", on);
  press("large", on);
  localStorage.setItem("warmline-large", on ? "yes" : "");
}

const sendKey = (key) => phone.send({ type: "key", key });

for (const key of "123456789*0#") {
  const button = make("button", "", key);
  button.type = "button";
  button.addEventListener("click", () => sendKey(key));
  byId("keypad").append(button);
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("select, input")) return;
  if (event.key.toLowerCase() === "l") large(!document.body.classList.contains("large"));
  if (!phone.busy) return;
  if (/^[0-9*#]$/.test(event.key)) sendKey(event.key);
  if (event.key.toLowerCase() === "m") mute();
  if (event.key.toLowerCase() === "t") {
    event.preventDefault();
    byId("words").focus();
  }
});
byId("call").addEventListener("click", () => call(false));
byId("call-writing").addEventListener("click", () => call(true));
byId("large").addEventListener("click", () => large(!document.body.classList.contains("large")));
byId("words").addEventListener("input", writing);
byId("write").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = byId("words").value.trim();
  if (text && phone.busy) write(text);
  byId("words").value = "";
});
large(localStorage.getItem("warmline-large") === "yes");
byId("hang-up").addEventListener("click", () => over(""));
byId("mute").addEventListener("click", mute);
byId("sound").addEventListener("toggle", () => devices.fill());
window.addEventListener("pagehide", () => phone.hangUp());
if (config.business) setText("business", config.business);
setInterval(() => phone.state === "lost" && showState(), 500);
