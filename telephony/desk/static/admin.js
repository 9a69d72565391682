// The admin's page: users and their roles, and who is signed in. Every click asks the service, and shows what is so then.

import { get, post, Refused } from "./api.js";
import { byId, make, say, setText, show } from "./dom.js";
import { shortcuts } from "./keys.js";
import { showNav } from "./nav.js";
import { leave, seated } from "./session.js";

const WAYS = {
  one_click: "one click (demo)", organisation: "the organisation", pin: "PIN of the settings", password: "password",
  none: "nothing yet: a link was given",
};
const REFRESH_MS = 15_000;

let people = { roles: [], users: [], sessions: [] };

const me = await seated({ waiting: (note) => say("note", note) });
setText("me", me.name);
showNav(me.pages);

async function look() {
  people = await get("/desk/api/admin/people");
  byId("users").replaceChildren(...people.users.map(userRow));
  byId("sessions").replaceChildren(...people.sessions.map(sessionRow));
  if (!byId("new-roles").children.length) byId("new-roles").replaceChildren(...people.roles.map((role) => roleBox(role, false, "new")));
}

// Does it, looks again, and puts the keyboard back where it was.
async function doing(act) {
  const at = document.activeElement?.id;
  say("note", "");
  try {
    await act();
    await look();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 401) return leave(error.message);
    await look().catch(() => {});
    say("note", error.message);
  }
  if (at) document.getElementById(at)?.focus();
}

function userRow(user) {
  const row = make("tr");
  const name = make("td", user.disabled ? "off" : "", user.name);
  name.dir = "auto";
  const roles = make("td");
  const boxes = make("div", "roles");
  boxes.setAttribute("role", "group");
  boxes.setAttribute("aria-label", `Roles of ${user.id}`);
  boxes.append(...people.roles.map((role) => roleBox(role, user.roles.includes(role), user.id, () => setRoles(user, boxes))));
  roles.append(boxes);
  const acts = make("td");
  acts.append(
    button(`switch-${user.id}`, user.disabled ? "Switch on" : "Switch off", user.id, () => post(`/desk/api/admin/users/${user.id}/disabled`, { disabled: !user.disabled })),
    button(`out-${user.id}`, "Sign out", user.id, () => post(`/desk/api/admin/users/${user.id}/sign-out`)),
  );
  if (["password", "none"].includes(user.way)) acts.append(button(`reset-${user.id}`, "New password link", user.id, () => reset(user)));
  const id = make("th", "", user.id);
  id.scope = "row";
  row.append(id, name, roles, make("td", "", user.disabled ? "switched off" : WAYS[user.way]), make("td", "", when(user.signed_in_wall)), acts);
  return row;
}

function sessionRow(session) {
  const row = make("tr");
  const who = make("th", "", session.name);
  who.scope = "row";
  who.dir = "auto";
  const acts = make("td");
  acts.append(session.yours ? make("span", "quiet", "this one is yours") : button(`end-${session.key}`, "End", `${session.user}'s session`, () => post(`/desk/api/admin/sessions/${session.key}/end`)));
  row.append(who, make("td", "", session.roles.join(", ")), make("td", "", session.address), make("td", "", `${session.minutes} min`), make("td", "", `${session.idle_minutes} min`), acts);
  return row;
}

function roleBox(role, on, owner, changed) {
  const label = make("label");
  const box = make("input");
  box.type = "checkbox";
  box.value = role;
  box.checked = on;
  box.id = `role-${owner}-${role}`;
  if (changed) box.addEventListener("change", changed);
  label.append(box, make("span", "", role));
  return label;
}

function button(id, text, about, act) {
  const made = make("button", "", text);
  made.type = "button";
  made.id = id;
  made.append(make("span", "reader-only", ` ${about}`));
  made.addEventListener("click", () => doing(act));
  return made;
}

const ticked = (place) => [...place.querySelectorAll("input:checked")].map((box) => box.value);
const setRoles = (user, boxes) => doing(() => post(`/desk/api/admin/users/${user.id}/roles`, { roles: ticked(boxes) }));
const when = (wall) => (wall ? new Date(wall * 1000).toLocaleString() : "never");

async function reset(user) {
  given(user.id, (await post(`/desk/api/admin/users/${user.id}/reset`)).link);
}

function given(id, token) {
  setText("link-about", `Give this to ${id}, on a way that nobody else reads. It sets their password once, within a day.`);
  setText("link", `${location.origin}/welcome#${token}`);
  setText("copied", "");
  show("link-card", true);
  byId("link-title").focus();
}

async function copy() {
  if (byId("link-card").hidden) return;
  await navigator.clipboard.writeText(byId("link").textContent);
  setText("copied", "Copied.");
}

byId("add").addEventListener("submit", (event) => {
  event.preventDefault();
  const id = byId("new-id").value.trim().toLowerCase();
  doing(async () => {
    given(id, (await post("/desk/api/admin/users", { id, name: byId("new-name").value.trim(), roles: ticked(byId("new-roles")) })).link);
    byId("add").reset();
  });
});
byId("copy").addEventListener("click", copy);
shortcuts({
  active: () => byId("keys-on").checked,
  keys: { n: () => byId("new-id").focus(), c: copy },
  digit: () => {},
  escape: () => show("link-card", false),
});

await doing(async () => {});
setInterval(() => document.activeElement?.closest("form") || look().catch(() => {}), REFRESH_MS);
