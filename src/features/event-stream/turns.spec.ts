import { describe, expect, it } from '@jest/globals';
import { Turns } from './turns.js';

describe('turns', () => {
  it('lets so many run at a time, in order of arrival, also after one failed', async () => {
    const turns = new Turns(2);
    const order: string[] = [];
    const ends = new Map<string, (error?: Error) => void>();
    const run = (name: string): Promise<void> =>
      turns.run(() => {
        order.push(name);
        return new Promise((resolve, reject) =>
          ends.set(name, (error) => (error === undefined ? resolve() : reject(error))),
        );
      });
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(run) as [
      Promise<void>,
      Promise<void>,
      Promise<void>,
      Promise<void>,
    ];
    await Promise.resolve();
    expect(order).toEqual(['a', 'b']);
    ends.get('b')?.(new Error('no'));
    await expect(b).rejects.toThrow('no');
    expect(order).toEqual(['a', 'b', 'c']);
    ends.get('a')?.();
    await a;
    expect(order).toEqual(['a', 'b', 'c', 'd']);
    ends.get('c')?.();
    ends.get('d')?.();
    await Promise.all([c, d]);
    expect(await turns.run(() => Promise.resolve(7))).toBe(7);
  });
});
