import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SetClock } from '../support/set-clock.js';
import { ModelGroups, refusal } from '../support/model-groups.js';

let g: ModelGroups;
const clock = new SetClock();
beforeAll(async () => {
  g = await ModelGroups.start({ clock });
});
afterAll(() => g.app.stop());

const ILLEGAL = 'illegal_argument_exception';
const VALIDATION = 'action_request_validation_exception';
const PARSING = 'parsing_exception';
const UNSAFE = `can only contain letters, numbers, spaces, and basic punctuation (.,!?():@-_'/");`;

const shown = async (id: string) => (await g.call('ada', 'GET', `/${id}`)).json;

describe('the checks of an update, in their order', () => {
  beforeAll(async () => {
    await g.given('ana', { name: 'other', access_mode: 'public', model_group_id: 'other' });
    await g.given('ana', { name: 'open', access_mode: 'public', model_group_id: 'open' });
    await g.given('ana', { name: 'closed', access_mode: 'private', model_group_id: 'closed' });
    await g.given('ana', { name: 'risk', backend_roles: ['risk'], model_group_id: 'risk' });
    await g.member('tom', { backendRoles: ['risk'] });
    await g.given('tom', { name: 'lost', backend_roles: ['risk'], model_group_id: 'lost' });
    await g.member('tom', { backendRoles: ['IT'] });
  });

  it.each<[string, string, string, unknown, number, string, string]>([
    // 1 and 2: the body.
    [
      'an array',
      'ana',
      'open',
      [],
      400,
      PARSING,
      'Failed to parse object: expecting token of type [START_OBJECT] but found [START_ARRAY]',
    ],
    ['a null name', 'ana', 'open', { name: null }, 400, PARSING, "Can't get text on a VALUE_NULL at 1:9"],
    [
      'an unsafe name',
      'ana',
      'open',
      { name: '#' },
      400,
      VALIDATION,
      `Validation Failed: 1: Model group name ${UNSAFE}`,
    ],
    [
      'both unsafe',
      'ana',
      'nothing',
      { name: '#', description: '#' },
      400,
      VALIDATION,
      `Validation Failed: 1: Model group name ${UNSAFE}2: Model group description ${UNSAFE}`,
    ],
    // 3: gate 1.
    [
      'who may read only',
      'rea',
      'nothing',
      {},
      403,
      'security_exception',
      'no permissions for [cluster:admin/opensearch/ml/update_model_group] and User [name=rea, backend_roles=[risk], requestedTenant=null]',
    ],
    // 4: there is none.
    [
      'an unknown id',
      'ivo',
      'nothing',
      { access_mode: 'public' },
      404,
      'status_exception',
      'Failed to find model group with the provided model group id: nothing',
    ],
    [
      'an id that none can have',
      'ivo',
      '_x',
      {},
      404,
      'status_exception',
      'Failed to find model group with the provided model group id: _x',
    ],
    // 5 to 8 (all of it in the rules' own tests).
    [
      'access data',
      'ivo',
      'closed',
      { access_mode: 'public' },
      400,
      ILLEGAL,
      'Only owner or admin can update access control data.',
    ],
    [
      'private',
      'ivo',
      'closed',
      { description: 'x' },
      400,
      ILLEGAL,
      "You don't have permission to update this model group.",
    ],
    ['restricted', 'ivo', 'risk', {}, 400, ILLEGAL, "You don't have permission to update this model group."],
    [
      'an owner who has lost the role',
      'tom',
      'lost',
      { description: 'x' },
      400,
      ILLEGAL,
      "You don't have the specified backend role to update this model group. For more information, contact your administrator.",
    ],
    [
      'public and roles',
      'ana',
      'open',
      { access_mode: 'public', backend_roles: ['risk'] },
      400,
      ILLEGAL,
      'You can specify backend roles only for a model group with the restricted access mode.',
    ],
    [
      'no to all, with a new name',
      'ana',
      'open',
      { name: 'newer', add_all_backend_roles: false },
      400,
      ILLEGAL,
      'You have to specify backend roles when add all backend roles is set to false.',
    ],
    [
      'restricted again',
      'ana',
      'risk',
      { access_mode: 'restricted' },
      400,
      ILLEGAL,
      'You must specify one or more backend roles or add all backend roles to register a restricted model group.',
    ],
    [
      'an empty list alone',
      'ana',
      'open',
      { backend_roles: [] },
      400,
      ILLEGAL,
      'You must specify one or more backend roles or add all backend roles to register a restricted model group.',
    ],
    // 9: the name.
    [
      'access before the name',
      'ivo',
      'closed',
      { name: 'other' },
      400,
      ILLEGAL,
      "You don't have permission to update this model group.",
    ],
    [
      'access parameters before the name',
      'ana',
      'open',
      { name: 'other', backend_roles: ['IT'] },
      400,
      ILLEGAL,
      "You don't have the backend roles specified.",
    ],
    [
      'a name that is taken',
      'ana',
      'open',
      { name: 'other' },
      400,
      ILLEGAL,
      'The name you provided is already being used by another model with ID: other. Please provide a different name',
    ],
    [
      'a name that is taken by what one may not see',
      'ivo',
      'open',
      { name: 'closed' },
      400,
      ILLEGAL,
      'The name you provided is already being used by another model with ID: closed. Please provide a different name',
    ],
  ])('%s', async (_, who, id, body, status, type, reason) => {
    const before = await g.app.store.head();
    const answer = await g.call(who, 'PUT', `/${id}`, body);
    expect([answer.status, answer.json]).toStrictEqual([status, refusal(status, type, reason)]);
    expect(await g.app.store.head()).toBe(before);
  });

  it('no body', async () => {
    const answer = await g.call('ana', 'PUT', '/open');
    expect(answer.json).toStrictEqual(refusal(400, 'parse_exception', 'Model group request has empty body'));
  });
});

