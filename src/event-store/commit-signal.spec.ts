import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { CommitSignal } from './commit-signal.js';

describe('CommitSignal', () => {
  const commits = new CommitSignal();
  const ending = new AbortController();

  it('wakes all who wait, and leaves nothing behind on their signal', async () => {
    const waiting = [commits.next(ending.signal), commits.next(ending.signal, 60_000)];
    commits.notify();
    await Promise.all(waiting);
    expect(getEventListeners(ending.signal, 'abort')).toHaveLength(0);
  });

  it('waits no longer than it was told to', async () => {
    await commits.next(ending.signal, 1);
    expect(getEventListeners(ending.signal, 'abort')).toHaveLength(0);
  });

  it('waits no longer when the signal aborts, and not at all when it has', async () => {
    const waiting = commits.next(ending.signal);
    ending.abort();
    await waiting;
    await commits.next(ending.signal);
  });
});
