// The agent's page: what the feed says is shown, what the agent decides is sent. See the modules for each part.

import { get, post, useToken } from "./api.js";
import { byId, clock, make, setText, show, spoken } from "./dom.js";
import { Feed } from "./feed.js";
import { shortcuts } from "./keys.js";
import { showBrief, showMood, showWrapUp } from "./panels.js";
import { ring } from "./ringer.js";
import { microphone, Softphone, Trouble } from "./softphone.js";
import { Transcript } from "./transcript.js";

const SURE_MS = 3000; // a second H within this hangs up
const PRESENCE = {
  available: "Available", away: "Away", ringing: "Ringing", talking: "On a call", wrapping: "Wrapping up",
};
const ENDED = {
  taken_over: "You signed in at another desk. This one is closed.",
  signed_out: "You are signed out.",
  expired: "You were signed out after a long time without work.",
};
const CLOSED = {
  no_answer: "The offer went to the next agent: nobody answered here.",
  withdrawn: "The offer was withdrawn.",
  caller_left: "The caller hung up before anyone answered.",
};

const now = () => performance.now() / 1000;
const state = { presence: null, offer: null, ring: null, call: null, wrapup: null, judged: [] };
let config = {};
let phone = null;
let feed = null;
let wanted = null; // the call whose ringing leg this page means to answer
let answered = null; // {leg, call} this page's phone is on
let muted = false;
let sureUntil = 0;
let seen = ""; // call and version of the brief that was drawn last
const transcript = new Transcript();

window.warmlinePhone = null; // the softphone, for whoever wants its statistics

// --- signing in ---

async function begin(note = "") {
  try {
    config = await get("/desk/api/me");
  } catch (error) {
    note = error.message;
    setTimeout(begin, 3000);
  }
  setText("business", config.business ?? "Warmline");
  if (config.agent) return openDesk(config.csrf);
  show("desk", false);
  show("sign-in", true);
  say("sign-in-note", note);
  show("pin-row", !config.one_click);
  byId("people").replaceChildren(...(config.people ?? []).map(person));
  byId("people").querySelector("input")?.focus();
}

function person({ id, name }, i) {
  const label = make("label");
  const radio = make("input");
  radio.type = "radio";
  radio.name = "agent";
  radio.value = id;
  radio.checked = i === 0;
  label.append(radio, make("span", "", name));
  return label;
}

byId("sign-in-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const agent = new FormData(event.target).get("agent") ?? document.querySelector("input[name=agent]:checked")?.value;
  try {
    const signedIn = await post("/desk/api/sign-in", { agent, pin: byId("pin").value });
    byId("pin").value = "";
    openDesk(signedIn.csrf);
  } catch (error) {
    say("sign-in-note", error.message);
  }
});

function openDesk(csrf) {
  useToken(csrf);
  show("sign-in", false);
  show("desk", true);
  say("notice", "");
  phone ??= new Softphone(byId("voice"), config.ice_servers ?? [], {
    connected: () => render(),
    lost: (text) => {
      answered = null;
      if (text) say("notice", text);
      render();
    },
  });
  window.warmlinePhone = phone;
  feed = new Feed({ message: take, link, ended });
  feed.start();
  byId("presence").focus();
}

function ended(why) {
  phone?.hangUp();
  answered = wanted = null;
  ring(false);
  if (why === "other_tab") {
    say("notice", "This desk is open in another tab. ", "Use it here", () => {
      say("notice", "");
      feed.start();
    });
    setText("link", "Open in another tab");
    return;
  }
  begin(ENDED[why] ?? "The desk was closed.");
}

function link(how) {
  setText("link", how === "connected" ? "" : "Connection lost, trying again…");
}

// --- the feed ---

function take(message) {
  const came = now();
  switch (message.type) {
    case "snapshot":
      setText("me", message.name);
      Object.assign(state, {
        presence: message.presence,
        offer: stamp(message.offer, came),
        ring: message.ring,
        call: stamp(message.call, came),
        wrapup: stamp(message.wrapup, came),
        judged: [...message.judged],
      });
      transcript.reset(message.lines, message.earlier_lines);
      break;
    case "presence":
      state.presence = message.presence;
      break;
    case "offer":
      takeOffer(stamp(message.offer, came), message.closed);
      break;
    case "ring":
      takeRing(message);
      break;
    case "call":
      takeCall(stamp(message.call, came));
      break;
    case "wrapup":
      state.wrapup = stamp(message.wrapup, came);
      break;
    case "line":
      if (message.line.call === state.call?.call) transcript.add(message.line);
      return;
    case "judged":
      if (message.judged.call === state.call?.call && !state.judged.some((j) => j.record === message.judged.record))
        state.judged.push(message.judged);
      break;
  }
  render();
}

const stamp = (value, came) => value && { ...value, came };

