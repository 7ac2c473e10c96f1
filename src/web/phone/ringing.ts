/** Two notes, twice, and a pause: Hz and seconds. */
const NOTES = [
  { hz: 659, at: 0 },
  { hz: 784, at: 0.18 },
  { hz: 659, at: 0.5 },
  { hz: 784, at: 0.68 },
] as const;
const NOTE_S = 0.16;
const EVERY_MS = 2_400;
const LOUDNESS = 0.25;

/** Rings until the returned function is called. Nothing is loaded for it. */
export function startRinging(): () => void {
  const context = new AudioContext();
  void context.resume().catch(() => undefined); // before the first click a page may not sound; the notification shows
  const ring = () => NOTES.forEach((note) => play(context, note));
  ring();
  const timer = setInterval(ring, EVERY_MS);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}

function play(context: AudioContext, { hz, at }: (typeof NOTES)[number]): void {
  const start = context.currentTime + at;
  const loudness = new GainNode(context, { gain: 0 });
  const note = new OscillatorNode(context, { frequency: hz, type: 'triangle' });
  note.connect(loudness).connect(context.destination);
  // Without these ramps each note would click.
  loudness.gain.setValueAtTime(0, start);
  loudness.gain.linearRampToValueAtTime(LOUDNESS, start + 0.02);
  loudness.gain.linearRampToValueAtTime(0, start + NOTE_S);
  note.start(start);
  note.stop(start + NOTE_S);
}

/** Shows the call above other windows, where the person allowed it. @returns how to take it away */
export function notify(title: string, body: string): () => void {
  if (!('Notification' in window) || Notification.permission !== 'granted') return () => undefined;
  const shown = new Notification(title, {
    body,
    tag: 'linekeeper-call',
    requireInteraction: true,
    icon: '/icon.svg',
  });
  shown.onclick = () => {
    window.focus();
    shown.close();
  };
  return () => shown.close();
}
