// Who is signed in, for every page: whoever is not goes to the sign-in page and comes back here afterwards.

import { get, Refused, useToken } from "./api.js";

const AGAIN_MS = 3000;
const NOTE = "warmline-note";

// What the service says of whoever is signed in: {agent, name, roles, pages, csrf, business, ...}. waiting(sentence):
// it cannot be reached, and is tried again.
export async function seated({ note = "", waiting = () => {} } = {}) {
  for (;;) {
    try {
      const me = await get("/desk/api/me");
      if (!me.agent) return leave(note);
      useToken(me.csrf);
      return me;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      waiting(error.message);
      await new Promise((again) => setTimeout(again, AGAIN_MS));
    }
  }
}

// To the sign-in page, with a sentence; it comes back here. The promise never ends: neither does this page.
export function leave(note = "") {
  tell(note);
  location.assign(`/sign-in?then=${encodeURIComponent(location.pathname)}`);
  return new Promise(() => {});
}

// A sentence for the next page that shows one.
export function tell(note) {
  if (note) sessionStorage.setItem(NOTE, note);
}

// The sentence that was left for this page: by the page before, or by the service in a cookie (the organisation's
// sign-in, which comes back by a redirect). Never from the address, where strangers could write one.
export function told() {
  const kept = sessionStorage.getItem(NOTE);
  sessionStorage.removeItem(NOTE);
  const cookie = document.cookie.split("; ").find((one) => one.startsWith("warmline_note="));
  if (!cookie) return kept ?? "";
  document.cookie = "warmline_note=; max-age=0; path=/sign-in";
  return decodeURIComponent(cookie.slice("warmline_note=".length));
}
