import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PLATFORM_PSK } from '../support/app.js';
import { EventStoreDbServer } from '../support/eventstoredb-server.js';
import type { Answer } from '../support/http-client.js';
import { startProcess, type ServiceProcess } from '../support/service-process.js';

const PEPPER = 'the-pepper-that-all-replicas-share-0123456789';
const ROUNDS = 6;

interface Person {
  readonly userId: string;
  readonly psk: string;
}

describe('two processes on one store', () => {
  let server: EventStoreDbServer;
  let folder: string;
  let replicas: readonly [ServiceProcess, ServiceProcess];
  /** What both replicas have to know before they are asked. */
  let position = '0';

  beforeAll(async () => {
    server = await EventStoreDbServer.start();
    folder = await mkdtemp(join(tmpdir(), 'countersign-workspaces-'));
    replicas = (await Promise.all(
      ['a', 'b'].map((name) =>
        startProcess({
          EVENT_STORE_URL: server.url,
          DATA_DIR: join(folder, name),
          PLATFORM_PSK,
          PSK_PEPPER: PEPPER,
        }),
      ),
    )) as [ServiceProcess, ServiceProcess];
  }, 60_000);
  afterAll(async () => {
    await Promise.all(replicas.map((replica) => replica.kill()));
    await server.stop();
    await rm(folder, { recursive: true });
  });

  /** As the platform, at one of them; repeated while the store is too busy to say what became of it. */
  const native = async (method: string, path: string, body: object): Promise<Answer> => {
    for (;;) {
      const answer = await replicas[0].request(method, `/governance/v1/${path}`, { psk: PLATFORM_PSK, body });
      position = answer.headers['x-event-position'] ?? position;
      if (answer.status !== 503) return answer;
    }
  };
  /** Both replicas have seen what was written so far. */
  const known = async (): Promise<void> => {
    for (const replica of replicas) {
      const headers = { 'x-min-position': position };
      let status = 503;
      while (status === 503)
        ({ status } = await replica.request('GET', '/governance/v1/groups', { psk: PLATFORM_PSK, headers }));
    }
  };
  const person = async (): Promise<Person> => {
    for (;;) {
      const userId = randomUUID();
      await native('PUT', `users/${userId}`, { username: userId, email: `${userId}@example.com` });
      const { json } = await native('POST', `users/${userId}/psk`, {});
      if (json.psk !== undefined) return { userId, psk: json.psk as string };
    }
  };
  const call = (replica: ServiceProcess, { psk }: Person, path: string, body: object): Promise<Answer> =>
    replica.request('POST', `/v1/api/workspaces/${path}`, { psk, body });
  /** The same at both at once. */
  const atBoth = (request: (replica: ServiceProcess, index: number) => Promise<Answer>): Promise<Answer[]> =>
    Promise.all(replicas.map(request));
  /** A workspace of one person, in which the others are owners too. */
  const workspaceOf = async (owner: Person, ...others: readonly Person[]): Promise<number> => {
    for (;;) {
      const { status, json } = await call(replicas[0], owner, 'create', { workspace_name: randomUUID() });
      if (status !== 200) continue;
      const { workspace_id } = json;
      for (const { userId } of others) {
        const body = { workspace_id, user_id: userId, user_type: 'OWNER' };
        while ((await call(replicas[0], owner, 'add_user', body)).status === 503);
      }
      return workspace_id as number;
    }
  };
  const stored = async (type: string): Promise<Record<string, unknown>[]> => {
    const found: Record<string, unknown>[] = [];
    for await (const event of server.content.readAll()) if (event.type === type) found.push(event.data);
    return found;
  };
  const typesIn = async (stream: string): Promise<string[]> => {
    const types: string[] = [];
    for await (const { type } of server.content.readStream(stream)) types.push(type);
    return types;
  };
  const statuses = (answers: readonly Answer[]): number[] =>
    answers.map(({ status }) => status).sort((x, y) => x - y);
  /** Nobody is ever told that others were faster; on a busy machine somebody may be told to come back. */
  const isSettled = (answers: readonly Answer[]): boolean => {
    for (const { status, text } of answers) {
      expect(status).not.toBe(409);
      expect(text).not.toMatch(/Others were changing/);
    }
    return answers.every(({ status }) => status !== 503);
  };
  /** Plays rounds until so many have been settled. */
  const rounds = async (count: number, play: () => Promise<readonly Answer[]>): Promise<void> => {
    for (let settled = 0; settled < count;) if (isSettled(await play())) settled++;
  };

  it('of two creations of one name at once exactly one is made, and the other one is told why', async () => {
    const people = [await person(), await person()] as const;
    await known();
    await rounds(ROUNDS, async () => {
      const workspace_name = randomUUID();
      const answers = await atBoth((replica, i) => call(replica, people[i]!, 'create', { workspace_name }));
      if (!isSettled(answers)) return answers;
      expect(statuses(answers)).toEqual([200, 400]);
      expect(answers.find(({ status }) => status === 400)!.json.msg).toBe(
        `Workspace name "${workspace_name}" is already in use`,
      );
      return answers;
    });
    const names = (await stored('WorkspaceCreated')).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('of many creations of one name at both exactly one is made', async () => {
    const one = await person();
    await known();
    await rounds(1, async () => {
      const workspace_name = randomUUID();
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, n) => call(replicas[n % 2]!, one, 'create', { workspace_name })),
      );
      if (isSettled(answers))
        expect(statuses(answers)).toEqual([200, ...Array.from({ length: 11 }, () => 400)]);
      return answers;
    });
    const names = (await stored('WorkspaceCreated')).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('many workspaces made at both have numbers of their own, and nobody hears of a race', async () => {
    const one = await person();
    await known();
    await rounds(1, async () => {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          call(replicas[n % 2]!, one, 'create', { workspace_name: randomUUID() }),
        ),
      );
      if (isSettled(answers)) {
        expect(new Set(statuses(answers))).toEqual(new Set([200]));
        expect(new Set(answers.map(({ json }) => json.workspace_id)).size).toBe(20);
      }
      return answers;
    });
    const numbers = (await stored('WorkspaceNumberDrawn')).map(({ number }) => number);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });

  it('two first calls of one person make one default workspace, which both show', async () => {
    await rounds(ROUNDS, async () => {
      const one = await person();
      await known();
      const answers = await atBoth((replica) => call(replica, one, 'list', {}));
      if (isSettled(answers)) {
        expect(answers[0]!.text).toBe(answers[1]!.text);
        expect(answers[0]!.json.workspaces).toHaveLength(1);
      }
      const made = await stored('DefaultWorkspaceProvisioned');
      expect(made.filter(({ ownerId }) => ownerId === one.userId).length).toBeLessThanOrEqual(1);
      return answers;
    });
  });

  it('two owners who remove each other at once leave one owner', async () => {
    await rounds(ROUNDS, async () => {
      const pair = [await person(), await person()] as const;
      await known();
      const workspace_id = await workspaceOf(...pair);
      const answers = await atBoth((replica, i) =>
        call(replica, pair[i]!, 'remove_user', { workspace_id, user_id: pair[1 - i]!.userId }),
      );
      // Whoever comes second is no member any more, and does not even see it.
      if (isSettled(answers)) expect(statuses(answers)).toEqual([200, 400]);
      const types = await typesIn(`workspace-${workspace_id}`);
      expect(types.filter((type) => type === 'WorkspaceMemberRemoved').length).toBeLessThanOrEqual(1);
      return answers;
    });
  });

  it('the last two owners who leave at once leave one owner', async () => {
    await rounds(ROUNDS, async () => {
      const pair = [await person(), await person()] as const;
      await known();
      const workspace_id = await workspaceOf(...pair);
      const answers = await atBoth((replica, i) =>
        call(replica, pair[i]!, 'remove_user', { workspace_id, user_id: pair[i]!.userId }),
      );
      if (isSettled(answers)) {
        expect(statuses(answers)).toEqual([200, 400]);
        expect(answers.find(({ status }) => status === 400)!.json.msg).toBe(
          'The last owner of a workspace cannot be removed',
        );
      }
      const types = await typesIn(`workspace-${workspace_id}`);
      expect(types.filter((type) => type === 'WorkspaceMemberRemoved').length).toBeLessThanOrEqual(1);
      return answers;
    });
  });

  it('many members added at both at once are all there, each once, in one order', async () => {
    const owner = await person();
    const members: Person[] = [];
    for (let n = 0; n < 10; n++) members.push(await person());
    await known();
    const workspace_id = await workspaceOf(owner);
    // Adding is repeated until it is settled, which does no harm.
    await rounds(1, () =>
      Promise.all(
        [...members, ...members].map(({ userId }, n) =>
          call(replicas[n % 2]!, owner, 'add_user', { workspace_id, user_id: userId }),
        ),
      ),
    );
    position = String(await server.content.head());
    await known();
    const lists = await atBoth((replica) => call(replica, owner, 'list_users', { workspace_id }));
    expect(lists[0]!.text).toBe(lists[1]!.text);
    expect(lists[0]!.json.users).toHaveLength(11);
    const added = (await stored('WorkspaceMemberAdded')).filter(
      (data) => data['workspaceId'] === workspace_id,
    );
    expect(added).toHaveLength(10);
  });

  it('of two renames to one name at once exactly one is done', async () => {
    const one = await person();
    await known();
    for (let settled = 0; settled < ROUNDS;) {
      const ids = [await workspaceOf(one), await workspaceOf(one)];
      const name = randomUUID();
      const answers = await atBoth((replica, i) =>
        replica.request('PATCH', `/governance/v1/workspaces/${ids[i]}`, { psk: one.psk, body: { name } }),
      );
      if (answers.some(({ status }) => status === 503)) continue;
      expect(statuses(answers)).toEqual([200, 409]);
      expect(answers.find(({ status }) => status === 409)!.json.type).toBe(
        'urn:countersign:problem:workspace-name-taken',
      );
      settled++;
    }
    const renamed = (await stored('WorkspaceRenamed')).map(({ after }) => after);
    expect(new Set(renamed).size).toBe(renamed.length);
  });

  it('a model moved at both at once ends up in one workspace, which both show', async () => {
    const one = await person();
    await known();
    const ids = [await workspaceOf(one), await workspaceOf(one)];
    for (let round = 0; round < ROUNDS; round++) {
      const answers = await atBoth((replica, i) =>
        replica.request('PUT', '/governance/v1/artifacts/model/moving', {
          psk: PLATFORM_PSK,
          body: { name: `m-${round}-${i}`, workspaceId: ids[i] },
        }),
      );
      for (const { status } of answers) expect([200, 201, 409, 503]).toContain(status);
    }
    const get = async (replica: ServiceProcess, path: string) =>
      (await replica.request('GET', `/governance/v1/${path}`, { psk: PLATFORM_PSK })).json;
    const isInOne = async (replica: ServiceProcess): Promise<boolean> => {
      const { workspaceId } = await get(replica, 'artifacts/model/moving');
      const lists = await Promise.all(ids.map((id) => get(replica, `workspaces/${id}`)));
      return lists.every(({ id, models }) => models.length === (id === workspaceId ? 1 : 0));
    };
    for (const replica of replicas)
      while (!(await isInOne(replica))) await new Promise((resolve) => setTimeout(resolve, 50));
  });
});
