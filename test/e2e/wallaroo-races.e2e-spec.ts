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

  const native = async (method: string, path: string, body: object): Promise<Answer> => {
    const answer = await replicas[0].request(method, `/governance/v1/${path}`, { psk: PLATFORM_PSK, body });
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    position = answer.headers['x-event-position'] ?? position;
    return answer;
  };
  /** Both replicas have seen what was written so far. */
  const known = async (): Promise<void> => {
    for (const replica of replicas) {
      const headers = { 'x-min-position': position };
      const read = await replica.request('GET', '/governance/v1/groups', { psk: PLATFORM_PSK, headers });
      if (read.status !== 200) throw new Error(read.text);
    }
  };
  const person = async (): Promise<Person> => {
    const userId = randomUUID();
    await native('PUT', `users/${userId}`, { username: userId, email: `${userId}@example.com` });
    return { userId, psk: (await native('POST', `users/${userId}/psk`, {})).json.psk as string };
  };
  const call = (replica: ServiceProcess, { psk }: Person, path: string, body: object): Promise<Answer> =>
    replica.request('POST', `/v1/api/workspaces/${path}`, { psk, body });
  /** The same at both at once. */
  const atBoth = (request: (replica: ServiceProcess, index: number) => Promise<Answer>): Promise<Answer[]> =>
    Promise.all(replicas.map(request));
  const stored = async (type: string): Promise<Record<string, unknown>[]> => {
    const found: Record<string, unknown>[] = [];
    for await (const event of server.content.readAll()) if (event.type === type) found.push(event.data);
    return found;
  };
  const statuses = (answers: readonly Answer[]): number[] =>
    answers.map(({ status }) => status).sort((x, y) => x - y);

  it('of two creations of one name at once exactly one is made, and the other one is told why', async () => {
    const people = [await person(), await person()] as const;
    await known();
    for (let round = 0; round < ROUNDS; round++) {
      const body = { workspace_name: `once-${round}` };
      const answers = await atBoth((replica, i) => call(replica, people[i]!, 'create', body));
      expect([round, ...statuses(answers)]).toEqual([round, 200, 400]);
      const refused = answers.find(({ status }) => status === 400)!;
      expect(refused.json.msg).toBe(`Workspace name "once-${round}" is already in use`);
    }
    const names = (await stored('WorkspaceCreated')).map(({ name }) => name);
    for (let round = 0; round < ROUNDS; round++)
      expect(names.filter((name) => name === `once-${round}`)).toHaveLength(1);
  });

  it('of many creations of one name at both exactly one is made', async () => {
    const one = await person();
    await known();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        call(replicas[n % 2]!, one, 'create', { workspace_name: 'crowded' }),
      ),
    );
    expect(statuses(answers)).toEqual([200, ...Array.from({ length: 19 }, () => 400)]);
  });

  it('many workspaces made at both have numbers of their own, and nobody hears of a race', async () => {
    const one = await person();
    await known();
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        call(replicas[n % 2]!, one, 'create', { workspace_name: `numbered-${n}` }),
      ),
    );
    expect(new Set(statuses(answers))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ json }) => json.workspace_id)).size).toBe(40);
    const numbers = (await stored('WorkspaceNumberDrawn')).map(({ number }) => number);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });

  it('two first calls of one person make one default workspace, which both show', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const one = await person();
      await known();
      const answers = await atBoth((replica) => call(replica, one, 'list', {}));
      expect(answers[0]!.text).toBe(answers[1]!.text);
      expect(answers[0]!.json.workspaces).toHaveLength(1);
      const made = await stored('DefaultWorkspaceProvisioned');
      expect(made.filter(({ ownerId }) => ownerId === one.userId)).toHaveLength(1);
    }
  });

  it('two owners who remove each other at once leave one owner', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const [one, other] = [await person(), await person()] as const;
      await known();
      const created = await call(replicas[0], one, 'create', { workspace_name: `owners-${round}` });
      const workspace_id = created.json.workspace_id as number;
      const added = await call(replicas[0], one, 'add_user', {
        workspace_id,
        user_id: other.userId,
        user_type: 'OWNER',
      });
      position = added.headers['x-event-position']!;
      await known();
      const answers = await atBoth((replica, i) =>
        call(replica, i === 0 ? one : other, 'remove_user', {
          workspace_id,
          user_id: i === 0 ? other.userId : one.userId,
        }),
      );
      // Whoever comes second is no member any more, and does not even see it.
      expect([round, ...statuses(answers)]).toEqual([round, 200, 400]);
      const events: string[] = [];
      for await (const { type } of server.content.readStream(`workspace-${workspace_id}`)) events.push(type);
      expect(events).toEqual(['WorkspaceCreated', 'WorkspaceMemberAdded', 'WorkspaceMemberRemoved']);
    }
  });

  it('the last two owners who leave at once leave one owner', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const [one, other] = [await person(), await person()] as const;
      await known();
      const created = await call(replicas[0], one, 'create', { workspace_name: `leaving-${round}` });
      const workspace_id = created.json.workspace_id as number;
      const body = { workspace_id, user_id: other.userId, user_type: 'OWNER' };
      await call(replicas[0], one, 'add_user', body);
      const answers = await atBoth((replica, i) => {
        const leaver = i === 0 ? one : other;
        return call(replica, leaver, 'remove_user', { workspace_id, user_id: leaver.userId });
      });
      expect([round, ...statuses(answers)]).toEqual([round, 200, 400]);
      expect(answers.find(({ status }) => status === 400)!.json.msg).toBe(
        'The last owner of a workspace cannot be removed',
      );
    }
  });

  it('many members added at both at once are all there, each once, in one order', async () => {
    const owner = await person();
    const members = await Promise.all(Array.from({ length: 20 }, () => person()));
    await known();
    const { json } = await call(replicas[0], owner, 'create', { workspace_name: 'crowd' });
    const workspace_id = json.workspace_id as number;
    const answers = await Promise.all(
      [...members, ...members].map(({ userId }, n) =>
        call(replicas[n % 2]!, owner, 'add_user', { workspace_id, user_id: userId }),
      ),
    );
    expect(new Set(statuses(answers))).toEqual(new Set([200]));
    for (const { headers } of answers)
      if (BigInt(headers['x-event-position']!) > BigInt(position)) position = headers['x-event-position']!;
    await known();
    const lists = await atBoth((replica) => call(replica, owner, 'list_users', { workspace_id }));
    expect(lists[0]!.text).toBe(lists[1]!.text);
    expect(lists[0]!.json.users).toHaveLength(21);
    const events = (await stored('WorkspaceMemberAdded')).filter(
      (data) => data['workspaceId'] === workspace_id,
    );
    expect(events).toHaveLength(20);
  });

  it('of two renames to one name at once exactly one is done', async () => {
    const one = await person();
    await known();
    for (let round = 0; round < ROUNDS; round++) {
      const ids: number[] = [];
      for (const name of [`left-${round}`, `right-${round}`])
        ids.push((await call(replicas[0], one, 'create', { workspace_name: name })).json.workspace_id);
      const answers = await atBoth((replica, i) =>
        replica.request('PATCH', `/governance/v1/workspaces/${ids[i]}`, {
          psk: one.psk,
          body: { name: `middle-${round}` },
        }),
      );
      expect([round, ...statuses(answers)]).toEqual([round, 200, 409]);
    }
    const renamed = (await stored('WorkspaceRenamed')).map(({ after }) => after);
    expect(new Set(renamed).size).toBe(ROUNDS);
    expect(renamed).toHaveLength(ROUNDS);
  });

  it('a model moved at both at once ends up in one workspace, which both show', async () => {
    const one = await person();
    await known();
    const ids: number[] = [];
    for (const name of ['move-1', 'move-2'])
      ids.push((await call(replicas[0], one, 'create', { workspace_name: name })).json.workspace_id);
    for (let round = 0; round < ROUNDS; round++) {
      const answers = await atBoth((replica, i) =>
        replica.request('PUT', '/governance/v1/artifacts/model/moving', {
          psk: PLATFORM_PSK,
          body: { name: `m-${round}-${i}`, workspaceId: ids[i] },
        }),
      );
      for (const { status } of answers) expect([200, 201]).toContain(status);
    }
    const shownBy = async (replica: ServiceProcess): Promise<unknown[]> => {
      const artifact = await replica.request('GET', '/governance/v1/artifacts/model/moving', {
        psk: PLATFORM_PSK,
      });
      const lists = await Promise.all(
        ids.map((id) => replica.request('GET', `/governance/v1/workspaces/${id}`, { psk: PLATFORM_PSK })),
      );
      return lists.map(({ json }) => [json.models, artifact.json.workspaceId === json.id]);
    };
    const isSettled = (shown: unknown[]): boolean =>
      shown.every((entry) => {
        const [models, isThere] = entry as [number[], boolean];
        return models.length === (isThere ? 1 : 0);
      });
    for (const replica of replicas) {
      while (!isSettled(await shownBy(replica))) await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
});
