import { describe, expect, it } from '@jest/globals';
import { AppendOutcomeUnknown } from './event-store.js';
import { KeyedQueue, MAX_IN_LINE, MAX_WAIT_MS } from './keyed-queue.js';

interface Gate {
  readonly opened: Promise<void>;
  readonly open: () => void;
}

const gate = (): Gate => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
};

const unavailable = (message: string): object =>
  expect.objectContaining({ name: 'EventStoreUnavailable', message });

describe('KeyedQueue', () => {
  it('runs tasks of one key one after the other, in order of arrival', async () => {
    const queue = new KeyedQueue();
    const log: string[] = [];
    const task = (name: string) => async (): Promise<string> => {
      log.push(`${name} starts`);
      await new Promise(setImmediate);
      log.push(`${name} ends`);
      return name;
    };
    expect(await Promise.all(['a', 'b', 'c'].map((name) => queue.run('key', task(name))))).toEqual([
      'a',
      'b',
      'c',
    ]);
    expect(log).toEqual(['a starts', 'a ends', 'b starts', 'b ends', 'c starts', 'c ends']);
  });

  it('runs tasks of different keys side by side', async () => {
    const queue = new KeyedQueue();
    const { opened, open } = gate();
    const blocked = queue.run('one', () => opened);
    expect(await queue.run('other', async () => 'done')).toBe('done');
    open();
    await blocked;
  });

  it('goes on after a task that failed, whose caller gets the error', async () => {
    const queue = new KeyedQueue();
    const failing = queue.run('key', () => Promise.reject(new Error('broken')));
    const next = queue.run('key', async () => 'done');
    await expect(failing).rejects.toThrow('broken');
    expect(await next).toBe('done');
  });

  it('does not run a task whose turn comes too late, but those that came later', async () => {
    let now = 0;
    const queue = new KeyedQueue(() => now);
    const { opened, open } = gate();
    const ran: string[] = [];
    const started = gate();
    const first = queue.run('key', () => {
      started.open();
      return opened;
    });
    await started.opened;
    const late = expect(queue.run('key', async () => ran.push('late'))).rejects.toEqual(
      unavailable('a command waited more than 2000 ms for key'),
    );
    now = 1;
    const inTime = queue.run('key', async () => ran.push('in time'));
    now = MAX_WAIT_MS + 1;
    open();
    await first;
    await late;
    await inTime;
    expect(ran).toEqual(['in time']);
  });

  it('refuses a task that finds too many before it', async () => {
    const queue = new KeyedQueue();
    const { opened, open } = gate();
    const line = Array.from({ length: MAX_IN_LINE }, () => queue.run('key', () => opened));
    await expect(queue.run('key', async () => undefined)).rejects.toEqual(
      unavailable('too many commands wait for key'),
    );
    expect(await queue.run('other', async () => 'done')).toBe('done');
    open();
    await Promise.all(line);
    expect(await queue.run('key', async () => 'done')).toBe('done');
  });

  it('gives up for all that wait when the task before them finds the log away, and for nobody else', async () => {
    const queue = new KeyedQueue();
    const ran: string[] = [];
    const { opened, open } = gate();
    const first = queue.run('key', async () => {
      await opened;
      throw new AppendOutcomeUnknown('no answer');
    });
    const waiting = Array.from({ length: 3 }, () => queue.run('key', async () => ran.push('waited')));
    const other = queue.run('other', async () => ran.push('other'));
    const outcomes = Promise.allSettled([first, ...waiting]);
    open();
    const away = unavailable('the event log was away for the command before this one for key');
    expect((await outcomes).map((outcome) => 'reason' in outcome && (outcome.reason as Error))).toEqual([
      expect.objectContaining({ name: 'AppendOutcomeUnknown' }),
      away,
      away,
      away,
    ]);
    await other;
    await queue.run('key', async () => ran.push('later'));
    expect(ran).toEqual(['other', 'later']);
  });

  it('goes on with those that wait when a task fails for another reason', async () => {
    const queue = new KeyedQueue();
    const first = queue.run('key', () => Promise.reject(new Error('broken')));
    const second = queue.run('key', async () => 'done');
    await expect(first).rejects.toThrow('broken');
    expect(await second).toBe('done');
  });

  it('remembers no key when its line is empty', async () => {
    const queue = new KeyedQueue();
    const tasks = [
      queue.run('a', async () => undefined),
      queue.run('a', () => Promise.reject(new Error('broken'))),
      queue.run('b', async () => undefined),
    ];
    expect(queue.size).toBe(2);
    await Promise.allSettled(tasks);
    expect(queue.size).toBe(0);
  });
});