function takeOffer(offer, closed) {
  const fresh = offer && offer.offer !== state.offer?.offer;
  state.offer = offer;
  if (!offer) {
    show("reasons", false);
    if (CLOSED[closed]) say("notice", CLOSED[closed]);
    if (closed !== "accepted") leaveLeg();
  }
  if (!fresh) return;
  say("notice", "");
  const wait = spoken(offer.waited_seconds);
  setText("said-to-reader",
    `Call offered: ${offer.caller}, ${offer.tier}. ${offer.brief.headline}. Waiting ${wait}. A to accept, D to decline.`);
}

function takeRing({ ring: ringing, ended: why }) {
  state.ring = ringing;
  if (ringing && ringing.call === wanted) connect(ringing.leg, ringing.call).catch(complain);
  if (!ringing && why !== "answered" && answered) {
    phone.hangUp();
    answered = null;
  }
}

function takeCall(call) {
  if (call?.call !== state.call?.call) {
    transcript.reset();
    state.judged = [];
  }
  state.call = call;
  if (call?.stage === "over" || !call) leaveLeg();
  if (call?.stage === "talking") setText("said-to-reader", `You are connected to ${call.caller}.`);
}

function leaveLeg() {
  wanted = null;
  if (!phone?.busy) return;
  phone.hangUp();
  answered = null;
  muted = false;
}

// --- what the agent does ---

async function accept() {
  const offer = state.offer;
  if (!offer) return;
  await answerLeg(offer);
  await post(`/desk/api/offers/${offer.offer}/accept`);
}

async function listen() {
  if (state.offer?.on_desk) await answerLeg(state.offer);
}

// Answers the ringing leg of this offer, or will as soon as it rings. Throws when there is no microphone.
async function answerLeg(offer) {
  if (!offer.on_desk || answered?.call === offer.call || wanted === offer.call) return;
  if (state.ring?.call === offer.call) return connect(state.ring.leg, offer.call);
  (await microphone()).getTracks().forEach((track) => track.stop());
  wanted = offer.call;
}

async function connect(leg, call) {
  if (answered?.leg === leg) return;
  wanted = null;
  answered = { leg, call };
  muted = false;
  try {
    const stream = await microphone();
    await phone.call(stream, async (sdp) => (await post(`/desk/api/legs/${leg}/sdp`, { sdp })).sdp);
  } catch (error) {
    answered = null;
    throw error;
  }
}

function decline() {
  const open = state.offer && byId("reasons").hidden;
  show("reasons", open);
  byId("decline").setAttribute("aria-expanded", String(Boolean(open)));
  if (open) byId("reasons").querySelector("button")?.focus();
}

async function declineFor(reason) {
  const offer = state.offer;
  show("reasons", false);
  if (offer) await post(`/desk/api/offers/${offer.offer}/decline`, { reason });
}

async function hangUp(certain) {
  if (state.call?.stage !== "talking" && !answered) return;
  if (!certain && now() > sureUntil) {
    sureUntil = now() + SURE_MS / 1000;
    render();
    setTimeout(render, SURE_MS + 50);
    return;
  }
  sureUntil = 0;
  if (state.call?.stage === "talking") await post(`/desk/api/calls/${state.call.call}/hang-up`);
  else if (answered) await post(`/desk/api/legs/${answered.leg}/hang-up`);
}

function mute() {
  if (!answered) return;
  muted = !muted;
  phone.mute(muted);
  render();
}

async function togglePresence() {
  const to = state.presence?.presence === "away" ? "available" : "away";
  await post("/desk/api/presence", { presence: to });
  if (to === "available") await checkMicrophone();
}

// Asks once, when there is time, rather than when a caller waits.
async function checkMicrophone() {
  (await microphone()).getTracks().forEach((track) => track.stop());
  setText("microphone", "Microphone ready");
}

async function finish() {
  const call = state.wrapup?.call;
  if (!call) return;
  const disposition = document.querySelector("input[name=disposition]:checked")?.value ?? "";
  await post(`/desk/api/calls/${call}/wrap-up`, { disposition, summary: byId("summary").value });
}

async function signOut() {
  feed?.stop();
  try {
    await post("/desk/api/sign-out");
  } finally {
    ended("signed_out");
  }
}

// --- what is shown ---

function render() {
  const { presence, offer, call, wrapup } = state;
  setText("presence-text", PRESENCE[presence?.presence] ?? "");
  setText("presence-why", presence?.why ?? "");
  byId("presence-dot").className = `dot ${{ available: "available", away: "" }[presence?.presence] ?? "busy"}`;
  byId("presence").disabled = !["available", "away"].includes(presence?.presence);
  renderOffer(offer);
  renderTalk(call);
  showWrapUp(wrapup);
  showBrief((offer ?? call)?.brief, (turns) => transcript.point(turns));
  tellSeen(offer ?? call);
  showMood(state.judged);
  const idle = !offer && !call && !wrapup;
  show("idle", idle);
  if (idle) {
    const away = presence?.presence === "away";
    setText("idle-title", away ? "You are away" : "Ready for the next call");
    setText("idle-text", away ? "Press P when you can take calls." : "An offer shows here with its brief before you accept.");
  }
  document.title = offer ? `☎ ${offer.caller} · Desk` : "Desk · Warmline";
  ring(Boolean(offer) && !answered);
  tick();
}

