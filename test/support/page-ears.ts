/**
 * Runs in a page before its own scripts, and listens without taking part: what remote parties sound like (`hears`), what the
 * page itself sounds like (`sounds`), on which speakers, from which microphone, and what it shows beyond its window.
 */
export const PAGE_EARS = `
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = ({ audio, ...rest }) => ask({ ...rest, audio: {
    ...(audio === true ? {} : audio), echoCancellation: false, noiseSuppression: false, autoGainControl: false } });

  const isTone = (analyser, hz) => {
    const levels = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(levels);
    const bin = Math.round((hz * analyser.fftSize) / analyser.context.sampleRate);
    const there = Math.max(...levels.slice(bin - 2, bin + 3));
    const beside = Math.max(...levels.slice(bin - 14, bin - 8), ...levels.slice(bin + 9, bin + 15));
    return there > -50 && there > beside + 15;
  };

  /** An analyser to which nothing comes any more keeps what it had: a tone that is heard has another phase soon after. */
  const isFresh = async (analyser) => {
    const [before, now] = [new Float32Array(64), new Float32Array(64)];
    analyser.getFloatTimeDomainData(before);
    await new Promise((done) => setTimeout(done, 100));
    analyser.getFloatTimeDomainData(now);
    return now.some((value, i) => value !== before[i]);
  };

  const context = new AudioContext();
  const remote = new Set();
  const connections = new Set();
  const Plain = RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Plain {
    constructor(...given) {
      super(...given);
      connections.add(this);
      this.addEventListener('track', ({ track }) => {
        const analyser = new AnalyserNode(context, { fftSize: 8192 });
        new MediaStreamAudioSourceNode(context, { mediaStream: new MediaStream([track]) }).connect(analyser);
        remote.add({ analyser, connection: this });
      });
    }
  };
  globalThis.hears = async (hz) => (await Promise.all([...remote].map(async ({ analyser, connection }) =>
    connection.connectionState !== 'closed' && await isFresh(analyser) && isTone(analyser, hz)))).includes(true);
  /** The names of the microphones that calls listen to. */
  globalThis.microphones = () => [...connections].filter(({ connectionState }) => connectionState !== 'closed')
    .flatMap((one) => one.getSenders().map(({ track }) => track?.label));

  const own = new Set();
  const { connect } = AudioNode.prototype;
  AudioNode.prototype.connect = function (to, ...more) {
    if (to instanceof AudioDestinationNode) {
      const analyser = new AnalyserNode(this.context, { fftSize: 8192 });
      connect.call(this, analyser);
      own.add(analyser);
    }
    return connect.call(this, to, ...more);
  };
  globalThis.sounds = (hz) => [...own].some((one) => one.context.state === 'running' && isTone(one, hz));
  globalThis.hasSounded = () => own.size > 0;

  const players = new Set();
  const { play } = HTMLMediaElement.prototype;
  HTMLMediaElement.prototype.play = function () {
    players.add(this);
    return play.call(this);
  };
  /** The ids of the speakers that something plays on; '' is the system's own. */
  globalThis.speakers = () => [...players].filter(({ srcObject }) => srcObject).map(({ sinkId }) => sinkId);

  const notifications = [];
  const Shown = Notification;
  globalThis.Notification = class extends Shown {
    constructor(title, options) {
      super(title, options);
      notifications.push({ title, body: options?.body, closed: false, own: this });
    }
    close() {
      for (const one of notifications) if (one.own === this) one.closed = true;
      super.close();
    }
  };
  globalThis.notifications = () => notifications.map(({ title, body, closed }) => ({ title, body, closed }));
`;
