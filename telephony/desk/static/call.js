// The caller's page: rings the line from the browser, shows captions of both sides, and sends keys.

import { get, post } from "./api.js";
import { byId, make, setText, show } from "./dom.js";
import { microphone, Softphone } from "./softphone.js";

const WHO = { caller: "You", system: "Assistant", agent: "Person" };
const STATES = { person: "You are talking with a person.", over: "The call has ended." };
let muted = false;

const { ice_servers: iceServers } = await get("/call/config");
const phone = new Softphone(byId("voice"), iceServers, {
  connected: () => setText("state", "You are connected."),
  lost: (text) => over(text),
  message,
});

function message(m) {
  if (m.type === "caption") caption(m);
  if (m.type === "state" && STATES[m.state]) setText("state", STATES[m.state]);
}

function caption({ speaker, text }) {
  const list = byId("captions");
  const line = make("li", speaker);
  line.append(make("span", "who", WHO[speaker] ?? speaker), text);
  list.append(line);
  list.scrollTop = list.scrollHeight;
}

async function call() {
  tell("");
  byId("call").disabled = true;
  setText("state", "Calling…");
  try {
    const stream = await microphone();
    byId("captions").replaceChildren();
    await phone.call(stream, async (sdp) => (await post("/call/sdp", { sdp })).sdp);
    muted = false;
    talking(true);
    byId("hang-up").focus();
  } catch (error) {
    over(error.message);
  }
}

function over(text) {
  phone.hangUp();
  talking(false);
  setText("state", "The call has ended.");
  tell(text);
  byId("call").focus();
}

function talking(on) {
  for (const id of ["hang-up", "mute", "on-call"]) show(id, on);
  show("call", !on);
  byId("call").disabled = false;
}

function tell(text) {
  setText("notice", text);
  show("notice", Boolean(text));
}

function press(key) {
  phone.send({ type: "key", key });
}

for (const key of "123456789*0#") {
  const button = make("button", "", key);
  button.type = "button";
  button.addEventListener("click", () => press(key));
  byId("keypad").append(button);
}
document.addEventListener("keydown", (event) => {
  if (phone.busy && /^[0-9*#]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) press(event.key);
});
byId("call").addEventListener("click", call);
byId("hang-up").addEventListener("click", () => over(""));
byId("mute").addEventListener("click", () => {
  muted = !muted;
  phone.mute(muted);
  setText("mute", muted ? "Unmute" : "Mute");
  byId("mute").setAttribute("aria-pressed", String(muted));
});
