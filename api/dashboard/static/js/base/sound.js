// Optional sound, off until somebody turns it on: pulses as IEC 60601-1-8 counts them (10, 3, 2),
// kept short. It is an aid beside the screen, never the alarm itself.
const PULSES = { high: [0, .2, .4, .75, .95, 1.6, 1.8, 2, 2.35, 2.55], medium: [0, .25, .5], low: [0, .3] };
const PITCH = { high: 880, medium: 660, low: 520 };

export class Sound {
  constructor(button) {
    this.button = button;
    this.context = null;
    button.addEventListener("click", () => this.toggle());
  }
  async toggle() {
    if (this.context) { await this.context.close(); this.context = null; } else { this.context = new AudioContext(); }
    this.button.setAttribute("aria-pressed", String(this.context !== null));
    this.button.textContent = this.context ? "Sound on" : "Sound off";
    if (this.context) this.burst("low");
  }
  burst(priority) {
    if (!this.context) return;
    for (const at of PULSES[priority] ?? []) this.pulse(this.context.currentTime + at, PITCH[priority]);
  }
  pulse(at, pitch) {
    const tone = this.context.createOscillator();
    const volume = this.context.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(.25, at + .02);
    volume.gain.linearRampToValueAtTime(0, at + .14);
    tone.connect(volume).connect(this.context.destination);
    tone.start(at);
    tone.stop(at + .16);
  }
}
