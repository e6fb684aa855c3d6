import { PassThrough } from 'node:stream';
import { setImmediate as otherWork } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { ClientReadableStream } from '@grpc/grpc-js';
import { Pull } from './pull.js';

const open = async () => {
  const source = new PassThrough({ objectMode: true });
  const call = Object.assign(source, { cancel: () => source.destroy() });
  const opening = Promise.resolve(call as unknown as ClientReadableStream<string>);
  const pull = new Pull(opening, new AbortController().signal);
  await otherWork();
  return { source, pull };
};

describe('items taken by hand', () => {
  it('a wait that ends by its time does not leave a wake-up to the next one, which has nothing to take', async () => {
    const { source, pull } = await open();
    const first = pull.wait(1);
    // The item comes when the time is over already: the timer is looked at before anybody is woken for the item.
    for (const end = performance.now() + 5; performance.now() < end;);
    source.emit('data', 'one');
    expect([await first, pull.take()]).toEqual([true, 'one']);
    let hasEnded = false;
    const second = pull.wait().finally(() => (hasEnded = true));
    for (let turn = 0; turn < 5; turn++) await otherWork();
    expect(hasEnded).toBe(false);
    source.emit('data', 'two');
    expect([await second, pull.take()]).toEqual([true, 'two']);
    pull.close();
  });
});
