/** How the phone of this browser stands. */
export type PhoneStatus =
  'off' | 'connecting' | 'ready' | 'lost' | 'insecure' | 'no-extension' | 'too-many-devices';

export type CallState = 'ringing' | 'calling' | 'talking';

/** A call at this browser, as its tabs show it. `party` is a client's code or a colleague's extension. */
export interface PhoneCall {
  id: string;
  direction: 'in' | 'out';
  party: string;
  name: string;
  state: CallState;
  held: boolean;
  muted: boolean;
  /** The connection of its sound is lost; another way is being sought. */
  interrupted: boolean;
  /** When the talk began; milliseconds since the epoch. */
  since: number;
  /** To whom it is being passed on. */
  passingTo: string | null;
}

/** Something the person should know of, told once. */
export type Notice = 'no-microphone' | 'not-passed-on' | 'not-connected' | 'connection-lost' | 'no-sound';

export interface PhoneState {
  status: PhoneStatus;
  calls: readonly PhoneCall[];
  notice: { what: Notice; id: number } | null;
}

export const OFF: PhoneState = { status: 'off', calls: [], notice: null };

/** What a person does with the phone, from any tab. */
export type PhoneCommand =
  | { do: 'call'; to: string }
  /** The server will ring this phone for this party, because the person asked for it: answered by itself. */
  | { do: 'expect'; party: string | null }
  | { do: 'answer'; id: string }
  | { do: 'hang-up'; id: string }
  | { do: 'hold'; id: string; on: boolean }
  | { do: 'mute'; id: string; on: boolean }
  | { do: 'key'; id: string; key: string }
  | { do: 'pass-on'; id: string; to: string }
  /** Attended: the party of `id` is connected with the party of `other`. */
  | { do: 'connect'; id: string; other: string };
