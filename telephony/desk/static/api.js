// Calls to the server: JSON in and out, the session's CSRF token, and one kind of error with a sentence for the agent.

let csrf = "";

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export function useToken(token) {
  csrf = token;
}

export async function get(path) {
  return answer(await reach(path, { headers: { accept: "application/json" } }));
}

export async function post(path, body = {}, signal = undefined) {
  return answer(await reach(path, {
    method: "POST",
    headers: { "content-type": "application/json", "x-csrf-token": csrf },
    body: JSON.stringify(body),
    signal,
  }));
}

async function reach(path, options) {
  try {
    return await fetch(path, { credentials: "same-origin", ...options });
  } catch {
    throw new Refused(0, "The service cannot be reached. Check the network; this page keeps trying.");
  }
}

async function answer(response) {
  const body = await response.json().catch(() => ({}));
  if (response.ok) return body;
  const detail = typeof body.detail === "string" ? body.detail : `The service refused this (${response.status}).`;
  throw new Refused(response.status, detail);
}
