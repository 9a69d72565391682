// The first page: for whoever is signed in the pages of their roles, for others the ways in.

import { get, post, Refused, useToken } from "./api.js";
import { byId, make, say, setText, show } from "./dom.js";
import { ownTab } from "./nav.js";
import { told } from "./session.js";

function door({ path, title, note }) {
  const item = make("li");
  const link = make("a", "door");
  ownTab(link, path); // a desk stays open beside the wall
  link.append(make("strong", "", title), make("span", "", note));
  item.append(link);
  return item;
}

async function begin() {
  window.name = location.pathname;
  const me = await get("/desk/api/me");
  say("note", told());
  setText("business", me.business);
  if (!me.agent) return;
  useToken(me.csrf);
  byId("doors").replaceChildren(...me.pages.map(door));
  show("tabs", me.pages.length > 1);
  show("intro", false);
  if (!me.pages.length) say("note", "You have no role here yet. Ask an admin.");
  setText("name", me.name);
  show("you", true);
}

const leaves = (path) => async () => {
  try {
    await post(path);
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 401) throw error;
  }
  location.replace("/");
};

byId("sign-out").addEventListener("click", leaves("/desk/api/sign-out"));
byId("everywhere").addEventListener("click", leaves("/desk/api/sign-out-everywhere"));

await begin().catch((error) => say("note", error.message));
