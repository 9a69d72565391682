// What a supervisor does at the chosen call: listen, coach, barge in, take over, leave, whisper. The service decides.

import { post } from "./api.js";
import { microphone } from "./devices.js";
import { byId } from "./dom.js";
import { Softphone } from "./softphone.js";

const LEG = "warmline-wall-leg"; // of this tab, so that a reload goes on with it
const SILENT = new Set(["listen"]); // modes in which the microphone stays closed

export class Acts {
  #phone;
  #leg = "";
  #open = false; // the microphone is
  #quiet = null; // a track without sound

  // on: {changed(), trouble(text)}
  constructor(iceServers, on) {
    this.#phone = new Softphone(byId("voice"), iceServers, {
      changed: on.changed,
      over: (text) => {
        this.#leg = "";
        if (text) on.trouble(text);
        on.changed();
      },
      message: () => {},
      trouble: on.trouble,
      unplugged: () => this.#close(),
    });
  }

  get phone() {
    return this.#phone;
  }

  // mode: listen | coach | barge | take-over
  async take(call, mode) {
    if (!SILENT.has(mode)) await this.#speak();
    await this.#connect();
    try {
      await post(`/desk/api/wall/calls/${call}/${mode}`);
    } catch (error) {
      await this.#close();
      throw error;
    }
    if (SILENT.has(mode)) await this.#close();
  }

  async leave(notes = "") {
    await this.#close();
    await post("/desk/api/wall/leave", { notes });
  }

  whisper(call, kind, more = {}) {
    return post(`/desk/api/wall/calls/${call}/whisper`, { kind, ...more });
  }

  // After a reload: the leg this page was on goes on, with the microphone where `speaks`.
  async resume(speaks) {
    this.#leg = sessionStorage.getItem(LEG) ?? "";
    if (!this.#leg || this.#phone.busy) return;
    if (speaks) await this.#speak();
    await this.#call(this.#again);
  }

  async #connect() {
    if (this.#phone.busy) return;
    await this.#call(async (sdp) => {
      const answer = await post("/desk/api/wall/phone", { sdp });
      this.#leg = answer.leg;
      sessionStorage.setItem(LEG, answer.leg);
      return answer.sdp;
    });
  }

  async #call(first) {
    const stream = this.#open ? await microphone() : this.#silence();
    await this.#phone.call(stream, { first, again: this.#again });
  }

  #again = async (sdp, signal) => (await post(`/desk/api/wall/phone/${this.#leg}/resume`, { sdp }, signal)).sdp;

  async #speak() {
    if (this.#open) return;
    const stream = await microphone(); // asked for before anything is done: it may be refused
    this.#open = true;
    if (this.#phone.busy) await this.#phone.useMicrophone(stream);
    else stream.getTracks().forEach((track) => track.stop());
  }

  async #close() {
    if (!this.#open) return;
    this.#open = false;
    if (this.#phone.busy) await this.#phone.useMicrophone(this.#silence());
  }

  #silence() {
    const context = (this.#quiet ??= new AudioContext());
    context.resume();
    return context.createMediaStreamDestination().stream;
  }
}
