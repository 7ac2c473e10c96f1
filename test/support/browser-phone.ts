import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { wavHeader } from '../../src/common/wav-header.js';
import { until } from './until.js';
import { openBrowser, signIn, visit, type Visit, type VisitOptions } from './browser.js';

const RATE = 48_000;
const SECONDS = 60;

/** Hears what comes and counts nothing else: the loudest frequencies of every remote track, in Hz. */
const LISTENING = `
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = ({ audio, ...rest }) => ask({ ...rest, audio: {
    ...(audio === true ? {} : audio), echoCancellation: false, noiseSuppression: false, autoGainControl: false } });
  const context = new AudioContext();
  const analysers = new Set();
  const Plain = RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Plain {
    constructor(...given) {
      super(...given);
      this.addEventListener('track', ({ track }) => {
        const analyser = new AnalyserNode(context, { fftSize: 8192 });
        new MediaStreamAudioSourceNode(context, { mediaStream: new MediaStream([track]) }).connect(analyser);
        analysers.add({ analyser, connection: this });
      });
    }
  };
  globalThis.hears = (hz) => [...analysers].some(({ analyser, connection }) => {
    if (connection.connectionState === 'closed') return false;
    const levels = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(levels);
    const bin = Math.round((hz * analyser.fftSize) / context.sampleRate);
    const there = Math.max(...levels.slice(bin - 2, bin + 3));
    const beside = Math.max(...levels.slice(bin - 14, bin - 8), ...levels.slice(bin + 9, bin + 15));
    return there > -50 && there > beside + 15;
  });
`;

/** A Chromium whose microphone hears a tone. @param hz of the tone @param folder for its file */
export function browserWithTone(folder: string, hz: number): Promise<Browser> {
  const samples = Int16Array.from({ length: SECONDS * RATE }, (_, i) =>
    Math.round(12_000 * Math.sin((2 * Math.PI * hz * i) / RATE)),
  );
  const sound = Buffer.from(samples.buffer);
  const file = join(folder, `microphone-${hz}.wav`);
  writeFileSync(file, Buffer.concat([wavHeader(1, RATE, sound.length), sound]));
  return openBrowser(['--allow-loopback-in-peer-connection', `--use-file-for-fake-audio-capture=${file}`]);
}

/** A window of its own whose page may use the microphone, and in which it is measured what is heard. */
export async function visitWithEars(
  browser: Browser,
  web: string,
  options: VisitOptions = {},
): Promise<Visit> {
  const visited = await visit(browser, web, { permissions: ['microphone', 'notifications'], ...options });
  await visited.context.addInitScript(LISTENING);
  return visited;
}

/** The cabinets with the phone turned on. */
export async function visitWithPhone(
  browser: Browser,
  web: string,
  [email, password]: readonly [string, string],
  options: VisitOptions = {},
): Promise<Visit> {
  const visited = await visitWithEars(browser, web, options);
  await signIn(visited.page, email, password);
  await turnOn(visited.page);
  return visited;
}

/** Turns the phone of this browser on, as a person does. */
export async function turnOn(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Phone of this browser/ }).click();
  await page.getByRole('switch', { name: 'This browser rings' }).check();
  await page.getByText(/^Extension \d+ rings here/).waitFor();
  await page.keyboard.press('Escape');
}

/** Waits until this tone is heard in the page. */
export async function waitToHear(page: Page, hz: number): Promise<void> {
  await until(`${hz} Hz is heard in the page`, () => hears(page, hz));
}

export const hears = (page: Page, hz: number): Promise<boolean> => page.evaluate(`globalThis.hears(${hz})`);
