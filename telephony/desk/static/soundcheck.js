// Whether this desk can hear and speak, before a caller waits for it: the microphone's state, and the choice of devices.

import { DeviceChoice, microphone, useSpeaker } from "./devices.js";
import { byId, say, setText } from "./dom.js";

export class SoundCheck {
  #phone;
  #devices;
  #doing;

  // phone(): the softphone; doing(act): runs it and shows what goes wrong
  constructor(phone, doing) {
    this.#phone = phone;
    this.#doing = doing;
    this.#devices = new DeviceChoice(byId("microphones"), byId("speakers"), doing((kind) => this.use(kind)));
    byId("sound").addEventListener("toggle", () => this.#devices.fill());
  }

  open() {
    useSpeaker(byId("voice"));
    this.#devices.fill();
    this.#follow().catch(() => {}); // not every browser knows this permission by name
  }

  // Asks once, when there is time, rather than when a caller waits. Throws Trouble.
  async check() {
    try {
      (await microphone()).getTracks().forEach((track) => track.stop());
    } catch (error) {
      this.#show(false);
      throw error;
    }
    await this.#devices.fill();
    say("notice", "");
    this.#show(true);
  }

  // Another device was chosen, or the one in use is gone.
  async use(kind) {
    if (kind === "audiooutput") return useSpeaker(byId("voice"));
    await this.#phone().useMicrophone(await microphone());
    await this.#devices.fill();
  }

  #show(ready) {
    setText("microphone", ready ? "Microphone ready" : "⚠ No microphone");
    byId("microphone").classList.toggle("bad", !ready);
  }

  // Allowed or blocked beside the page's address, while the desk is open.
  async #follow() {
    const permission = await navigator.permissions.query({ name: "microphone" });
    permission.onchange = this.#doing(() => this.check());
  }
}
