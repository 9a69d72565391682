// A short, low double tone every two seconds while an offer rings; silent where the browser allows no sound yet.

let context = null;
let timer = 0;

export function ring(on) {
  if (!on) {
    clearInterval(timer);
    timer = 0;
    return;
  }
  if (timer) return;
  context ??= new AudioContext();
  tones();
  timer = setInterval(tones, 2000);
}

function tones() {
  if (context.state !== "running") {
    context.resume();
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
