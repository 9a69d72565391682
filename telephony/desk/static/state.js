// What the feed has said so far: one value of each kind, with the time it came, so that clocks run on from it.

export const now = () => performance.now() / 1000;

export const state = {
  name: "", presence: null, offer: null, ring: null, phone: null, call: null, clock: null, wrapup: null, judged: [],
  notices: [], hints: [], waiting: null,
};

const VALUES = ["presence", "offer", "ring", "phone", "call", "clock", "wrapup"];
const stamp = (value) => value && { ...value, came: now() };

// Takes one message; says what the page must do beside showing it:
// {lines: [] to show instead of all, line: one more, saying: words of one that is coming, fresh: a new offer}
export function take(message) {
  if (message.type === "snapshot") return takeAll(message);
  if (message.type === "line") return message.line.call === state.call?.call ? { line: message.line } : {};
  if (message.type === "judged") {
    takeJudged(message.judged);
    return {};
  }
  if (message.type === "saying") return message.saying.call === state.call?.call ? { saying: message.saying } : {};
  if (message.type === "waiting") {
    state.waiting = stamp({ calls: message.waiting, more: message.more });
    return {};
  }
  if (message.type === "notices" || message.type === "hints") {
    state[message.type] = message[message.type];
    return {};
  }
  const before = state[message.type];
  state[message.type] = stamp(message[message.type]);
  if (message.type === "call" && message.call?.call !== before?.call) {
    state.judged = [];
    state.hints = [];
    return { lines: [], earlier: 0 };
  }
  return { fresh: message.type === "offer" && message.offer !== null && message.offer.offer !== before?.offer };
}

function takeAll(message) {
  const fresh = message.offer !== null && message.offer.offer !== state.offer?.offer;
  for (const name of VALUES) state[name] = stamp(message[name]);
  state.name = message.name;
  state.notices = message.notices ?? [];
  state.hints = message.hints ?? [];
  state.judged = [...message.judged];
  return { lines: message.lines, earlier: message.earlier_lines, fresh };
}

function takeJudged(judged) {
  if (judged.call === state.call?.call && !state.judged.some((j) => j.record === judged.record)) state.judged.push(judged);
}
