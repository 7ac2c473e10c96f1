import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { getPriority, setPriority } from 'node:os';
import { CALLS_NICENESS, giveWay, LATER_STEPS, takePrecedence } from './priority.js';

describe('who comes first on the machine', () => {
  it('what is made after a call gives way to calls', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const ended = once(child, 'close');
    await once(child, 'spawn');
    try {
      giveWay(child.pid);
      expect(getPriority(child.pid)).toBe(Math.min(19, getPriority() + LATER_STEPS));
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
  });

  it('one that has ended already is no error', () => {
    giveWay(undefined);
    giveWay(2 ** 30);
  });

  it('calls take precedence where this process may, and nothing changes where it may not', () => {
    const before = getPriority();
    try {
      takePrecedence();
      expect([before, CALLS_NICENESS]).toContain(getPriority());
    } finally {
      setPriority(before);
    }
  });
});
