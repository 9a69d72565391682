// The desk's websocket: comes back after a lost connection and asks for what it missed since the last message.

import { post } from "./api.js";

const WAITS_MS = [300, 700, 1500, 3000, 5000];
const FINAL = { 4001: "taken_over", 4002: "other_tab", 4003: "signed_out", 4005: "not_yours" };

export class Feed {
  #epoch = "";
  #since = 0;
  #tries = 0;
  #socket = null;
  #on;
  #path;
  #stopped = true;

  // on: {message(m), link("connected" | "lost"), ended(why)}
  constructor(on, path = "/desk/feed") {
    this.#on = on;
    this.#path = path;
  }

  start() {
    this.#stopped = false;
    this.#open();
  }

  stop() {
    this.#stopped = true;
    this.#socket?.close();
  }

  send(message) {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(message));
  }

  async #open() {
    if (this.#stopped) return;
    let ticket;
    try {
      ({ ticket } = await post("/desk/api/ticket"));
    } catch (error) {
      if (error.status === 401 || error.status === 403) return this.#end("signed_out");
      return this.#again();
    }
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}${this.#path}`);
    this.#socket = socket;
    socket.onopen = () =>
      socket.send(JSON.stringify({ v: 1, type: "hello", ticket, epoch: this.#epoch, since: this.#since }));
    socket.onmessage = (event) => this.#take(JSON.parse(event.data));
    socket.onclose = (event) => (FINAL[event.code] ? this.#end(FINAL[event.code], event.reason) : this.#again());
  }

  #take(message) {
    this.#tries = 0;
    if (message.type === "closed") return; // the close code says the same
    if (message.type === "skipped") {
      setTimeout(() => this.#socket?.readyState === 1 && this.#socket.send('{"v":1,"type":"resync"}'), 1000);
      return;
    }
    if (message.type === "snapshot") this.#epoch = message.epoch;
    if (message.seq) this.#since = message.seq;
    this.#on.link("connected");
    this.#on.message(message);
  }

  #again() {
    if (this.#stopped) return;
    this.#on.link("lost");
    const wait = WAITS_MS[Math.min(this.#tries++, WAITS_MS.length - 1)];
    setTimeout(() => this.#open(), wait);
  }

  #end(why, reason = "") {
    this.#stopped = true;
    this.#on.ended(why === "signed_out" && reason === "expired" ? "expired" : why);
  }
}
