// The page for those who decide and have no desk: everything that waits for a yes, and the questions of callers.

import { openAsked } from "./approvals.js";
import { byId, say, setText } from "./dom.js";
import { showNav } from "./nav.js";
import { seated } from "./session.js";

const me = await seated({ waiting: (note) => say("opening", note) });
say("opening", "");
setText("me", me.name);
showNav(me.pages);
byId("keys-on").checked = localStorage.getItem("keys") !== "off";
byId("keys-on").addEventListener("change", (event) => localStorage.setItem("keys", event.target.checked ? "on" : "off"));
openAsked({ keysOn: () => byId("keys-on").checked });
