import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, freeUdpRange } from './free-ports.js';
import { readWav, type Sound } from './tones.js';
import { until } from './until.js';

/** What it hears is kept as 16-bit samples at 8 kHz. */
const BYTES_A_SECOND = 16_000;

export interface BaresipOptions {
  /** Where the exchange listens. */
  port: number;
  extension: string;
  password: string;
  transport?: 'udp' | 'tcp';
  /** Hz it sends while a call lasts. */
  toneHz?: number;
  answer?: 'manual' | 'auto';
}

/** What baresip says over its control port. */
interface Said {
  event?: boolean;
  type?: string;
  response?: boolean;
  ok?: boolean;
  data?: string;
  token?: string;
  peeruri?: string;
  peerdisplayname?: string;
  param?: string;
}

/** A baresip process as a manager's phone, moved over its control port. */
export class Baresip {
  private readonly said: Said[] = [];
  private readonly waiting = new Set<() => void>();
  private control: Socket | undefined;
  private token = 0;
  private taken = 0;
  /** What it printed: all its SIP among it. */
  trace = '';

  private constructor(
    private readonly folder: string,
    private readonly child: ChildProcess,
  ) {
    child.stdout?.on('data', (chunk: Buffer) => (this.trace += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.trace += chunk.toString()));
  }

  static async start(options: BaresipOptions): Promise<Baresip> {
    const folder = mkdtempSync(join(tmpdir(), 'linekeeper-baresip-'));
    const controlPort = await freePort();
    mkdirSync(join(folder, 'rec'));
    writeFileSync(join(folder, 'contacts'), '');
    writeFileSync(join(folder, 'accounts'), accountOf(options));
    writeFileSync(
      join(folder, 'config'),
      configOf(folder, controlPort, await freePort(), await freeUdpRange(20), options.toneHz ?? 440),
    );
    const child = spawn('baresip', ['-f', folder, '-s'], { stdio: ['ignore', 'pipe', 'pipe'] });
    const phone = new Baresip(folder, child);
    await phone.connect(controlPort);
    return phone;
  }

  private async connect(port: number): Promise<void> {
    this.control = await until('baresip’s control port', () => {
      if (this.child.exitCode !== null) throw new Error(`baresip ended: ${this.trace.slice(-1000)}`);
      return new Promise<Socket | undefined>((done) => {
        const socket = connect(port, '127.0.0.1');
        socket.once('connect', () => done(socket)).once('error', () => done(undefined));
      });
    });
    let bytes = Buffer.alloc(0);
    this.control.on('error', () => undefined);
    this.control.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      for (;;) {
        // A netstring: <length>:<bytes>,
        const colon = bytes.indexOf(':');
        const length = Number(bytes.toString('latin1', 0, Math.max(0, colon)));
        if (colon < 0 || bytes.length < colon + length + 2) return;
        this.said.push(JSON.parse(bytes.toString('utf8', colon + 1, colon + 1 + length)) as Said);
        bytes = bytes.subarray(colon + length + 2);
        for (const look of this.waiting) look();
      }
    });
  }

  private find(condition: (said: Said) => boolean, from: number): Promise<Said> {
    return new Promise((done) => {
      const look = () => {
        const at = this.said.findIndex((said, index) => index >= from && condition(said));
        if (at < 0) return;
        this.waiting.delete(look);
        this.taken = Math.max(this.taken, at + 1);
        done(this.said[at]!);
      };
      this.waiting.add(look);
      look();
    });
  }

  /** The next event of this type after those awaited before. */
  event(type: string): Promise<Said> {
    return this.find((said) => said.event === true && said.type === type, this.taken);
  }

  /** @throws where baresip says no */
  async command(command: string, params = ''): Promise<string> {
    const token = `t${++this.token}`;
    const text = JSON.stringify({ command, params, token });
    this.control?.write(`${Buffer.byteLength(text)}:${text},`);
    const { ok, data } = await this.find((said) => said.token === token, 0);
    if (!ok) throw new Error(`baresip: ${command} ${params}: ${data}`);
    return data ?? '';
  }

  /** Waits until the exchange has taken its registration. */
  async registered(): Promise<void> {
    await until('baresip is registered', async () => /OK/.test(await this.command('reginfo')));
  }

  /** What it has heard so far. */
  heard(): Sound {
    const [sound] = readWav(this.recording());
    return sound!;
  }

  private recording(): string {
    const [file] = readdirSync(join(this.folder, 'rec')).filter((name) => name.endsWith('-dec.wav'));
    if (!file) throw new Error('baresip has recorded nothing');
    return join(this.folder, 'rec', file);
  }

  /** Waits until it has heard so many seconds in all. */
  async heardFor(seconds: number): Promise<void> {
    // The file's head tells of its length only when the call is over.
    await until(
      `baresip has heard ${seconds} s`,
      () => statSync(this.recording()).size >= seconds * BYTES_A_SECOND,
    );
  }

  async stop(): Promise<void> {
    this.control?.destroy();
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGTERM');
      await once(this.child, 'exit');
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function accountOf({
  port,
  extension,
  password,
  transport = 'udp',
  answer = 'manual',
}: BaresipOptions): string {
  const over = transport === 'udp' ? '' : `;transport=${transport}`;
  const settings = `auth_user=${extension};auth_pass=${password};regint=60;answermode=${answer};audio_codecs=pcma,pcmu`;
  return `<sip:${extension}@127.0.0.1:${port}${over}>;${settings}\n`;
}

function configOf(folder: string, control: number, sip: number, rtp: number, toneHz: number): string {
  return `
poll_method             epoll
sip_listen              127.0.0.1:${sip}
net_interface           127.0.0.1
call_local_timeout      120
call_max_calls          8
audio_path              /nonexistent
audio_player            aubridge,nil
audio_source            ausine,${toneHz}
audio_alert             aubridge,nil
ausrc_srate             48000
ausrc_channels          2
rtp_ports               ${rtp}-${rtp + 19}
jitter_buffer_delay     1-10
module_path             /usr/lib/baresip/modules
module                  g711.so
module                  ausine.so
module                  aubridge.so
module                  sndfile.so
module_tmp              uuid.so
module_tmp              account.so
module_app              debug_cmd.so
module_app              menu.so
module_app              ctrl_tcp.so
ctrl_tcp_listen         127.0.0.1:${control}
snd_path                ${folder}/rec
ringback_disabled       yes
statmode_default        off
`;
}
