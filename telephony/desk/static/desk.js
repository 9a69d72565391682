// The agent's page: what the feed says is shown, what the agent decides is sent. See the modules for each part.

import { AgentLeg } from "./agentleg.js";
import { closeAsked, openAsked } from "./approvals.js";
import { post } from "./api.js";
import * as bring from "./bring.js";
import * as copilot from "./copilot.js";
import { Trouble } from "./devices.js";
import { byId, say, setText, show } from "./dom.js";
import { showEarlier } from "./earlier.js";
import { Feed } from "./feed.js";
import { choosing, keypad, keypadOpen, numberKey } from "./keypad.js";
import { shortcuts } from "./keys.js";
import { showNav } from "./nav.js";
import * as offers from "./offer.js";
import { showHints, showMood } from "./mood.js";
import { showAlarms, showBrief } from "./panels.js";
import { ring } from "./ringer.js";
import { leave, seated, tell } from "./session.js";
import { Softphone } from "./softphone.js";
import { SoundCheck } from "./soundcheck.js";
import { clockTick, showClock } from "./stageclock.js";
import { state, take } from "./state.js";
import * as talk from "./talk.js";
import { Transcript } from "./transcript.js";
import { goToWaiting, showWaiting, waitingTick } from "./waiting.js";
import * as wrapups from "./wrapup.js";

const PRESENCE = {
  available: "Available", away: "Away", ringing: "Ringing", talking: "On a call", wrapping: "Wrapping up",
};
const ENDED = {
  taken_over: "You signed in at another desk, so this one is closed. A call goes on there.",
  signed_out: "You are signed out.",
  expired: "You were signed out after a long time without work.",
};
const NO_SOUND_YET = "The browser keeps the ringing silent until you click or press a key on this page.";

let seen = ""; // call and version of the brief that was drawn last
const transcript = new Transcript();
const sound = new SoundCheck(() => phone, doing);
let phone = null;
let leg = null;
let feed = null;

window.warmlinePhone = null; // the softphone, for whoever wants its statistics

// --- the desk opens and closes ---

function openDesk(config) {
  show("opening", false);
  show("desk", true);
  showNav(config.pages);
  say("notice", "");
  offers.showReasons(config.decline_reasons ?? [], doing(offers.declineFor));
  phone ??= new Softphone(byId("voice"), config.ice_servers ?? [], {
    changed: render,
    over: (text) => {
      leg.over();
      if (text) notice(state.call ? `${text} The caller is with the assistant.` : text);
      render();
    },
    trouble: notice,
    unplugged: doing(() => sound.use("audioinput")),
  });
  leg ??= new AgentLeg(phone);
  window.warmlinePhone = phone;
  sound.open();
  feed = new Feed({ message: (m) => doing(follow)(m), link, ended });
  feed.start();
  openAsked({ turnLink: (call, turn) => state.call?.call === call && transcript.point([turn]), keysOn: () => byId("keys-on").checked });
  byId("presence").focus();
}

function ended(why) {
  closeAsked();
  if (why === "taken_over" || why === "other_tab") leg?.letGo();
  else leg?.leave();
  ring(false);
  if (why === "other_tab") {
    byId("notice").classList.remove("closes");
    say("notice", "This desk is open in another tab; a call goes on there. ", "Use it here", () => {
      say("notice", "");
      feed.start();
    });
    setText("link", "Open in another tab");
    return;
  }
  leave(ENDED[why] ?? "The desk was closed.");
}

function link(how) {
  setText("link", how === "connected" ? "" : "Connection lost, trying again…");
}

// --- the feed ---

