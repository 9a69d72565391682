// This page's call. It outlives its peer connections: when the network is lost, it brings a new offer for the same leg.

import { Link } from "./link.js";

const CONNECT_MS = 10000;
export const BACK_MS = 12000; // the service misses us after 3 s and then waits 10
const TRY_MS = 4000;
const PAUSE_MS = 500;
const GONE = new Set([401, 403, 409]); // the leg is over, or no longer ours

const NO_PATH =
  "No sound path to the service was found (ICE failed). A VPN or firewall may block UDP; use another network.";
const BLOCKED = "The browser holds the sound back. Click anywhere on this page.";
const NOT_BACK = "The connection was lost and did not come back.";

export class Softphone {
  state = "idle"; // idle | connecting | on | lost
  muted = false;
  lostAt = 0;
  #link = null;
  #stream = null;
  #exchange = null;
  #coming = null; // the one search for a way back
  #audio;
  #iceServers;
  #on;

  // audio: plays the far end; on: {changed(state), over(text), message(m), trouble(text), unplugged()}
  constructor(audio, iceServers, on) {
    this.#audio = audio;
    this.#iceServers = iceServers;
    this.#on = on;
  }

  get busy() {
    return this.state !== "idle";
  }

  get connection() {
    return this.#link?.connection ?? null;
  }

  // `first(sdp)` and `again(sdp)` post an offer and give the answer: for a new leg, and for the same one later.
  async call(stream, { first, again }) {
    this.hangUp();
    this.#takeUp(stream);
    this.#exchange = again;
    this.muted = false;
    const link = (this.#link = this.#open());
    this.#set("connecting");
    try {
      const sdp = await first(await link.offer());
      if (this.#link !== link) return;
      await link.accept(sdp);
    } catch (error) {
      if (this.#link === link) this.drop();
      throw error;
    }
    link.connected(CONNECT_MS).then((so) => so || (this.#link === link && this.#over(NO_PATH)));
  }

  mute(on) {
    this.muted = on;
    for (const track of this.#stream?.getAudioTracks() ?? []) track.enabled = !on;
  }

  // Another microphone, in the middle of the call.
  async useMicrophone(stream) {
    if (!this.busy) return stop(stream);
    stop(this.#stream);
    this.#takeUp(stream);
    this.mute(this.muted);
    await this.#link?.useTrack(stream.getAudioTracks()[0]);
  }

  send(message) {
    this.#link?.send(message);
  }

  // Ends the call: the service is told that this page leaves.
  hangUp() {
    this.send({ type: "leaving" });
    this.drop();
  }

  // Lets go of the sound without ending the call: another page goes on with it, or nobody does.
  drop() {
    this.#link?.close();
    this.#coming?.abort();
    stop(this.#stream);
    this.#audio.srcObject = null;
    this.#link = this.#stream = this.#coming = null;
    if (this.busy) this.#set("idle");
  }

  #takeUp(stream) {
    this.#stream = stream;
    stream.getAudioTracks()[0].onended = () => this.#stream === stream && this.#on.unplugged?.();
  }

  #open() {
    const link = new Link(this.#iceServers, this.#stream.getAudioTracks()[0], {
      stream: (stream) => this.#play(stream),
      message: (message) => this.#on.message?.(message),
      connected: () => this.#link === link && this.#set("on"),
      quiet: () => this.#link === link && this.#lose(),
      flowing: () => this.#link === link && this.#found(),
      over: () => this.#link === link && this.#over(""),
    });
    return link;
  }

  #play(stream) {
    this.#audio.srcObject = stream;
    this.#audio.play().catch((error) => error.name === "NotAllowedError" && this.#on.trouble(BLOCKED));
  }

  #set(state) {
    this.state = state;
    this.#on.changed(state);
  }

  #over(text) {
    if (!this.busy) return;
    this.drop();
    this.#on.over(text);
  }

  // --- lost and back ---

  #lose() {
    if (this.state !== "on") return;
    this.lostAt = performance.now();
    this.#set("lost");
    this.#coming = new AbortController();
    this.#comeBack(this.#coming.signal);
  }

  // The old connection carries sound again before a new one was made.
  #found() {
    if (this.state !== "lost") return;
    this.#coming.abort();
    this.#set("on");
  }

  async #comeBack(gaveUp) {
    while (!gaveUp.aborted && performance.now() - this.lostAt < BACK_MS) {
      const link = this.#open();
      try {
        const sdp = await this.#exchange(await link.offer(), AbortSignal.any([gaveUp, AbortSignal.timeout(TRY_MS)]));
        await link.accept(sdp);
        if ((await link.connected(TRY_MS)) && !gaveUp.aborted) return this.#change(link);
      } catch (error) {
        if (GONE.has(error.status) && !gaveUp.aborted) return this.#over(error.message);
      }
      link.close();
      await pause(PAUSE_MS);
    }
    if (!gaveUp.aborted) this.#over(NOT_BACK);
  }

  #change(link) {
    this.#link.close();
    this.#link = link;
    this.mute(this.muted);
    this.#set("on");
  }
}

function stop(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

// Until the time is over, or the browser sees a network again.
function pause(ms) {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
    window.addEventListener("online", resolve, { once: true });
  });
}
