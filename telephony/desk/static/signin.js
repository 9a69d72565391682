// Signing in: with one click in the demo, by name and password, or through the organisation.

import { get, post, Refused } from "./api.js";
import { byId, make, say, setText, show } from "./dom.js";
import { told } from "./session.js";

const AGAIN_MS = 3000;
const SOMEBODY = "";

// Only a page of ours: whoever wrote the link may have had another in mind.
const then = (() => {
  const wanted = new URLSearchParams(location.search).get("then") ?? "/";
  const url = new URL(wanted, location.origin);
  return url.origin === location.origin && wanted.startsWith("/") ? url.pathname : "/";
})();

async function begin() {
  let config;
  try {
    config = await get("/desk/api/me");
  } catch (error) {
    say("note", error.message);
    return setTimeout(begin, AGAIN_MS);
  }
  if (config.agent) return location.replace(then);
  setText("business", config.business);
  say("note", told());
  show("people-row", config.one_click);
  show("second", config.one_click);
  byId("people").replaceChildren(...[...config.people, ...(config.one_click ? [{ id: SOMEBODY, name: "Somebody else", roles: [] }] : [])].map(person));
  show("organisation", Boolean(config.organisation));
  setText("organisation-name", config.organisation);
  byId("organisation").href = `/desk/oidc/start?then=${encodeURIComponent(then)}`;
  asked();
  show("sign-in", true);
  (byId("people").querySelector("input") ?? byId("name")).focus();
}

const picked = () => document.querySelector("input[name=person]:checked")?.value ?? SOMEBODY;

// Name and password are asked for where nobody of the list is meant.
function asked() {
  const needed = picked() === SOMEBODY;
  show("password-rows", needed);
  for (const id of ["name", "password"]) byId(id).required = needed;
}

function person({ id, name, roles }, i) {
  const label = make("label");
  const radio = make("input");
  radio.type = "radio";
  radio.name = "person";
  radio.value = id;
  radio.checked = i === 0;
  radio.addEventListener("change", asked);
  const shown = make("span", "", name);
  shown.dir = "auto";
  label.append(radio, shown, make("span", "quiet", roles.join(", ")));
  return label;
}

byId("sign-in-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  say("note", "");
  const id = picked() || byId("name").value.trim().toLowerCase();
  byId("enter").disabled = true;
  try {
    await post("/desk/api/sign-in", { agent: id, pin: picked() ? "" : byId("password").value });
    location.replace(then);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    say("note", error.message);
    byId("password").value = "";
    if (!picked()) byId("password").focus();
  } finally {
    byId("enter").disabled = false;
  }
});

await begin();