async function follow(message) {
  const news = take(message);
  if (news.lines) transcript.reset(news.lines, news.earlier);
  if (news.line) return transcript.add(news.line);
  if (news.saying) return transcript.saying(news.saying);
  if (news.fresh) {
    say("notice", "");
    offers.announce(state.offer);
  }
  render();
  switch (message.type) {
    case "snapshot":
      showAlarms(state.notices);
      doing(() => copilot.openCopilot(doing))();
      await leg.follow(state.phone);
      return leg.rings(state.ring);
    case "copilot":
      return copilot.followCopilot(message);
    case "notices":
      return showAlarms(state.notices);
    case "phone":
      return leg.follow(state.phone);
    case "offer":
      return offerClosed(message);
    case "ring":
      return leg.rings(state.ring);
    case "call":
      if (message.call?.stage === "talking") setText("said-to-reader", `You are connected to ${message.call.caller}.`);
      else if (message.call?.stage !== "offered") leg.leave();
  }
}

function offerClosed({ offer, closed }) {
  if (offer) return;
  offers.askReason(false);
  if (offers.CLOSED[closed]) notice(offers.CLOSED[closed]);
  if (closed !== "accepted") leg.leave();
}

// --- what the agent does ---

async function accept() {
  const { offer } = state;
  if (!offer) return;
  try {
    await leg.answer(offer, state.ring);
  } catch (error) {
    throw error instanceof Trouble ? new Trouble(`${error.message} Or press D: the caller goes to the next agent.`) : error;
  }
  await offers.accept(offer);
}

async function listen() {
  if (state.offer) await leg.answer(state.offer, state.ring);
}

function mute() {
  if (leg.on) phone.mute(!phone.muted);
}

async function togglePresence() {
  const to = state.presence?.presence === "away" ? "available" : "away";
  await post("/desk/api/presence", { presence: to });
  if (to === "available") await sound.check();
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
  setText("me", state.name);
  setText("presence-text", PRESENCE[presence?.presence] ?? "");
  setText("presence-why", presence?.why ?? "");
  byId("presence-dot").className = `dot ${{ available: "available", away: "" }[presence?.presence] ?? "busy"}`;
  byId("presence").disabled = !["available", "away"].includes(presence?.presence);
  offers.showOffer(leg.on);
  talk.showTalk(phone, leg);
  wrapups.showWrapUp(doing);
  showClock();
  showBrief((offer ?? call)?.brief, (turns) => transcript.point(turns));
  tellSeen(offer ?? call);
  showMood(state.judged, (turns) => transcript.point(turns));
  showHints(state.hints);
  showEarlier();
  showWaiting();
  showIdle(!offer && !call && !wrapup);
  document.title = offer ? `☎ ${offer.caller} · Desk` : "Desk · Warmline";
  ring(Boolean(offer) && !leg.on, () => notice(NO_SOUND_YET));
  tick();
}

// Tells the record which version of the brief was drawn; a page nobody looks at draws no frame.
function tellSeen(shown) {
  const version = shown?.brief?.version;
  if (!version || seen === `${shown.call} ${version}`) return;
  seen = `${shown.call} ${version}`;
  requestAnimationFrame(() => post(`/desk/api/calls/${shown.call}/brief/${version}/seen`).catch(() => {}));
}

function showIdle(idle) {
  show("idle", idle);
  const away = state.presence?.presence === "away";
  setText("idle-title", away ? "You are away" : "Ready for the next call");
  setText("idle-text", away ? "Press P when you can take calls." : "An offer shows here with its brief before you accept.");
}

function tick() {
  offers.offerTick();
  talk.talkTick(phone);
  clockTick();
  wrapups.wrapUpTick();
  waitingTick();
}

// Lies over the header, so that no button moves under the hand.
function notice(text) {
  say("notice", text, "Close", closeNotice);
  byId("notice").classList.add("closes");
}

function closeNotice() {
  if (byId("notice").classList.contains("closes")) say("notice", "");
}

function complain(error) {
  notice(error instanceof Trouble || error.status !== undefined ? error.message : `Something failed: ${error.message}`);
}

function doing(act) {
  return (...given) => Promise.resolve().then(() => act(...given)).catch(complain).finally(() => phone && render());
}

