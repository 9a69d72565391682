// The agent's own leg: answers the one that rings here, goes on with the one an earlier page of this desk was on.

import { post } from "./api.js";
import { microphone } from "./devices.js";

export class AgentLeg {
  leg = null; // {leg, call} this page's phone is on
  #phone;
  #wanted = null; // the call whose leg is to be answered as soon as it rings
  #asked = null; // whether there is a microphone for it

  constructor(phone) {
    this.#phone = phone;
  }

  get on() {
    return this.leg !== null;
  }

  // Answers the ringing leg of this offer, or will as soon as it rings. Throws Trouble when there is no microphone.
  async answer(offer, ring) {
    if (!offer.on_desk || this.leg?.call === offer.call) return;
    if (ring?.call === offer.call) return this.#connect(ring, "sdp");
    if (this.#wanted !== offer.call) {
      this.#wanted = offer.call; // before the microphone is asked for: that can take long, and it may ring meanwhile
      this.#asked = microphone().then((stream) => stream.getTracks().forEach((track) => track.stop()));
    }
    try {
      await this.#asked;
    } catch (error) {
      if (this.#wanted === offer.call) this.#wanted = null;
      throw error;
    }
  }

  async rings(ring) {
    if (ring && ring.call === this.#wanted) await this.#connect(ring, "sdp");
  }

  // What the service says this desk's phone is on; null: nothing any more.
  async follow(phone) {
    if (phone && phone.leg !== this.leg?.leg) await this.#connect(phone, "resume");
    if (!phone && this.leg && this.#phone.state !== "connecting") this.leave();
  }

  leave() {
    this.#wanted = this.leg = null;
    if (this.#phone.busy) this.#phone.hangUp();
  }

  // Another page goes on with the call.
  letGo() {
    this.#wanted = this.leg = null;
    this.#phone.drop();
  }

  over() {
    this.leg = null;
  }

  async hangUp() {
    await post(`/desk/api/legs/${this.leg.leg}/hang-up`);
  }

  async #connect(ring, how) {
    if (this.leg?.leg === ring.leg) return;
    this.#wanted = null;
    const leg = (this.leg = { leg: ring.leg, call: ring.call });
    const exchange = (path) => async (sdp, signal) =>
      (await post(`/desk/api/legs/${ring.leg}/${path}`, { sdp }, signal)).sdp;
    try {
      const stream = await microphone();
      await this.#phone.call(stream, { first: exchange(how), again: exchange("resume") });
    } catch (error) {
      if (this.leg === leg) this.leg = null;
      throw error;
    }
  }
}
