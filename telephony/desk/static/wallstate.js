// What the wall's feed has said so far; times run on from the server's clock.

export const state = { calls: new Map(), queues: [], agents: [], approvals: [], notices: [], epoch: "" };
let offset = 0; // what the service's clock shows more than ours

export const now = () => performance.now() / 1000 + offset;

// Takes one message; gives the calls that changed, null for all of them.
export function take(message) {
  if (message.now !== undefined) offset = message.now - performance.now() / 1000;
  if (message.type === "snapshot") {
    state.calls = new Map(message.calls.map((row) => [row.call, row]));
    for (const part of ["queues", "agents", "approvals", "notices"]) state[part] = message[part];
    return null;
  }
  for (const row of message.calls) state.calls.set(row.call, row);
  for (const call of message.gone) state.calls.delete(call);
  for (const part of ["queues", "agents", "approvals", "notices"]) state[part] = message[part] ?? state[part];
  return message.calls;
}

// Alerts first, then who waits longest, then the oldest.
export function inOrder() {
  return [...state.calls.values()].sort(
    (a, b) =>
      (b.alert?.level ?? 0) - (a.alert?.level ?? 0) ||
      (a.waits_since ?? Infinity) - (b.waits_since ?? Infinity) ||
      a.since - b.since ||
      (a.call < b.call ? -1 : 1),
  );
}
