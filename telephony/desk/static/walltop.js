// The strip above the calls: queues with waits and service level, agents by presence, approvals with deadlines.

import { byId, clock, make, setText, show } from "./dom.js";
import { now, state } from "./wallstate.js";

const PRESENCE = {
  available: "Available", offered: "Ringing", on_call: "On a call", wrapping: "Wrapping up", away: "Away",
  not_responding: "Did not answer",
};
const ORDER = Object.keys(PRESENCE);
const SOON_SECONDS = 20; // an approval whose time is nearly up

export function showTop() {
  showQueues();
  showAgents();
  showApprovals();
  show("alarms", state.notices.length > 0);
  byId("alarms").replaceChildren(...state.notices.map((text) => make("li", "", text)));
  tickTop();
}

let ticking = []; // [element, what it shows at `now`]

export function tickTop() {
  const at = now();
  for (const [element, text] of ticking) {
    const shown = text(at);
    if (element.textContent !== shown) element.textContent = shown;
  }
}

function ticks(element, text) {
  ticking.push([element, text]);
  return element;
}

function showQueues() {
  ticking = [];
  const goal = state.queues[0];
  if (goal) setText("level-title", `In ${goal.within_seconds} s, goal ${Math.round(goal.goal * 100)} %`);
  byId("queues").replaceChildren(...state.queues.map((queue) => {
    const row = make("tr");
    const name = make("th", "", queue.title);
    name.scope = "row";
    const longest = make("td", "number");
    if (queue.longest_since !== null) ticks(longest, (at) => clock(at - queue.longest_since));
    const below = queue.answered_in_time !== null && queue.answered_in_time < queue.goal;
    const level = make("td", below ? "look" : "", share(queue) + (below ? ", below goal" : ""));
    row.append(name, make("td", "number", String(queue.waiting)), longest, level);
    return row;
  }));
}

const share = ({ answered_in_time, counted }) =>
  answered_in_time === null ? "no wait yet" : `${Math.round(answered_in_time * 100)} % of ${counted}`;

function showAgents() {
  const agents = [...state.agents].sort(
    (a, b) => ORDER.indexOf(a.presence) - ORDER.indexOf(b.presence) || a.since - b.since,
  );
  const free = agents.filter((one) => one.presence === "available").length;
  setText("agents-count", `${free} free of ${agents.filter((one) => one.presence !== "away").length}`);
  byId("agents").replaceChildren(...agents.map((one) => {
    const item = make("li");
    const name = make("strong", "", one.name);
    name.dir = "auto";
    const time = make("span", "number quiet");
    item.append(name, make("span", "quiet", PRESENCE[one.presence] ?? one.presence), time);
    if (one.presence !== "away") ticks(time, (at) => clock(at - one.since));
    return item;
  }));
}

function showApprovals() {
  const open = [...state.approvals].sort((a, b) => a.due - b.due);
  byId("approvals").replaceChildren(...open.map((one) => {
    const item = make("li");
    const title = make("span", "", one.title);
    title.dir = "auto";
    item.append(title, ticks(make("span", "number"), (at) => {
      item.classList.toggle("due", one.due - at < SOON_SECONDS);
      return one.due > at ? `${clock(one.due - at)} left` : "time is up";
    }));
    return item;
  }));
  if (!open.length) byId("approvals").append(make("li", "quiet", "Nothing waits for a yes."));
}
