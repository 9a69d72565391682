// Signing in: who works here, and their PIN where one is asked for.

import { get, post, Refused } from "./api.js";
import { byId, make, say, setText, show } from "./dom.js";

const AGAIN_MS = 3000;

// open(config): the desk of whoever is signed in
export async function signIn(open, note = "") {
  let config;
  try {
    config = await get("/desk/api/me");
  } catch (error) {
    setTimeout(signIn, AGAIN_MS, open, note);
    config = { people: [] };
    note = error.message;
  }
  setText("business", config.business ?? "Warmline");
  if (config.agent) return enter(config, open);
  show("desk", false);
  show("sign-in", true);
  say("sign-in-note", note);
  show("pin-row", !config.one_click);
  byId("people").replaceChildren(...config.people.map(person));
  byId("people").querySelector("input")?.focus();
  byId("sign-in-form").onsubmit = async (event) => {
    event.preventDefault();
    try {
      enter({ ...config, ...(await post("/desk/api/sign-in", { agent: picked(), pin: byId("pin").value })) }, open);
      byId("pin").value = "";
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      say("sign-in-note", error.message);
    }
  };
}

// Who takes calls opens the desk; the others have pages of their own.
const enter = (config, open) => (config.roles.includes("agent") ? open(config) : location.assign("/"));

const picked = () => document.querySelector("input[name=agent]:checked")?.value ?? "";

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
