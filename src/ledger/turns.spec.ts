import { Turns } from './turns.js';

/** Asks for turns one after the other, and notes whose begins. */
function asker() {
  const turns = new Turns();
  const begun: string[] = [];
  const ask = (who: string, isFirst = false, name = 'a company') => {
    const turn = turns.take(name, isFirst);
    void turn.begun.then(() => begun.push(who));
    return turn;
  };
  const settled = async () => {
    await new Promise((done) => setImmediate(done));
    return begun.splice(0);
  };
  return { ask, settled };
}

test('one has its turn at a time, in the order of asking', async () => {
  const { ask, settled } = asker();
  const [first, second] = [ask('1'), ask('2'), ask('3')];
  expect(await settled()).toEqual(['1']);
  first.end();
  expect(await settled()).toEqual(['2']);
  first.end(); // once more, which is nobody's turn now
  expect(await settled()).toEqual([]);
  second.end();
  expect(await settled()).toEqual(['3']);
});

test('who goes first waits for the one whose turn it is, and for those who went first before him', async () => {
  const { ask, settled } = asker();
  const turns = [ask('1'), ask('2'), ask('first', true), ask('second', true), ask('3')];
  const order: string[] = [];
  for (const at of [0, 2, 3, 1, 4]) {
    order.push(...(await settled()));
    turns[at]!.end();
  }
  expect(order).toEqual(['1', 'first', 'second', '2', '3']);
});

test('who gives up while waiting waits no longer, and takes no turn', async () => {
  const { ask, settled } = asker();
  const [first, second, third] = [ask('1'), ask('2'), ask('3')];
  second.end();
  expect(await settled()).toEqual(['1', '2']);
  first.end();
  expect(await settled()).toEqual(['3']);
  third.end();
});

test('another name is another line', async () => {
  const { ask, settled } = asker();
  ask('1');
  ask('2', false, 'another company');
  expect(await settled()).toEqual(['1', '2']);
});
