import { audioChoice, microphone, onAudioChoice, playOn, type AudioChoice } from './audio-choice.js';

/** What is heard of a call and what is said in it, on the speaker and from the microphone that the person has chosen. */
export class CallAudio {
  private readonly player = new Audio();
  private readonly stopFollowing: () => void;
  private connection: RTCPeerConnection | undefined;
  private chosen: MediaStream | undefined;

  /** @param onNoMicrophone told when the one that was chosen during the call gives nothing */
  constructor(private readonly onNoMicrophone: () => void) {
    this.player.autoplay = true;
    // One after the other: of two choices in a row the second holds.
    let turn = playOn(this.player, audioChoice());
    this.stopFollowing = onAudioChoice((choice) => (turn = turn.then(() => this.follow(choice))));
  }

  hear(connection: RTCPeerConnection): void {
    this.connection = connection;
    connection.addEventListener('track', ({ track }) => {
      this.player.srcObject = new MediaStream([track]);
      void this.player.play().catch(() => undefined); // answered by a click: it may play
    });
  }

  end(): void {
    this.stopFollowing();
    this.release();
    this.player.srcObject = null;
  }

  /** Another microphone or speaker, in the middle of the call. */
  private async follow(choice: AudioChoice): Promise<void> {
    await playOn(this.player, choice);
    const sender = this.connection?.getSenders().find(({ track }) => track?.kind === 'audio');
    if (!sender?.track) return;
    const stream = await navigator.mediaDevices.getUserMedia(await microphone(choice)).catch(() => undefined);
    const [track] = stream?.getAudioTracks() ?? [];
    if (!stream || !track) return this.onNoMicrophone();
    track.enabled = sender.track.enabled;
    await sender.replaceTrack(track);
    this.release();
    this.chosen = stream;
  }

  private release(): void {
    this.chosen?.getTracks().forEach((track) => track.stop());
  }
}
