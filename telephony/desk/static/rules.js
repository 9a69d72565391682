// The rules page: what is published, what somebody drafts, how it was tried, who signs it. Every act is the service's;
// this page shows what is so then.
import { get, post, Refused } from "./api.js";
import { byId, make, say, setText, show } from "./dom.js";
import { shortcuts } from "./keys.js";
import { showNav } from "./nav.js";
import { leave, seated } from "./session.js";

const LOOK_MS = 2000;
const FILES = ["escalation", "scope"];
const STANDING = {
  checked: "can run; to be tried on recorded calls", trying: "is being tried on recorded calls",
  tried: "not worse; waits for another person's signature", worse: "worse: cannot be published",
  published: "published", refused: "refused", rolled_back: "rolled back",
};
const DAYS = 28;

let base = "";
let shown = "";

const when = (wall) => (wall ? new Date(wall * 1000).toLocaleString() : "");
const texts = () => Object.fromEntries(FILES.map((name) => [name, byId(name).value]));

function text(tag, className, value) {
  const element = make(tag, className, value);
  element.dir = "auto";
  return element;
}

async function doing(act, news = "") {
  say("notice", "");
  try {
    await act();
    setText("news", news);
    return true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 401) return leave(error.message);
    say("notice", error.message);
    return false;
  } finally {
    await look().catch(() => {});
  }
}

async function look() {
  const found = await get("/desk/api/rules");
  const told = JSON.stringify(found);
  if (told === shown) return;
  shown = told;
  setText("standing", found.runs === found.upcoming
    ? `The published rules (${found.runs}) answer the telephone.`
    : `The rules ${found.runs} answer the telephone; those of the configuration (${found.upcoming}) run from the next start of the service.`);
  const at = document.activeElement?.id;
  const open = [...document.querySelectorAll("#changes details[open]")].map((one) => one.id);
  byId("changes").replaceChildren(...found.changes.map((one) => row(one, found)));
  for (const id of open) byId(id)?.setAttribute("open", "");
  show("no-changes", !found.changes.length);
  byId("sets").replaceChildren(...found.accepted.map((one) => setRow(one, found)));
  if (at) byId(at)?.focus();
}

function row(change, { you, runs }) {
  const item = make("li");
  const title = text("h3", "", change.reason);
  const good = ["tried", "published"].includes(change.standing);
  const bad = ["worse", "refused"].includes(change.standing);
  const standing = make("p", good ? "good" : bad ? "bad" : "", STANDING[change.standing] ?? change.standing);
  if (change.standing === "published" && change.hash === runs) standing.append("; answers the telephone");
  if (change.progress) standing.append(make("span", "", change.progress[1] ? ` (call ${change.progress[0]} of ${change.progress[1]})` : " (reading the record)"));
  const who = `Written by ${change.author}, ${when(change.wall)}.`;
  const signed = change.signer ? ` ${change.standing === "refused" ? "Refused" : "Signed"} by ${change.signer}, ${when(change.signed_wall)}.` : "";
  item.append(title, standing, text("p", "quiet", `${who}${signed} ${change.base} → ${change.hash}`), differences(change.differences));
  if (change.said.length) item.append(details(`said-${change.id}`, change.days ? `How it was tried (${change.days} days)` : "What was said", list(change.said)));
  const acts = buttons(change, you);
  if (acts) item.append(acts);
  return item;
}

function buttons(change, you) {
  const row = make("div", "buttons");
  const about = ` ${change.reason}`;
  if (["checked", "tried"].includes(change.standing)) {
    const label = make("label", "days", "Days ");
    const days = make("input");
    Object.assign(days, { type: "number", min: 1, max: 366, value: change.days || DAYS, id: `days-${change.id}` });
    label.append(days);
    row.append(label, button(`try-${change.id}`, "Try on recorded calls", about, () => doing(
      () => post(`/desk/api/rules/changes/${change.id}/try`, { days: Number(days.value) }), "It is being tried.")));
  }
  if (change.standing === "tried" && change.author !== you) {
    row.append(button(`sign-${change.id}`, "Sign and publish", about, () => doing(
      () => post(`/desk/api/rules/changes/${change.id}/sign`), "Signed. It answers from the next call on.")));
  }
  if (change.standing === "tried" && change.author === you) row.append(make("span", "quiet", "You wrote this: another person signs it."));
  if (["checked", "tried"].includes(change.standing)) {
    row.append(button(`refuse-${change.id}`, "Refuse", about, async () => {
      const reason = await why("Refuse this change");
      if (reason) await doing(() => post(`/desk/api/rules/changes/${change.id}/refuse`, { reason }), "Refused.");
    }));
  }
  row.append(button(`edit-${change.id}`, "Open in the editor", about, () => doing(async () => {
    fill(await get(`/desk/api/rules/changes/${change.id}`));
    byId("escalation").focus();
  })));
  return row;
}