describe('an update', () => {
  let id: string;
  let count = 0;
  const update = async (who: string, body: object) => {
    clock.advance(60);
    const answer = await g.call(who, 'PUT', `/${id}`, body);
    expect([answer.status, answer.json]).toStrictEqual([200, { status: 'Updated' }]);
    return shown(id);
  };
  const given = async (body: object): Promise<void> => {
    id = await g.given('ana', { name: `group ${++count}`, description: 'old', ...body });
  };

  it('says nothing: only the time moves', async () => {
    await given({ backend_roles: ['risk'] });
    const before = await shown(id);
    const after = await update('ana', {});
    expect(after).toStrictEqual({ ...before, last_updated_time: before.last_updated_time + 60_000 });
  });

  it.each([{ name: '', description: ' ' }, { model_group_id: 'x', foo: 1 }, { name: 'same' }])(
    'changes nothing else with %j',
    async (body) => {
      await given({ name: 'same', access_mode: 'public' });
      const before = await shown(id);
      const after = await update('ivo', body);
      expect(after).toStrictEqual({ ...before, last_updated_time: before.last_updated_time + 60_000 });
      await g.call('ada', 'DELETE', `/${id}`);
    },
  );

  it('changes name and description for whoever has access; owner, birth and models stay', async () => {
    await given({ backend_roles: ['risk'] });
    const before = await shown(id);
    const after = await update('rob', { name: 'renamed', description: 'new' });
    expect(after).toStrictEqual({
      ...before,
      name: 'renamed',
      description: 'new',
      last_updated_time: before.last_updated_time + 60_000,
    });
  });

  it.each<[string, object, object, object]>([
    ['public', { backend_roles: ['risk'] }, { access_mode: 'Public' }, { access: 'public' }],
    ['private', { access_mode: 'public' }, { access_mode: 'private' }, { access: 'private' }],
    [
      'roles',
      { access_mode: 'public' },
      { backend_roles: ['audit'] },
      { access: 'restricted', backend_roles: ['audit'] },
    ],
    [
      'all',
      { access_mode: 'private' },
      { add_all_backend_roles: 'true' },
      { access: 'restricted', backend_roles: ['audit', 'risk'] },
    ],
    ['a typo', { access_mode: 'public' }, { access_mode: 'privat' }, { access: 'public' }],
  ])('changes the access: %s', async (_, before, body, access) => {
    await given(before);
    const { access: mode, backend_roles } = await update('ana', body);
    expect({ access: mode, ...(backend_roles && { backend_roles }) }).toStrictEqual(access);
  });

  it('shows roles that were taken away as an empty list, but only in a search', async () => {
    await given({ backend_roles: ['risk'] });
    expect(await update('ana', { access_mode: 'public' })).not.toHaveProperty('backend_roles');
    const found = await g.call('ivo', 'POST', '/_search', { query: { ids: { values: [id] } } });
    expect(found.json.hits.hits[0]._source.backend_roles).toStrictEqual([]);
    expect(found.json.hits.hits[0]._version).toBe(2);
  });

  it('gives the old name back at once', async () => {
    await given({ name: 'given back' });
    await update('ana', { name: 'given away' });
    const other = await g.given('ivo', { name: 'given back' });
    const back = await g.call('ana', 'PUT', `/${id}`, { name: 'given back' });
    expect(back.json.error.reason).toBe(
      `The name you provided is already being used by another model with ID: ${other}. Please provide a different name`,
    );
    await g.call('ivo', 'DELETE', `/${other}`);
    expect((await update('ana', { name: 'given back' })).name).toBe('given back');
  });

  it('keeps one of many names sent at once, and leaves the others free', async () => {
    await given({ access_mode: 'public' });
    const names = Array.from({ length: 10 }, (_, n) => `fought for ${n}`);
    const answers = await Promise.all(names.map((name) => g.call('rob', 'PUT', `/${id}`, { name })));
    expect(answers.map(({ status }) => status)).toStrictEqual(names.map(() => 200));
    const { name: kept } = await shown(id);
    for (const name of names) {
      const { status } = await g.call('ivo', 'POST', '/_register', { name });
      expect([name, status]).toStrictEqual([name, name === kept ? 400 : 200]);
    }
  });

  it('lets one of many groups have a name', async () => {
    const ids = await Promise.all(
      Array.from({ length: 8 }, (_, n) => g.given('ana', { name: `candidate ${n}` })),
    );
    const answers = await Promise.all(ids.map((one) => g.call('ana', 'PUT', `/${one}`, { name: 'the one' })));
    const won = ids.filter((_, n) => answers[n]!.status === 200);
    expect(won).toHaveLength(1);
    for (const { status, json } of answers)
      if (status !== 200)
        expect(json.error.reason).toBe(
          `The name you provided is already being used by another model with ID: ${won[0]}. Please provide a different name`,
        );
  });

  it('goes by If-Match, and claims no name when it does not hold', async () => {
    await given({});
    const match = (value: string) => ({ headers: { 'if-match': value } });
    const refused = await g.call('ana', 'PUT', `/${id}`, { name: 'unmatched' }, match('"7"'));
    expect([refused.status, refused.json.error.type]).toStrictEqual([412, 'status_exception']);
    const other = await g.given('ivo', { name: 'unmatched' });
    const events = [];
    for await (const { type } of g.app.store.readStream(`modelGroup-${id}`)) events.push(type);
    expect([other, events]).toStrictEqual([expect.any(String), ['ModelGroupRegistered']]);
    const matched = await g.call('ana', 'PUT', `/${id}`, { description: 'x' }, match('"0"'));
    expect([matched.status, matched.headers['etag']]).toStrictEqual([200, '"1"']);
  });

  it('is carried out once under one idempotency key, a rename too', async () => {
    await given({});
    const key = { headers: { 'idempotency-key': 'update-1' } };
    const first = await g.call('ana', 'PUT', `/${id}`, { name: 'renamed once' }, key);
    const again = await g.call('ana', 'PUT', `/${id}`, { name: 'renamed once' }, key);
    expect([first.status, again.text, again.headers['idempotent-replayed']]).toStrictEqual([
      200,
      first.text,
      'true',
    ]);
  });
});