// Tells the record which version of the brief was drawn; a page nobody looks at draws no frame.
function tellSeen(shown) {
  const version = shown?.brief?.version;
  if (!version || seen === `${shown.call} ${version}`) return;
  seen = `${shown.call} ${version}`;
  requestAnimationFrame(() => post(`/desk/api/calls/${shown.call}/brief/${version}/seen`).catch(() => {}));
}

function renderOffer(offer) {
  show("offer", Boolean(offer));
  if (!offer) return;
  setText("offer-name", offer.caller);
  chip("offer-tier", offer.tier);
  setText("offer-why", offer.brief.headline);
  setText("offer-queue", offer.queue ? ` · ${offer.queue}` : "");
  show("listen", offer.on_desk && !answered);
}

function renderTalk(call) {
  const talking = call?.stage === "talking";
  const briefing = state.offer && answered;
  show("talk", talking || Boolean(briefing));
  if (!talking && !briefing) return;
  setText("talk-name", talking ? call.caller : "Hearing the brief");
  chip("talk-tier", talking ? call.tier : "");
  show("talk-time", talking);
  const sound = phone?.connection?.connectionState;
  const waiting = answered && sound !== "connected" ? "Connecting the sound…" : "";
  setText("talk-state", waiting || (muted ? "Muted: the caller does not hear you" : ""));
  byId("mute").disabled = !answered;
  byId("mute").setAttribute("aria-pressed", String(muted));
  setText("mute-text", muted ? "Unmute" : "Mute");
  const sure = now() < sureUntil;
  setText("hang-up-text", sure ? "Once more to hang up" : "Hang up");
  byId("hang-up").classList.toggle("sure", sure);
}

function chip(id, text) {
  show(id, Boolean(text));
  setText(id, text);
}

function tick() {
  const { offer, call, wrapup } = state;
  if (offer) {
    const since = now() - offer.came;
    setText("offer-wait", spoken(offer.waited_seconds + since));
    setText("offer-timer", `${Math.max(0, Math.ceil(offer.ring_seconds - since))} s left`);
  }
  if (call?.stage === "talking") setText("talk-time", clock(call.talking_seconds + now() - call.came));
  if (wrapup) setText("wrapup-timer", wrapup.seconds === null ? "" : `${spoken(wrapup.seconds - (now() - wrapup.came))} left`);
}

function say(id, text, action = "", act = null) {
  const place = byId(id);
  place.replaceChildren(text);
  place.hidden = !text;
  if (!act) return;
  const button = make("button", "", action);
  button.type = "button";
  button.addEventListener("click", act);
  place.append(button);
}

function complain(error) {
  say("notice", error instanceof Trouble || error.status !== undefined ? error.message : `Something failed: ${error.message}`);
}

const doing = (act) => (...given) => Promise.resolve(act(...given)).catch(complain).finally(render);

// --- hands ---

function buttons() {
  const press = { presence: togglePresence, accept, listen, decline, mute, finish, "sign-out": signOut };
  for (const [id, act] of Object.entries(press)) if (id !== "finish") byId(id).addEventListener("click", doing(() => act()));
  byId("hang-up").addEventListener("click", (event) => doing(hangUp)(event.detail > 0)); // a mouse click is certain
  byId("wrapup").addEventListener("submit", (event) => {
    event.preventDefault();
    doing(finish)();
  });
}

function reasons() {
  const list = (config.decline_reasons ?? []).map((reason, i) => {
    const button = make("button", "", `${reason} `);
    button.type = "button";
    button.append(make("kbd", "", String(i + 1)));
    button.addEventListener("click", doing(() => declineFor(reason)));
    return button;
  });
  byId("reasons").replaceChildren(...list);
}

function digit(n) {
  if (!byId("reasons").hidden) return byId("reasons").querySelectorAll("button")[n - 1]?.click();
  if (state.wrapup) byId("dispositions").querySelectorAll("input")[n - 1]?.click();
}

shortcuts({
  active: () => !byId("desk").hidden && byId("keys-on").checked,
  keys: {
    a: doing(accept), l: doing(listen), d: doing(decline), m: doing(mute), h: doing(() => hangUp(false)),
    p: doing(() => byId("presence").disabled || togglePresence()),
    f: doing(finish), "/": () => byId("find").focus(),
  },
  digit,
  escape: () => {
    show("reasons", false);
    sureUntil = 0;
    if (byId("find").value) {
      byId("find").value = "";
      byId("find").dispatchEvent(new Event("input"));
    }
    document.activeElement?.blur();
    render();
  },
});
window.addEventListener("beforeunload", (event) => {
  if (state.call?.stage === "talking" && answered) event.preventDefault(); // asks before a reload ends the call
});
byId("keys-on").checked = localStorage.getItem("keys") !== "off";
byId("keys-on").addEventListener("change", (event) => localStorage.setItem("keys", event.target.checked ? "on" : "off"));
buttons();
setInterval(tick, 500);
await begin();
reasons();
