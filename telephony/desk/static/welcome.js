// A one-time link: the first admin is made, or whoever was invited sets their password.

import { post, Refused } from "./api.js";
import { byId, say, setText, show } from "./dom.js";
import { tell } from "./session.js";

const token = location.hash.slice(1);
history.replaceState(null, "", location.pathname); // the link is not kept in the browser's history

let user = "";

async function begin() {
  try {
    user = (await post("/desk/api/welcome/look", { token })).user;
  } catch (error) {
    return refused(error);
  }
  setText("title", user ? "Your password" : "The first admin");
  setText("about", user ? `Set the password with which you sign in as ${user}.` : "You manage who may do what here. Other users are added afterwards.");
  show("first", !user);
  for (const id of ["name", "id"]) byId(id).required = !user;
  show("form", true);
  byId(user ? "password" : "name").focus();
}

function refused(error) {
  if (!(error instanceof Refused)) throw error;
  say("note", error.message);
}

byId("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  say("note", ""); // so that the same sentence once more is heard, too
  const password = byId("password").value;
  if (password !== byId("again").value) {
    say("note", "The two are not the same. Type the password once more.");
    return byId("again").focus();
  }
  const own = user ? {} : { id: byId("id").value.trim().toLowerCase(), name: byId("name").value.trim() };
  try {
    const made = await post("/desk/api/welcome", { token, password, ...own });
    tell(`Your password is set. Sign in as ${made.id}.`);
    location.replace("/sign-in");
  } catch (error) {
    refused(error);
  }
});

await begin();
