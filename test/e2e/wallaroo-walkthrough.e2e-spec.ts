import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp } from '../support/app.js';
import type { Answer } from '../support/http-client.js';
import { SetClock } from '../support/set-clock.js';
import { Workspaces } from '../support/workspaces.js';

const JOHN = '12ea09d1-0f49-405e-bed1-27eb6d10fde4';
const HANSARICK = '57d61aed-3058-4327-9e65-a5d39a9718c0';
const EMAIL = 'john.hansarick@wallaroo.ai';

const workspace = (id: number, name: string, created_at: string): string =>
  `{"id":${id},"name":"${name}","created_at":"${created_at}","created_by":"${JOHN}","archived":false,"models":[],"pipelines":[]}`;
const list = (...workspaces: string[]): string => `{"workspaces":[${workspaces.join(',')}]}`;

// The steps depend on one another.
describe("the walk through Wallaroo's guide", () => {
  let dataDir: string;
  let clock: SetClock;
  let people: Workspaces;
  /** Every body sent so far to a call that changes nothing, with its answer. */
  const asked: [path: string, body: object, text: string][] = [];

  const call = async (path: string, body: object): Promise<Answer> => {
    const answer = await people.call(JOHN, `workspaces/${path}`, body);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
    return answer;
  };
  const text = async (path: string, body: object): Promise<string> => (await call(path, body)).text;

  const own = workspace(1, 'john.hummel@wallaroo.ai - Default Workspace', '2023-11-20T16:05:06.323000+00:00');
  const requests = workspace(2, 'testapiworkspace-requests', '2023-11-28T21:16:09.891000+00:00');
  const curl = workspace(3, 'testapiworkspace-curl', '2023-11-28T21:19:46.829000+00:00');

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'countersign-'));
    clock = new SetClock('2023-11-20T16:05:06.323Z');
    people = await Workspaces.start({ dataDir, clock });
    await people.person(JOHN, { email: 'john.hummel@wallaroo.ai' });
    await people.record(HANSARICK, { email: EMAIL });
  });
  afterAll(async () => {
    await people.stop();
    await rm(dataDir, { recursive: true });
  });

  it('1: the list shows the own default workspace', async () => {
    expect(await text('list', {})).toBe(list(own));
  });

  it('2 and 3: what was created is shown last', async () => {
    clock.advance((Date.parse('2023-11-28T21:16:09.891Z') - clock.now().getTime()) / 1000);
    expect(await text('create', { workspace_name: 'testapiworkspace-requests' })).toBe('{"workspace_id":2}');
    expect(await text('list', {})).toBe(list(own, requests));
  });

  it('4: the next one gets a greater number', async () => {
    clock.advance((Date.parse('2023-11-28T21:19:46.829Z') - clock.now().getTime()) / 1000);
    expect(await text('create', { workspace_name: 'testapiworkspace-curl' })).toBe('{"workspace_id":3}');
    expect(await text('list', {})).toBe(list(own, requests, curl));
  });

  it('5: adding a user prints {} each time', async () => {
    const first = await call('add_user', { email: EMAIL, workspace_id: 2 });
    const second = await call('add_user', { email: EMAIL, workspace_id: 2 });
    expect([first.text, second.text]).toEqual(['{}', '{}']);
    expect(second.headers['x-event-position']).toBe(first.headers['x-event-position']);
  });

  it('6: the users are the owner and the collaborator', async () => {
    const body = { workspace_id: 2 };
    const both = `{"users":[{"user_id":"${JOHN}","user_type":"OWNER"},{"user_id":"${HANSARICK}","user_type":"COLLABORATOR"}]}`;
    expect(await text('list_users', body)).toBe(both);
  });

  it('7: removing the user affects one row, and then none', async () => {
    expect(await text('remove_user', { email: EMAIL, workspace_id: 2 })).toBe('{"affected_rows":1}');
    expect(await text('remove_user', { email: EMAIL, workspace_id: 2 })).toBe('{"affected_rows":0}');
  });

  it('8: the owner is left', async () => {
    expect(await text('list_users', { workspace_id: 2 })).toBe(
      `{"users":[{"user_id":"${JOHN}","user_type":"OWNER"}]}`,
    );
  });

  it('says the same, to the byte, when the read models were built anew', async () => {
    await people.call(JOHN, 'workspaces/add_user', { email: EMAIL, workspace_id: 3, user_type: 'OWNER' });
    await people.native('platform', 'PUT', 'artifacts/model/m-1', { name: 'm', workspaceId: 3 });
    const questions = [
      ['workspaces/list', {}],
      ['workspaces/list', { user_ids: [HANSARICK] }],
      ['workspaces/list_users', { workspace_id: 2 }],
      ['workspaces/list_users', { workspace_id: 3 }],
      ['users/query', {}],
    ] as const;
    for (const [path, body] of questions)
      asked.push([path, body, (await people.call(JOHN, path, body)).text]);
    expect(asked[0]?.[2]).toContain('"models":[1]');

    await people.stop();
    const files = (await readdir(dataDir)).filter((name) => name.startsWith('read-models.db'));
    expect(files).not.toEqual([]);
    for (const file of files) await rm(join(dataDir, file));
    people = people.on(await startApp({ dataDir, clock }));

    for (const [path, body, before] of asked) expect((await people.call(JOHN, path, body)).text).toBe(before);
  });
});
