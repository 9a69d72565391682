// The caller's earlier calls: when, what about, with whom, how it ended. Asked for anew when it is known who they are.

import { get } from "./api.js";
import { byId, make, setText, show } from "./dom.js";
import { state } from "./state.js";

let asked = ""; // the call, and what was known of its caller

export async function showEarlier() {
  const call = (state.offer ?? state.call)?.call ?? "";
  const known = call && `${call} ${JSON.stringify(state.hints)}`;
  if (known === asked) return;
  if (!call || !asked.startsWith(`${call} `)) hide();
  asked = known;
  if (!call) return;
  try {
    const found = await get(`/desk/api/calls/${encodeURIComponent(call)}/earlier`);
    if (asked === known) draw(found);
  } catch (error) {
    if (asked !== known) return;
    if (error.status === 404 || error.status === 409) hide(); // no record here, or the call is gone
    else draw({ known: true, calls: [], trouble: error.message });
  }
}

function hide() {
  show("earlier", false);
  setText("offer-earlier", "");
}

function draw({ known, calls, trouble }) {
  show("earlier", true);
  setText("offer-earlier", calls.length ? ` · last called ${calls[0].ago}` : "");
  const none = trouble ?? (known ? "None from this number." : "The number is hidden: nothing can be found.");
  byId("earlier-calls").replaceChildren(...(calls.length ? calls.map(row) : [make("li", "quiet", none)]));
}

function row({ day, ago, outcome, about, agent, disposition, summary, withheld }) {
  const item = make("li");
  const when = make("strong", "", ago);
  when.title = day;
  item.append(when, line([agent ? `${outcome}: ${agent}` : outcome, disposition].filter(Boolean).join(" · ")));
  if (about.length) item.append(line(about.join(", "), "about"));
  if (summary) item.append(line(summary));
  if (withheld) item.append(line("A member's call: told once the caller is verified as them.", "quiet"));
  return item;
}

function line(text, kind = "") {
  const made = make("span", kind, text);
  made.dir = "auto";
  return made;
}
