import type { Snapshot } from '../provisioning/config.js';
import { readDialled } from './dialled.js';

const extension = { id: 'e1', number: '101' };
const snapshot = {
  diallingRulesOf: () => ({ emergencyNumbers: ['112', '102'] }),
  companies: new Map([['c', { id: 'c', country: 'RU' }]]),
  extensionByNumber: (_: string, number: string) => (['101', '102'].includes(number) ? extension : undefined),
} as unknown as Snapshot;
const read = (text: string) => readDialled(snapshot, 'c', text);

describe('what an extension dials', () => {
  it('is an emergency number before anything else, a colleague’s extension among it', () => {
    for (const number of ['112', '102']) expect(read(number)).toEqual({ kind: 'emergency', number });
  });

  it('is a colleague’s extension before a code or a number', () => {
    expect(read('101')).toEqual({ kind: 'extension', extension });
  });

  it.each([
    ['*8', '*8', ''],
    ['*8*102', '*8', '102'],
    ['*12*7', '*12', '7'],
    ['*8102#', '*81', '02'],
  ])('%s is a feature code with what follows it', (text, code, argument) => {
    expect(read(text)).toEqual({ kind: 'feature', code, argument });
  });

  it('is a client’s code where its check digit is right, and a slip where it is not', () => {
    expect(read('40720')).toEqual({ kind: 'client-code', code: '40720' });
    for (const wrong of ['40721', '47022', '04072']) expect(read(wrong)).toEqual({ kind: 'wrong-code' });
  });

  it.each(['+79161234567', '89161234567', '79161234567'])('%s is a telephone number', (text) => {
    expect(read(text)).toMatchObject({ kind: 'number' });
  });

  it.each(['', 'hello', '123456789012345678', '+0'])('“%s” is nothing that can be called', (text) => {
    expect(read(text)).toEqual({ kind: 'nothing' });
  });
});
