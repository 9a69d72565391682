// The few things every part of the page does to it. Text only ever goes in as text.

export const byId = (id) => document.getElementById(id);

export function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

export function show(id, on) {
  byId(id).hidden = !on;
}

export function setText(id, text) {
  const element = byId(id);
  if (element.textContent !== text) element.textContent = text;
}

// 75 → "1:15"
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

// 75 → "1 min 15 s", for reading and for screen readers
export function spoken(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

// A message with, at most, one button to do something about it. Empty: it goes.
export function say(id, text, action = "", act = null) {
  const place = byId(id);
  place.replaceChildren(make("span", "", text));
  place.hidden = !text;
  if (!act) return;
  const button = make("button", "", action);
  button.type = "button";
  button.addEventListener("click", act);
  place.append(button);
}

export function chip(id, text) {
  show(id, Boolean(text));
  setText(id, text);
}

export function press(id, on) {
  byId(id).setAttribute("aria-pressed", String(on));
}
