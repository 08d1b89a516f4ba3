// Optional sound, off until somebody turns it on: pulses as IEC 60601-1-8 counts them (10, 3, 2), each
// with harmonics, by which a tone is heard in a loud room and found. It is an aid beside the screen,
// never the alarm itself. The choice lasts; a browser that lets no page sound by itself is asked again
// at the first touch.
const KEPT = "homeward.sound";
const PULSES = { high: [0, .2, .4, .75, .95, 1.6, 1.8, 2, 2.35, 2.55], medium: [0, .25, .5], low: [0, .3] };
const PITCH = { high: 880, medium: 660, low: 520 };
const LENGTH = { high: .15, medium: .2, low: .2 };
const HARMONICS = [0, 1, .7, .6, .5, .4]; // the pitch and four above it, within 15 dB

export class Sound {
  constructor(button) {
    this.button = button;
    this.context = null;
    button.addEventListener("click", () => this.toggle());
    if (kept()) this.start();
    this.show();
  }
  get heard() { return this.context?.state === "running"; }
  start() {
    this.context = new AudioContext();
    this.context.addEventListener("statechange", () => this.show());
    for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, () => this.context?.resume(), { once: true });
  }
  async toggle() {
    if (this.context) { await this.context.close(); this.context = null; } else { this.start(); await this.context.resume(); }
    keep(this.context !== null);
    this.show();
    this.burst("low");
  }
  // Whether it is heard is said on the button, and loudly where every page says it.
  show() {
    const on = this.context !== null;
    this.button.setAttribute("aria-pressed", String(on));
    this.button.textContent = !on ? "Sound off" : this.heard ? "Sound on" : "Sound waits for a touch";
    const sign = document.getElementById("sound-state");
    if (sign) sign.hidden = this.heard;
  }
  burst(priority) {
    if (!this.context) return;
    for (const at of PULSES[priority] ?? []) this.pulse(this.context.currentTime + at, priority);
  }
  pulse(at, priority) {
    const end = at + LENGTH[priority];
    const tone = this.context.createOscillator();
    const volume = this.context.createGain();
    tone.setPeriodicWave(this.context.createPeriodicWave(new Float32Array(HARMONICS.length), new Float32Array(HARMONICS)));
    tone.frequency.value = PITCH[priority];
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(.25, at + .02);
    volume.gain.setValueAtTime(.25, end - .04);
    volume.gain.linearRampToValueAtTime(0, end);
    tone.connect(volume).connect(this.context.destination);
    tone.start(at);
    tone.stop(end + .02);
  }
}
function kept() { try { return localStorage.getItem(KEPT) === "on"; } catch { return false; } }
function keep(on) { try { localStorage.setItem(KEPT, on ? "on" : "off"); } catch { /* it lasts for this page alone */ } }