// --- hands ---

const openTurns = () => {
  const turns = byId("mood-turns").parentElement;
  turns.open = !turns.open;
};
const toggleReasons = () => state.offer && offers.askReason(!offers.askingReason());
const toggleHandBack = () => talk.handBackOpen(!talk.handingBack());
const hangUp = (certain) => talk.hangUp(certain, leg, render);

function digit(n) {
  if (offers.askingReason()) return offers.reasonKey(n);
  if (choosing()) return numberKey(n);
  if (state.wrapup) wrapups.chooseEnding(n);
}

function escape() {
  if (copilot.closePage()) return;
  offers.askReason(false);
  talk.handBackOpen(false);
  bring.bringInOpen(false);
  keypadOpen(false);
  talk.unsure();
  closeNotice();
  byId("sound").open = false;
  if (byId("find").value) {
    byId("find").value = "";
    byId("find").dispatchEvent(new Event("input"));
  }
  document.activeElement?.blur();
  render();
}

const CLICKS = {
  presence: togglePresence, accept, listen, decline: toggleReasons, mute, "waiting-now": goToWaiting, hold: talk.hold, "hand-back": toggleHandBack,
  keypad: () => keypad(doing), "bring-in": bring.bringIn,
  "sign-out": signOut,
};
for (const [id, act] of Object.entries(CLICKS)) byId(id).addEventListener("click", doing(() => act()));
byId("hang-up").addEventListener("click", (event) => doing(hangUp)(event.detail > 0)); // a mouse click is certain
const FORMS = { wrapup: wrapups.finish, "notes-form": talk.handBack, "join-form": bring.askToJoin };
for (const [id, act] of Object.entries(FORMS)) {
  byId(id).addEventListener("submit", (event) => {
    event.preventDefault();
    doing(act)();
  });
}
for (const [id, choose] of Object.entries({ "notes-form": talk.passTo, "join-form": bring.joinBy })) {
  byId(id).addEventListener("keydown", (event) => {
    if (event.altKey && /^Digit\d$/.test(event.code)) {
      event.preventDefault();
      choose(Number(event.code.at(-1)));
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) byId(id).requestSubmit();
  });
}
shortcuts({
  active: () => !byId("desk").hidden && byId("keys-on").checked,
  keys: {
    a: doing(accept), l: doing(listen), d: doing(toggleReasons), m: doing(mute), o: doing(talk.hold),
    b: doing(toggleHandBack), n: doing(() => keypad(doing)), c: doing(bring.bringIn), h: doing(() => hangUp(false)),
    p: doing(() => byId("presence").disabled || togglePresence()), f: doing(wrapups.finish),
    g: doing(() => wrapups.markNext("brief")), r: doing(() => wrapups.markNext("trigger")), i: doing(() => wrapups.markNext("suggestions")),
    k: copilot.askBox, s: doing(copilot.quiet), u: doing(() => copilot.markNewest("useful")),
    w: doing(() => copilot.markNewest("not_useful")), x: doing(() => copilot.markNewest("dismissed")), v: openTurns, q: goToWaiting,
    "/": () => byId("find").focus(),
  },
  digit,
  escape,
});
window.addEventListener("beforeunload", (event) => {
  if (state.call?.stage === "talking" && leg?.on) event.preventDefault(); // asks first: the caller would wait
});
window.addEventListener("pagehide", () => leg?.letGo()); // a reload goes on with the call; a closed tab is missed soon
byId("keys-on").checked = localStorage.getItem("keys") !== "off";
byId("keys-on").addEventListener("change", (event) => localStorage.setItem("keys", event.target.checked ? "on" : "off"));
setInterval(tick, 500);
const me = await seated({ waiting: (note) => say("opening", note) });
if (me.desk) openDesk(me);
else {
  tell("You have no desk: it is for agents with a place in the settings.");
  location.replace("/");
}
