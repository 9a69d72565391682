// The microphone and the speaker: asked for, chosen, remembered on this machine.

const SOUND = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const TROUBLE = {
  NotAllowedError: "The microphone is blocked. Allow it with the sign left of the page's address, then try again.",
  NotFoundError: "No microphone was found. Plug one in, then try again.",
  NotReadableError: "Another program holds the microphone. Close it, then try again.",
};

// Something the person at the page can do something about; the message says what.
export class Trouble extends Error {}

export const chosen = (kind) => localStorage.getItem(kind) ?? ""; // kind: audioinput | audiooutput

// Asks for the chosen microphone, or for whichever there is when that one is not plugged in. Throws Trouble.
export async function microphone() {
  if (!navigator.mediaDevices) throw new Trouble("This page needs https:// (or 127.0.0.1) to use the microphone.");
  const id = chosen("audioinput");
  try {
    return await open(id ? { ...SOUND, deviceId: { exact: id } } : SOUND);
  } catch (error) {
    throw new Trouble(TROUBLE[error.name] ?? `The microphone cannot be used: ${error.message}`);
  }
}

// A microphone's place taken by silence, for who does not speak: the call needs sound to flow.
export function silence() {
  return new AudioContext().createMediaStreamDestination().stream;
}

async function open(audio) {
  try {
    return await navigator.mediaDevices.getUserMedia({ audio });
  } catch (error) {
    if (error.name !== "OverconstrainedError" || !audio.deviceId) throw error;
    return navigator.mediaDevices.getUserMedia({ audio: SOUND });
  }
}

// Plays the element on the chosen speaker, where the browser lets a page choose; else on the system's.
export async function useSpeaker(element) {
  if (element.setSinkId) await element.setSinkId(chosen("audiooutput")).catch(() => element.setSinkId(""));
}

// Fills the two lists, keeps what is chosen, and calls `changed(kind)`. Lists without names come before permission.
export class DeviceChoice {
  #lists;
  #changed;

  constructor(microphones, speakers, changed) {
    this.#lists = { audioinput: microphones, audiooutput: speakers };
    this.#changed = changed;
    for (const [kind, list] of Object.entries(this.#lists)) {
      list.addEventListener("change", () => {
        localStorage.setItem(kind, list.value);
        changed(kind);
      });
    }
    navigator.mediaDevices?.addEventListener("devicechange", () => this.#plugged());
  }

  async fill() {
    const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    for (const [kind, list] of Object.entries(this.#lists)) this.#fill(list, kind, devices);
  }

  #fill(list, kind, devices) {
    const found = devices.filter((device) => device.kind === kind && device.label);
    const standard = new Option("System default", "");
    list.replaceChildren(standard, ...own(found).map(({ label, deviceId }) => new Option(label, deviceId)));
    list.value = chosen(kind);
    if (list.selectedIndex < 0) list.value = ""; // the remembered one is not plugged in: kept for when it is
    list.disabled = !found.length;
  }

  // A headset came or went: the remembered one is used again as soon as it is there.
  async #plugged() {
    const before = this.#lists.audioinput.value;
    await this.fill();
    if (this.#lists.audioinput.value !== before) this.#changed("audioinput");
    this.#changed("audiooutput");
  }
}

const own = (devices) => devices.filter(({ deviceId }) => deviceId !== "default" && deviceId !== "communications");