function setRow(one, found) {
  const row = make("tr");
  const name = make("th", "", one.hash);
  name.scope = "row";
  const act = make("td");
  const published = one.hash === found.upcoming;
  if (published && one.hash === found.runs) act.append(make("span", "quiet", "published"));
  else act.append(button(`back-${one.hash}`, published ? "Let it answer now" : "Roll back to it", ` ${one.hash}`, async () => {
    const reason = await why(published ? `Let ${one.hash} answer from the next call on` : `Roll back to ${one.hash}`);
    if (reason) await doing(() => post("/desk/api/rules/roll-back", { to: one.hash, reason }), "Done. It answers from the next call on.");
  }));
  row.append(name, make("td", "", when(one.accepted_wall)), make("td", "", String(one.calls)), make("td", "", percent(one.recall)), make("td", "", percent(one.false_rate)), act);
  return row;
}

const percent = (share) => `${Math.round(100 * share)} %`;

function button(id, label, about, act) {
  const made = make("button", "", label);
  made.type = "button";
  made.id = id;
  made.append(make("span", "reader-only", about));
  made.addEventListener("click", act);
  return made;
}

function list(lines) {
  const all = make("ul");
  all.append(...lines.map((line) => text("li", "", line)));
  return all;
}

function differences(found) {
  if (!found.length) return make("p", "quiet", "The same by rule and key.");
  const all = make("ul");
  all.append(...found.map(({ where, key, before, after }) => {
    const item = make("li", "", `${where}${key ? `, ${key}` : ""}: `);
    item.append(before ? text("del", "", before) : make("span", "quiet", "nothing"), " → ", after ? text("ins", "", after) : make("span", "quiet", "nothing"));
    return item;
  }));
  return all;
}

function details(id, title, content) {
  const made = make("details");
  made.id = id;
  made.append(make("summary", "", title), content);
  return made;
}

function why(title) {
  const dialog = byId("ask");
  setText("ask-title", title);
  byId("why").value = "";
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", () => done(dialog.returnValue === "yes" ? byId("why").value.trim() : ""), { once: true }));
}

function fill(files) {
  for (const name of FILES) byId(name).value = files[name];
  byId("found").replaceChildren();
}

async function published() {
  const found = await get("/desk/api/rules/published");
  base = found.hash;
  fill(found);
}

async function check() {
  byId("found").replaceChildren(make("p", "quiet", "Checking …"));
  const gone = () => byId("found").replaceChildren();
  if (!await doing(async () => verdict(await post("/desk/api/rules/check", texts())))) gone();
}

function verdict(found) {
  if (found.wrong.length) {
    const lines = found.wrong.map(({ file, line, message }) => `${file}${line ? `, line ${line}` : ""}: ${message}`);
    byId("found").replaceChildren(make("p", "bad", "These rules cannot run."), list(lines));
    return;
  }
  const parts = [make("p", "good", found.differences.length ? "These rules can run. They change:" : "These rules can run, and say what the published ones say.")];
  if (found.differences.length) parts.push(differences(found.differences));
  if (found.unified) {
    const pre = make("pre", "", found.unified);
    pre.tabIndex = 0;
    parts.push(details("unified", "Line by line", pre));
  }
  byId("found").replaceChildren(...parts);
}

byId("check").addEventListener("click", check);
byId("again").addEventListener("click", () => doing(published, "The published rules are in the editor."));
byId("draft").addEventListener("submit", async (event) => {
  event.preventDefault();
  const kept = await doing(() => post("/desk/api/rules/changes", { ...texts(), base, reason: byId("reason").value }), "The draft is kept.");
  if (!kept) return;
  byId("reason").value = "";
  byId("found").replaceChildren();
  byId("changes-title").focus();
});
for (const name of FILES) {
  byId(`${name}-file`).addEventListener("change", async ({ target }) => {
    if (target.files[0]) byId(name).value = await target.files[0].text();
  });
}
byId("ask-form").addEventListener("submit", (event) => {
  event.preventDefault();
  byId("ask").close("yes");
});
byId("ask-no").addEventListener("click", () => byId("ask").close());
shortcuts({
  active: () => byId("keys-on").checked && !byId("ask").open,
  keys: { c: check, n: () => byId("escalation").focus(), l: () => byId("changes-title").focus() },
  digit: () => {},
  escape: () => document.activeElement?.blur(),
});

const me = await seated({ waiting: (note) => say("notice", note) });
setText("me", me.name);
showNav(me.pages);
await doing(published);
setInterval(() => look().catch((error) => {
  if (!(error instanceof Refused)) throw error;
  if (error.status === 401) leave(error.message);
}), LOOK_MS);
