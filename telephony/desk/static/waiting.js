// Who waits for a person now: how many stands above, who and why in a list; the one offered or on the line is marked.

import { byId, clock, make, setText, show, spoken } from "./dom.js";
import { now, state } from "./state.js";

export function showWaiting() {
  const { waiting, offer, call } = state;
  const calls = waiting?.calls ?? [];
  show("waiting", calls.length > 0);
  show("waiting-now", calls.length > 0);
  const mine = (offer ?? call)?.call;
  byId("waiting-calls").replaceChildren(...calls.map((one) => row(one, mine)));
  if (waiting?.more) byId("waiting-calls").append(make("li", "quiet", `and ${waiting.more} more`));
  waitingTick();
}

function row({ call, who, why, queue }, mine) {
  const item = make("li", call === mine ? "mine" : "");
  const name = make("strong", "", who);
  const about = make("span", "", [why, queue].filter(Boolean).join(" · "));
  name.dir = about.dir = "auto";
  item.append(make("span", "clock-small"), name, about);
  if (call === mine) item.append(make("span", "chip", state.offer ? "offered to you" : "yours"));
  return item;
}

export function waitingTick() {
  const { waiting } = state;
  if (!waiting?.calls.length) return;
  const since = now() - waiting.came;
  const count = waiting.calls.length + waiting.more;
  setText("waiting-count", `${count} waiting, longest ${spoken(waiting.calls[0].waited_seconds + since)}`);
  const times = byId("waiting-calls").querySelectorAll(".clock-small");
  waiting.calls.forEach((one, i) => (times[i].textContent = clock(one.waited_seconds + since)));
}

export function goToWaiting() {
  if (byId("waiting").hidden) return;
  byId("waiting").scrollIntoView({ block: "nearest" });
  byId("waiting-calls").focus();
}