describe('a deletion', () => {
  it('is answered with the write, the second time with not_found', async () => {
    const id = await g.given('ana', { name: 'doomed', model_group_id: 'doomed' });
    const deleted = await g.call('ana', 'DELETE', `/${id}`);
    const head = Number(await g.app.store.head());
    const result = {
      _index: '.plugins-ml-model-group',
      _id: 'doomed',
      _version: 2,
      result: 'deleted',
      forced_refresh: true,
      _shards: { total: 2, successful: 1, failed: 0 },
      _seq_no: head,
      _primary_term: 1,
    };
    expect([deleted.status, deleted.json]).toStrictEqual([200, result]);
    expect((await g.call('ana', 'GET', `/${id}`)).status).toBe(404);
    const again = await g.call('ana', 'DELETE', `/${id}`);
    expect([again.status, again.json]).toStrictEqual([200, { ...result, _version: 1, result: 'not_found' }]);
  });

  it.each(['never-there', '_x', 'a b'])('of %j, which never was', async (id) => {
    const before = await g.app.store.head();
    const { status, json } = await g.call('ivo', 'DELETE', `/${encodeURIComponent(id)}`);
    expect([status, json._id, json._version, json.result, json._seq_no]).toStrictEqual([
      200,
      id,
      1,
      'not_found',
      -2,
    ]);
    expect(await g.app.store.head()).toBe(before);
  });

  it('frees name and id, and the versions go on', async () => {
    await g.given('ana', { name: 'phoenix', model_group_id: 'phoenix' });
    await g.call('ana', 'DELETE', '/phoenix');
    await g.given('ivo', { name: 'phoenix', model_group_id: 'phoenix' });
    const { json } = await g.call('ivo', 'POST', '/_search', { query: { ids: { values: 'phoenix' } } });
    expect([json.hits.hits[0]._version, json.hits.hits[0]._source.owner.name]).toStrictEqual([3, 'ivo']);
    expect((await g.call('ana', 'GET', '/phoenix')).status).toBe(403);
  });

  it('is refused with its own words: gate 1, then the group', async () => {
    await g.given('ana', { name: 'kept back', model_group_id: 'kept-back' });
    const gate = await g.call('rea', 'DELETE', '/kept-back');
    expect(gate.json).toStrictEqual(
      refusal(
        403,
        'security_exception',
        'no permissions for [cluster:admin/opensearch/ml/model_groups/delete] and User [name=rea, backend_roles=[risk], requestedTenant=null]',
      ),
    );
    const access = await g.call('ivo', 'DELETE', '/kept-back');
    expect([access.status, access.json]).toStrictEqual([
      403,
      refusal(403, 'security_exception', "User doesn't have privilege to delete this model group"),
    ]);
  });

  it('is carried out once under one idempotency key', async () => {
    await g.given('ana', { name: 'keyed', model_group_id: 'keyed' });
    const key = { headers: { 'idempotency-key': 'delete-1' } };
    const first = await g.call('ana', 'DELETE', '/keyed', undefined, key);
    const again = await g.call('ana', 'DELETE', '/keyed', undefined, key);
    expect([first.json.result, again.text]).toStrictEqual(['deleted', first.text]);
  });
});

describe('a rebuild of the read model', () => {
  it('gives the same answers', async () => {
    const all = { size: 1000, sort: ['name.keyword'] };
    const before = (await g.call('ada', 'POST', '/_search?filter_path=hits', all)).text;
    await g.app.restart();
    expect((await g.call('ada', 'POST', '/_search?filter_path=hits', all)).text).toBe(before);
  });
});
