/** The sounds of the desk; made, not loaded. An incoming call: 400 and 450 Hz, 0.4 s on, 0.2 s off, 0.4 s on, 2 s off. */
const pattern = [0, 0.4, 0.6, 1.0] as const;
const periodMs = 3_000;

let context: AudioContext | null = null;
let timer: ReturnType<typeof setInterval> | undefined;

function ringOnce(): void {
  if (context === null) return;
  const gain = context.createGain();
  gain.gain.value = 0;
  gain.connect(context.destination);
  const begin = context.currentTime;
  for (const [index, at] of pattern.entries())
    gain.gain.setValueAtTime(index % 2 === 0 ? 0.15 : 0, begin + at);
  for (const frequency of [400, 450]) {
    const tone = new OscillatorNode(context, { frequency });
    tone.connect(gain);
    tone.start(begin);
    tone.stop(begin + 1.1);
  }
}

/** Rings until it is stopped. A browser that wants a click before any sound stays silent; the page shows the call. */
export function startRinging(): void {
  if (timer !== undefined) return;
  context ??= new AudioContext();
  void context.resume().catch(() => undefined);
  ringOnce();
  timer = setInterval(ringOnce, periodMs);
}

export function stopRinging(): void {
  clearInterval(timer);
  timer = undefined;
}

/** Two short tones: something has come that is no call. */
export function chime(): void {
  context ??= new AudioContext();
  void context.resume().catch(() => undefined);
  const gain = new GainNode(context, { gain: 0.15 });
  gain.connect(context.destination);
  for (const [index, frequency] of [660, 880].entries()) {
    const tone = new OscillatorNode(context, { frequency });
    tone.connect(gain);
    tone.start(context.currentTime + index * 0.2);
    tone.stop(context.currentTime + index * 0.2 + 0.15);
  }
}
