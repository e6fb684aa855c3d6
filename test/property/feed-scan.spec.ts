import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Caller } from '../../src/domain/shared/caller.js';
import type { EventType } from '../../src/domain/events.js';
import { RequestReader } from '../../src/features/change-requests/index.js';
import { DeploymentDirectory } from '../../src/features/deployments/index.js';
import { MOST_SCANNED, ReadFeedHandler } from '../../src/features/feed/read-feed.handler.js';
import { EventAccess, ReadFeed, type CloudEvent } from '../../src/features/feed/index.js';
import { WorkspaceReader } from '../../src/features/workspaces/index.js';
import type { Config } from '../../src/platform/config/config.js';
import { historyEvent, openHistoryBase, type HistoryBase } from '../support/history.js';

const PLATFORM: Caller = {
  kind: 'platform',
  userId: null,
  username: null,
  verifiedEmail: null,
  roles: [],
  groups: [],
  isAdmin: false,
  isApprovalAdmin: false,
  credentialType: 'platform_psk',
};

describe('a filter that matches rarely', () => {
  let base: HistoryBase;
  let handler: ReadFeedHandler;

  beforeAll(async () => {
    base = await openHistoryBase();
    const filler = Array.from({ length: 2_000 }, () => historyEvent('', 'RolesReplaced').event);
    for (let round = 0; round < 11; round++) {
      const events = filler.map((event) => ({ ...event, id: crypto.randomUUID() }));
      for (let at = 0; at < events.length; at += 1_000)
        await base.store.append(`deployment-${round}-${at}`, events.slice(at, at + 1_000), 'no-stream');
    }
    await base.store.append('group-1', [historyEvent('', 'GroupRecorded').event], 'no-stream');
    const requests = new RequestReader(base.readModels, new DeploymentDirectory(base.readModels));
    handler = new ReadFeedHandler(
      base.store,
      new EventAccess(base.readModels, requests, new WorkspaceReader(base.readModels)),
      {
        publicUrl: null,
      } as Config,
    );
  });

  afterAll(() => base.close());

  const read = (after: bigint, filter: { types?: readonly EventType[]; entity?: string }) =>
    handler.execute(new ReadFeed(filter, after, 10, PLATFORM));

  it('looks at a bounded part of the log at a time, says how far, and gets there', async () => {
    let after = -1n;
    let pages = 0;
    for (;;) {
      const { items, next } = await read(after, { types: ['GroupRecorded'] });
      pages++;
      if (items.length > 0) {
        expect(items.map((json) => (JSON.parse(json) as CloudEvent).subject)).toEqual(['group-1']);
        break;
      }
      expect(next - (after < 0n ? 0n : after)).toBe(BigInt(MOST_SCANNED));
      after = next;
    }
    expect(pages).toBe(3);
  });

  it('finds the place in a long stream without reading up to it', async () => {
    const stream: bigint[] = [];
    for await (const { position } of base.store.readStream('deployment-9-0')) stream.push(position);
    const [first = 0n, ...rest] = stream;
    const last = rest.at(-1) ?? 0n;
    for (const after of [first - 1n, first, first + 500n, last - 1n, last, last + 1n]) {
      const { items } = await read(after, { entity: 'deployment-9-0' });
      const expected = stream.filter((position) => position > after).slice(0, 10);
      expect(items.map((json) => BigInt((JSON.parse(json) as CloudEvent).sequence))).toEqual(expected);
    }
  });
});
