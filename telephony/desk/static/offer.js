// An offered call: who, why, how long they have waited; accept, hear the brief, decline with a reason.

import { post } from "./api.js";
import { byId, chip, make, setText, show, spoken } from "./dom.js";
import { now, state } from "./state.js";

export const CLOSED = {
  no_answer: "The offer went to the next agent: nobody answered here.",
  timed_out: "The offer went to the next agent: it was not accepted in time.",
  failed: "The offer went to the next agent: your phone could not be reached.",
  withdrawn: "The offer was withdrawn.",
  abandoned: "The caller hung up before anyone answered.",
  caller_left: "The caller hung up before anyone answered.",
};

export function showOffer(listening) {
  const { offer } = state;
  show("offer", Boolean(offer));
  if (!offer) return;
  setText("offer-name", offer.caller);
  chip("offer-tier", offer.tier);
  show("offer-joins", Boolean(offer.asked_by));
  setText("offer-joins", joins(offer));
  setText("offer-waits", offer.asked_by ? "Asked" : "Waiting");
  setText("offer-why", offer.brief.headline);
  setText("offer-queue", offer.queue ? ` · ${offer.queue}` : "");
  show("listen", offer.on_desk && !listening);
}

const joins = ({ asked_by: by, notes }) => (by ? `${by} is on the line and asks you to join${notes ? `: ${notes}` : "."}` : "");

export function offerTick() {
  const { offer } = state;
  if (!offer) return;
  const since = now() - offer.came;
  setText("offer-wait", spoken(offer.waited_seconds + since));
  setText("offer-timer", `${Math.max(0, Math.ceil(offer.ring_seconds - since))} s left`);
}

export function announce(offer) {
  if (offer.asked_by) {
    return setText("said-to-reader", `${joins(offer)} ${offer.caller}. ${offer.brief.headline}. A to accept, D to decline.`);
  }
  const wait = spoken(offer.waited_seconds);
  setText("said-to-reader",
    `Call offered: ${offer.caller}, ${offer.tier}. ${offer.brief.headline}. Waiting ${wait}. A to accept, D to decline.`);
}

export const accept = (offer) => post(`/desk/api/offers/${offer.offer}/accept`);

// Opens and closes the reasons; what they are comes from the service.
export function askReason(open) {
  show("reasons", open);
  byId("decline").setAttribute("aria-expanded", String(open));
  if (open) byId("reasons").querySelector("button")?.focus();
}

export const askingReason = () => !byId("reasons").hidden;

export const reasonKey = (n) => byId("reasons").querySelectorAll("button")[n - 1]?.click();

// decline(reason)
export function showReasons(reasons, decline) {
  const list = reasons.map((reason, i) => {
    const button = make("button", "", `${reason} `);
    button.type = "button";
    button.append(make("kbd", "", String(i + 1)));
    button.addEventListener("click", () => decline(reason));
    return button;
  });
  byId("reasons").replaceChildren(...list);
}

export async function declineFor(reason) {
  const { offer } = state;
  askReason(false);
  if (offer) await post(`/desk/api/offers/${offer.offer}/decline`, { reason });
}
