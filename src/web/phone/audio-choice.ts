const STORED = 'linekeeper.audio';

/** The person's microphone and speaker, by the browser's ids; '' is the system's own. */
export interface AudioChoice {
  microphone: string;
  speaker: string;
}

export function audioChoice(): AudioChoice {
  try {
    const { microphone = '', speaker = '' } = JSON.parse(
      localStorage.getItem(STORED) ?? '{}',
    ) as Partial<AudioChoice>;
    return { microphone, speaker };
  } catch {
    return { microphone: '', speaker: '' };
  }
}

export function chooseAudio(choice: AudioChoice): void {
  localStorage.setItem(STORED, JSON.stringify(choice));
  window.dispatchEvent(new StorageEvent('storage', { key: STORED }));
}

/** Calls back whenever the choice changes, in this tab or another. @returns how to stop */
export function onAudioChoice(changed: (choice: AudioChoice) => void): () => void {
  const heard = ({ key }: StorageEvent) => key === STORED && changed(audioChoice());
  window.addEventListener('storage', heard);
  return () => window.removeEventListener('storage', heard);
}

/**
 * What getUserMedia is asked for. A microphone that is gone gives way to the system's own: as a mere wish (`ideal`) the choice
 * is one that browsers may pass over, as an order (`exact`) it fails where there is none.
 */
export async function microphone({ microphone: id }: AudioChoice): Promise<MediaStreamConstraints> {
  const { microphones } = id === '' ? { microphones: [] } : await audioDevices();
  const isThere = microphones.some(({ deviceId }) => deviceId === id);
  return { audio: isThere ? { deviceId: { exact: id } } : true, video: false };
}

/** Plays on the chosen speaker, where the browser can choose. */
export async function playOn(audio: HTMLAudioElement, { speaker }: AudioChoice): Promise<void> {
  // A speaker that was unplugged: the system's own goes on.
  await audio.setSinkId?.(speaker).catch(() => undefined);
}

export interface AudioDevices {
  microphones: MediaDeviceInfo[];
  speakers: MediaDeviceInfo[];
}

/** Names are there once the microphone was allowed. */
export async function audioDevices(): Promise<AudioDevices> {
  const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  const named = all.filter(({ deviceId, label }) => deviceId !== '' && label !== '');
  return {
    microphones: named.filter(({ kind }) => kind === 'audioinput'),
    speakers: named.filter(({ kind }) => kind === 'audiooutput'),
  };
}
