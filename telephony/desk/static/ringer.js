// A short, low double tone every two seconds while an offer rings, on the chosen speaker.

import { chosen } from "./devices.js";

let context = null;
let timer = 0;

// `blocked()`: the browser allows no sound before the first click or key on the page.
export function ring(on, blocked) {
  if (!on) {
    clearInterval(timer);
    timer = 0;
    return;
  }
  if (timer) return;
  context ??= new AudioContext();
  context.setSinkId?.(chosen("audiooutput")).catch(() => {});
  tones(blocked);
  timer = setInterval(tones, 2000, blocked);
}

function tones(blocked) {
  if (context.state !== "running") {
    context.resume();
    if (!navigator.userActivation?.hasBeenActive) blocked?.();
    return;
  }
  for (const start of [0, 0.25]) {
    const tone = context.createOscillator();
    const volume = context.createGain();
    const at = context.currentTime + start;
    tone.frequency.value = 520;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.08, at + 0.02);
    volume.gain.linearRampToValueAtTime(0, at + 0.18);
    tone.connect(volume).connect(context.destination);
    tone.start(at);
    tone.stop(at + 0.2);
  }
}
