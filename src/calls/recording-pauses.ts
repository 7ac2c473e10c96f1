import { Injectable } from '@nestjs/common';
import { Notifications } from '../database/notifications.js';
import { CallRecording } from './call-recording.js';
import { LiveCalls } from './live-calls.js';

/** Which recordings are paused, told to the control plane that has the call: it is seen by whoever watches the call. */
@Injectable()
export class RecordingPauses {
  constructor(
    private readonly liveCalls: LiveCalls,
    private readonly recording: CallRecording,
    private readonly notifications: Notifications,
  ) {
    notifications.on('recording-pauses', {
      heard: ({ callId, paused }) => void this.note(callId, paused),
      missed: () => this.readAnew(),
    });
  }

  async tell(callId: string, paused: boolean): Promise<void> {
    if (!this.note(callId, paused)) await this.notifications.send('recording-pauses', { callId, paused });
  }

  /** @returns whether the call is here */
  private note(callId: string, paused: boolean): boolean {
    const call = this.liveCalls.get(callId);
    if (!call) return false;
    if (call.recording && call.recording.paused !== paused) {
      call.recording.paused = paused;
      call.changed({ kind: paused ? 'recording-paused' : 'recording-resumed' });
    }
    return true;
  }

  private async readAnew(): Promise<void> {
    for (const call of this.liveCalls.all()) {
      if (call.recording) this.note(call.id, await this.recording.isPaused(call));
    }
  }
}
