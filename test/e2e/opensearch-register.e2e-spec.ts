import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ModelGroups, refusal } from '../support/model-groups.js';

let g: ModelGroups;
beforeAll(async () => {
  g = await ModelGroups.start();
  await g.given('ana', { name: 'taken', access_mode: 'private', model_group_id: 'taken-1' });
});
afterAll(() => g.app.stop());

const JSON_TYPE = { 'content-type': 'application/json' };
const ILLEGAL = 'illegal_argument_exception';
const PARSING = 'parsing_exception';
const VALIDATION = 'action_request_validation_exception';

const NAME = `Model group name can only contain letters, numbers, spaces, and basic punctuation (.,!?():@-_'/");`;
const DESCRIPTION = NAME.replace('name', 'description');
const NO_NAME = 'Validation Failed: 1: Model group name is required and cannot be null or blank;';
const BAD_ID =
  'model group id must contain only letters, digits, underscores, and hyphens, and must start with a letter or digit';
const NOT_PERMITTED = (permission: string, name: string, roles: string): string =>
  `no permissions for [cluster:admin/opensearch/ml/${permission}] and User [name=${name}, backend_roles=[${roles}], requestedTenant=null]`;
const OWN = 'You can specify backend roles only for a model group with the restricted access mode.';

describe('the checks of a registration, in their order', () => {
  // What is sent as a text stands for a body that is not written by a serialiser.
  it.each<[string, string, unknown, number, string, string]>([
    // 1: the form of the body.
    [
      'an array',
      'ana',
      [],
      400,
      PARSING,
      'Failed to parse object: expecting token of type [START_OBJECT] but found [START_ARRAY]',
    ],
    [
      'a text',
      'ana',
      '"x"',
      400,
      PARSING,
      'Failed to parse object: expecting token of type [START_OBJECT] but found [VALUE_STRING]',
    ],
    [
      'a number',
      'ana',
      '7',
      400,
      PARSING,
      'Failed to parse object: expecting token of type [START_OBJECT] but found [VALUE_NUMBER]',
    ],
    [
      'null',
      'ana',
      'null',
      400,
      PARSING,
      'Failed to parse object: expecting token of type [START_OBJECT] but found [VALUE_NULL]',
    ],
    [
      'true',
      'ana',
      'true',
      400,
      PARSING,
      'Failed to parse object: expecting token of type [START_OBJECT] but found [VALUE_BOOLEAN]',
    ],
    [
      'roles that are a text',
      'ana',
      { name: 'n', backend_roles: 'risk' },
      400,
      PARSING,
      'Failed to parse object: expecting token of type [START_ARRAY] but found [VALUE_STRING]',
    ],
    [
      'roles that are null',
      'ana',
      { name: 'n', backend_roles: null },
      400,
      PARSING,
      'Failed to parse object: expecting token of type [START_ARRAY] but found [VALUE_NULL]',
    ],
    [
      'a description that is null',
      'ana',
      '{"name": "n",\n  "description": null}',
      400,
      PARSING,
      "Can't get text on a VALUE_NULL at 2:18",
    ],
    [
      'a mode that is an object',
      'ana',
      '{"name":"n","access_mode":{}}',
      400,
      PARSING,
      "Can't get text on a START_OBJECT at 1:27",
    ],
    [
      'a name that is a list',
      'ana',
      '{"name":["n"]}',
      400,
      PARSING,
      "Can't get text on a START_ARRAY at 1:9",
    ],
    [
      'an id that is null',
      'ana',
      '{"name":"n","model_group_id":null}',
      400,
      PARSING,
      "Can't get text on a VALUE_NULL at 1:30",
    ],
    [
      'a role that is null',
      'ana',
      '{"name":"n","backend_roles":["a",null]}',
      400,
      PARSING,
      "Can't get text on a VALUE_NULL at 1:34",
    ],
    [
      'all that is TRUE',
      'ana',
      { name: 'n', add_all_backend_roles: 'TRUE' },
      400,
      ILLEGAL,
      'Failed to parse value [TRUE] as only [true] or [false] are allowed.',
    ],
    [
      'all that is a number',
      'ana',
      { name: 'n', add_all_backend_roles: 1 },
      400,
      PARSING,
      'Current token (VALUE_NUMBER) not of boolean type at 1:37',
    ],
    [
      'all that is null',
      'ana',
      { name: 'n', add_all_backend_roles: null },
      400,
      PARSING,
      'Current token (VALUE_NULL) not of boolean type at 1:37',
    ],
    [
      'the first fault of two',
      'ana',
      '{"description":null,"backend_roles":"x"}',
      400,
      PARSING,
      "Can't get text on a VALUE_NULL at 1:16",
    ],
    [
      'a form before a field',
      'ana',
      { name: '', backend_roles: 'x' },
      400,
      PARSING,
      'Failed to parse object: expecting token of type [START_ARRAY] but found [VALUE_STRING]',
    ],
    [
      'more roles than there can be',
      'ana',
      { name: 'n', backend_roles: Array(1001).fill('x') },
      400,
      ILLEGAL,
      'backend_roles must not have more than 1000 items',
    ],
    [
      'a role with NUL',
      'ada',
      { name: 'n', backend_roles: ['a\0b'] },
      400,
      ILLEGAL,
      'backend_roles must not hold the character U+0000 or half a surrogate pair',
    ],
    // 2: the fields, all at once.
    ['no name', 'ana', {}, 400, VALIDATION, NO_NAME],
    ['a name that is null', 'ana', { name: null }, 400, VALIDATION, NO_NAME],
    ['a blank name', 'ana', { name: ' \t' }, 400, VALIDATION, NO_NAME],
    ['an unsafe name', 'ana', { name: 'a&b' }, 400, VALIDATION, `Validation Failed: 1: ${NAME}`],
    [
      'an unsafe description',
      'ana',
      { name: 'n', description: '<b>' },
      400,
      VALIDATION,
      `Validation Failed: 1: ${DESCRIPTION}`,
    ],
    [
      'both',
      'ana',
      { name: 'a;b', description: 'c%d' },
      400,
      VALIDATION,
      `Validation Failed: 1: ${NAME}2: ${DESCRIPTION}`,
    ],
    [
      'a long name',
      'ana',
      { name: 'x'.repeat(10_001) },
      400,
      VALIDATION,
      'Validation Failed: 1: Model group name must not have more than 10000 characters;',
    ],
    [
      'a long description',
      'ana',
      { name: 'n', description: 'x'.repeat(100_001) },
      400,
      VALIDATION,
      'Validation Failed: 1: Model group description must not have more than 100000 characters;',
    ],
    [
      'long roles',
      'ada',
      { name: 'n', backend_roles: ['x'.repeat(50_001)] },
      400,
      ILLEGAL,
      'backend_roles must not have more than 50000 characters',
    ],
    [
      'no name and an unsafe description',
      'ana',
      { description: '$' },
      400,
      VALIDATION,
      `${NO_NAME}2: ${DESCRIPTION}`,
    ],
    // 3: gate 1, after the fields.
    ['fields before gate 1', 'out', {}, 400, VALIDATION, NO_NAME],
    [
      'who may read only',
      'rea',
      { name: 'n' },
      403,
      'security_exception',
      NOT_PERMITTED('register_model_group', 'rea', 'risk'),
    ],
    [
      'who holds no such realm role',
      'out',
      { name: 'n' },
      403,
      'security_exception',
      NOT_PERMITTED('register_model_group', 'out', 'ml_full_access, risk'),
    ],
    // 4: an id of one's own.
    [
      'gate 1 before the id',
      'rea',
      { name: 'n', model_group_id: '_x' },
      403,
      'security_exception',
      NOT_PERMITTED('register_model_group', 'rea', 'risk'),
    ],
    ['a blank id', 'ana', { name: 'n', model_group_id: '' }, 400, ILLEGAL, 'model group id is invalid'],
    [
      'an id with _',
      'ana',
      { name: 'n', model_group_id: '_x' },
      400,
      ILLEGAL,
      "model group id must not start with '_'",
    ],
    [
      'an id with -',
      'ana',
      { name: 'n', model_group_id: '-x' },
      400,
      ILLEGAL,
      "model group id must not start with '-'",
    ],
    [
      'a long id',
      'ana',
      { name: 'n', model_group_id: 'x'.repeat(513) },
      400,
      ILLEGAL,
      'model group id is too long, max length is 512',
    ],
    ['an id with a dot', 'ana', { name: 'n', model_group_id: 'a.b' }, 400, ILLEGAL, BAD_ID],
    // 5: the name, whoever may see its group.
    [
      'the id before the name',
      'ana',
      { name: 'taken', model_group_id: '_' },
      400,
      ILLEGAL,
      "model group id must not start with '_'",
    ],
    [
      'a name that is taken',
      'ivo',
      { name: 'taken' },
      400,
      ILLEGAL,
      'The name you provided is already being used by a model group with ID: taken-1.',
    ],
    [
      'the name before access',
      'ivo',
      { name: 'taken', access_mode: 'public', backend_roles: ['x'] },
      400,
      ILLEGAL,
      'The name you provided is already being used by a model group with ID: taken-1.',
    ],
    // 6: access (all of it in the rules' own tests).
    [
      'public and roles',
      'ana',
      { name: 'n', access_mode: 'public', backend_roles: ['risk'] },
      400,
      ILLEGAL,
      OWN,
    ],
    [
      'private and all, as texts',
      'ana',
      { name: 'n', access_mode: 'Private', add_all_backend_roles: 'true' },
      400,
      ILLEGAL,
      OWN,
    ],
    [
      'all, by an administrator',
      'ada',
      { name: 'n', add_all_backend_roles: true },
      400,
      ILLEGAL,
      'Admin users cannot add all backend roles to a model group.',
    ],
    [
      'all, by a governance administrator',
      'gov',
      { name: 'n', add_all_backend_roles: true },
      400,
      ILLEGAL,
      'Admin users cannot add all backend roles to a model group.',
    ],
    [
      'restricted, without roles',
      'nil',
      { name: 'n', access_mode: 'restricted' },
      400,
      ILLEGAL,
      'You must have at least one backend role to register a restricted model group.',
    ],
    [
      'restricted alone',
      'ana',
      { name: 'n', access_mode: 'restricted' },
      400,
      ILLEGAL,
      'You must specify one or more backend roles or add all backend roles to register a restricted model group.',
    ],
    [
      'roles and all',
      'ana',
      { name: 'n', backend_roles: ['risk'], add_all_backend_roles: true },
      400,
      ILLEGAL,
      'You cannot specify backend roles and add all backend roles at the same time.',
    ],
    [
      'roles not held',
      'ana',
      { name: 'n', backend_roles: ['risk', 'IT'] },
      400,
      ILLEGAL,
      "You don't have the backend roles specified.",
    ],
    // 7: the id is taken.
    [
      'access before the id',
      'ana',
      { name: 'n', access_mode: 'restricted', model_group_id: 'taken-1' },
      400,
      ILLEGAL,
      'You must specify one or more backend roles or add all backend roles to register a restricted model group.',
    ],
    [
      'an id that is taken',
      'ivo',
      { name: 'n', model_group_id: 'taken-1' },
      409,
      'status_exception',
      "model group id 'taken-1' already exists",
    ],
    [
      'an id that is taken, and its name',
      'ivo',
      { name: 'taken', model_group_id: 'taken-1' },
      400,
      ILLEGAL,
      'The name you provided is already being used by a model group with ID: taken-1.',
    ],
  ])('%s', async (_, who, body, status, type, reason) => {
    const before = await g.app.store.head();
    const options = typeof body === 'string' ? { rawBody: body, headers: JSON_TYPE } : {};
    const sent = typeof body === 'string' ? undefined : body;
    const answer = await g.call(who, 'POST', '/_register', sent, options);
    expect([answer.status, answer.json]).toStrictEqual([status, refusal(status, type, reason)]);
    expect(answer.headers['content-type']).toBe('application/json; charset=UTF-8');
    expect(await g.app.store.head()).toBe(before);
  });

  it('no body at all', async () => {
    const answer = await g.call('ana', 'POST', '/_register');
    expect(answer.json).toStrictEqual(refusal(400, 'parse_exception', 'Model group request has empty body'));
  });

  it.each(['{"name":', '{"name":"n",}', 'x', '{"name":"n"} x'])('%j, which is no JSON', async (rawBody) => {
    const answer = await g.call('ana', 'POST', '/_register', undefined, { rawBody, headers: JSON_TYPE });
    expect([answer.status, answer.json.error.type]).toStrictEqual([400, 'parse_exception']);
  });
});

describe('a registration', () => {
  const CREATED = { model_group_id: expect.any(String), status: 'CREATED' };

  it('is answered as upstream does, and shown with its owner', async () => {
    const before = Date.now();
    const answer = await g.call('ana', 'POST', '/_register', {
      name: 'shown',
      description: 'card fraud',
      access_mode: 'restricted',
      backend_roles: ['risk'],
    });
    expect([answer.status, answer.json]).toStrictEqual([200, CREATED]);
    expect(answer.headers['etag']).toBe('"0"');
    expect(Number(answer.headers['x-event-position'])).toBe(Number(await g.app.store.head()));
    const shown = await g.call('ana', 'GET', `/${answer.json.model_group_id}`);
    expect([shown.status, shown.headers['etag'], shown.headers['content-type']]).toStrictEqual([
      200,
      '"0"',
      'application/json; charset=UTF-8',
    ]);
    expect(Object.entries(shown.json)).toStrictEqual([
      ['name', 'shown'],
      ['latest_version', 0],
      ['description', 'card fraud'],
      ['backend_roles', ['risk']],
      [
        'owner',
        {
          name: 'ana',
          backend_roles: ['audit', 'risk'],
          roles: ['ml_full_access'],
          user_requested_tenant: null,
          user_requested_tenant_access: null,
          custom_attribute_names: [],
        },
      ],
      ['access', 'restricted'],
      ['created_time', expect.any(Number)],
      ['last_updated_time', shown.json.created_time],
    ]);
    expect(shown.json.created_time).toBeGreaterThanOrEqual(before);
  });

  it.each<[string, string, object, object]>([
    ['without anything', 'ana', {}, { access: 'private' }],
    ['public, in capitals', 'ana', { access_mode: 'PUBLIC' }, { access: 'public' }],
    [
      'all',
      'ana',
      { add_all_backend_roles: true },
      { access: 'restricted', backend_roles: ['audit', 'risk'] },
    ],
    [
      'all, as a text',
      'ana',
      { access_mode: 'restricted', add_all_backend_roles: 'true' },
      { access: 'restricted', backend_roles: ['audit', 'risk'] },
    ],
    ['no to all, as an empty text', 'ana', { add_all_backend_roles: '' }, { access: 'private' }],
    ['an empty list', 'ana', { backend_roles: [] }, { access: 'private' }],
    [
      'any roles, by an administrator, as they are spelt',
      'ada',
      { backend_roles: ['z', 'a', 'z', 7, true, ''] },
      { access: 'restricted', backend_roles: ['z', 'a', 'z', '7', 'true', ''] },
    ],
    [
      'fields that are not known',
      'ana',
      { tags: [{}], foo: { name: 1 }, add_backend_roles: ['x'], model_access_mode: 'public' },
      { access: 'private' },
    ],
    ['a description that is blank', 'ana', { description: ' ' }, { access: 'private', description: ' ' }],
    [
      'a description that is a number',
      'ana',
      { description: 1.5 },
      { access: 'private', description: '1.5' },
    ],
  ])('%s', async (name, who, access, shown) => {
    const id = await g.given(who, { name, ...access });
    const {
      owner: _owner,
      created_time: _created,
      last_updated_time: _updated,
      ...rest
    } = (await g.call(who, 'GET', `/${id}`)).json;
    expect(rest).toStrictEqual({ name, latest_version: 0, ...shown });
  });

  it.each([
    'Zahlungsbetrug für Österreich',
    '不正検知 グループ',
    `It's (really) "safe": a-b_c/d, e.f! g? h@i`,
    ' not trimmed ',
    'TAKEN',
    'x'.repeat(2_000),
    'v2',
  ])('takes the name %j as it is', async (name) => {
    const id = await g.given('ana', { name });
    expect((await g.call('ana', 'GET', `/${id}`)).json.name).toBe(name);
    const again = await g.call('ana', 'POST', '/_register', { name });
    expect(again.json.error.reason).toBe(
      `The name you provided is already being used by a model group with ID: ${id}.`,
    );
  });

  it('takes a number for a name as it is spelt', async () => {
    const answer = await g.call('ana', 'POST', '/_register', undefined, {
      rawBody: '{"name":1.50}',
      headers: JSON_TYPE,
    });
    expect((await g.call('ana', 'GET', `/${answer.json.model_group_id}`)).json.name).toBe('1.50');
  });

  it('takes an unknown mode for none, and warns of it', async () => {
    const answer = await g.call('ana', 'POST', '/_register', { name: 'typo', access_mode: 'publik "é"' });
    expect(answer.status).toBe(200);
    expect(answer.headers['warning']).toBe(
      '299 Countersign "access_mode [publik %22%C3%A9%22] is not known and was ignored; the modes are public, private and restricted"',
    );
    expect((await g.call('ana', 'GET', `/${answer.json.model_group_id}`)).json.access).toBe('private');
  });

  it('keeps the roles of its moment, whatever becomes of them', async () => {
    await g.member('mia', { backendRoles: ['risk', 'audit'] });
    const id = await g.given('mia', { name: 'moment', add_all_backend_roles: true });
    await g.member('mia', { backendRoles: ['audit', 'IT'] });
    expect((await g.call('mia', 'GET', `/${id}`)).json).toMatchObject({
      backend_roles: ['audit', 'risk'],
      owner: { backend_roles: ['audit', 'risk'] },
    });
  });

  it('is the owner by id: renamed he keeps it, and nobody inherits it with his name', async () => {
    await g.member('old', { username: 'kim' });
    const id = await g.given('old', { name: 'kept' });
    await g.member('old', { username: 'kim-married' });
    await g.member('new', { username: 'kim' });
    expect((await g.call('old', 'GET', `/${id}`)).json.owner.name).toBe('kim');
    expect((await g.call('new', 'GET', `/${id}`)).status).toBe(403);
    expect(await g.found('new', { query: { term: { 'name.keyword': 'kept' } } })).toStrictEqual([]);
  });

  it('takes an id of 512 characters', async () => {
    const id = 'y'.repeat(512);
    expect(await g.given('ana', { name: 'long id', model_group_id: id })).toBe(id);
    expect((await g.call('ana', 'GET', `/${id}`)).json.name).toBe('long id');
    expect((await g.model('long-id-model', id)).json.modelGroupId).toBe(id);
  });

  it('is carried out once under one idempotency key, also after a restart', async () => {
    const key = { headers: { 'idempotency-key': 'register-1' } };
    const first = await g.call('ana', 'POST', '/_register', { name: 'once' }, key);
    await g.app.restart();
    const again = await g.call('ana', 'POST', '/_register', { name: 'once' }, key);
    expect([again.status, again.text, again.headers['idempotent-replayed']]).toStrictEqual([
      200,
      first.text,
      'true',
    ]);
  });

  it('wins the name alone when many are sent at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        g.call(n % 2 ? 'ana' : 'ivo', 'POST', '/_register', { name: 'contended' }),
      ),
    );
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    const reason = `The name you provided is already being used by a model group with ID: ${won[0]!.json.model_group_id}.`;
    for (const answer of answers)
      if (answer !== won[0]) expect([answer.status, answer.json.error.reason]).toStrictEqual([400, reason]);
  });
});

describe('the requests around it', () => {
  it('are refused with words of their own, whoever is not known', async () => {
    const none = await g.app.request('GET', '/_plugins/_ml/model_groups/x');
    expect([none.status, none.json, none.headers['www-authenticate']]).toStrictEqual([
      401,
      refusal(401, 'security_exception', 'Authentication required'),
      'Bearer realm="governance"',
    ]);
    const wrong = await g.app.request('GET', '/_plugins/_ml/model_groups/x', { psk: 'wrong' });
    expect([wrong.status, wrong.json]).toStrictEqual([
      401,
      refusal(401, 'security_exception', 'Invalid or expired credential'),
    ]);
  });

  it.each([
    ['POST', '/taken-1', 'DELETE, GET, HEAD, PUT'],
    ['PATCH', '/taken-1?pretty', 'DELETE, GET, HEAD, PUT'],
    ['PATCH', '/_search', 'DELETE, GET, HEAD, POST, PUT'],
  ])('%s %s is no way to ask', async (method, path, allow) => {
    const answer = await g.call('ana', method, path);
    const uri = `/_plugins/_ml/model_groups${path}`;
    expect([answer.status, answer.headers['allow'], answer.json]).toStrictEqual([
      405,
      allow,
      {
        error: `Incorrect HTTP method for uri [${uri}] and method [${method}], allowed: [${allow}]`,
        status: 405,
      },
    ]);
  });

  it.each<[string, string, string, unknown, number, string, string]>([
    [
      'one parameter',
      'GET',
      '/taken-1?foo=1',
      undefined,
      400,
      ILLEGAL,
      'request [/_plugins/_ml/model_groups/taken-1] contains unrecognized parameter: [foo]',
    ],
    [
      'two of them',
      'GET',
      '/taken-1?foo&pretty&bar=1',
      undefined,
      400,
      ILLEGAL,
      'request [/_plugins/_ml/model_groups/taken-1] contains unrecognized parameters: [foo], [bar]',
    ],
    [
      'source, but in a search',
      'GET',
      '/taken-1?source=%7B%7D',
      undefined,
      400,
      ILLEGAL,
      'request [/_plugins/_ml/model_groups/taken-1] contains unrecognized parameter: [source]',
    ],
    [
      'after the body',
      'POST',
      '/_register?foo',
      [],
      400,
      PARSING,
      'Failed to parse object: expecting token of type [START_OBJECT] but found [START_ARRAY]',
    ],
    [
      'before the fields',
      'POST',
      '/_register?foo',
      {},
      400,
      ILLEGAL,
      'request [/_plugins/_ml/model_groups/_register] contains unrecognized parameter: [foo]',
    ],
    [
      'a body of a DELETE',
      'DELETE',
      '/taken-1',
      {},
      400,
      ILLEGAL,
      'request [DELETE /_plugins/_ml/model_groups/taken-1] does not support having a body',
    ],
    ['an unknown path', 'GET', '', undefined, 404, 'status_exception', 'There is nothing at this path'],
    [
      'an unknown id',
      'GET',
      '/nothing',
      undefined,
      404,
      'status_exception',
      'Failed to find model group with the provided model group id: nothing',
    ],
    [
      'an id that none can have',
      'GET',
      '/a%00b',
      undefined,
      404,
      'status_exception',
      'Failed to find model group with the provided model group id: a\0b',
    ],
    ['a broken path', 'GET', '/%zz', undefined, 400, ILLEGAL, 'The path holds a broken percent-encoding'],
    [
      'a key that pollutes',
      'POST',
      '/_register',
      JSON.parse('{"name":"n","__proto__":{}}') as object,
      400,
      ILLEGAL,
      'The key __proto__ is not allowed',
    ],
  ])('%s', async (_, method, path, body, status, type, reason) => {
    const answer = await g.call('ana', method, path, body);
    expect([answer.status, answer.json]).toStrictEqual([status, refusal(status, type, reason)]);
  });

  it('a header that is malformed stays a 422, another media type a 415, too large a 413', async () => {
    const malformed = await g.call(
      'ana',
      'POST',
      '/_register',
      { name: 'n' },
      { headers: { 'if-match': 'x' } },
    );
    expect([malformed.status, malformed.json.error.type]).toStrictEqual([422, ILLEGAL]);
    const text = await g.call('ana', 'POST', '/_register', undefined, {
      rawBody: '{}',
      headers: { 'content-type': 'text/plain' },
    });
    expect([text.status, text.json.error.type]).toStrictEqual([415, 'status_exception']);
    const large = await g.call('ana', 'POST', '/_register', { name: 'x'.repeat(1024 * 1024) });
    expect([large.status, large.json.error.type]).toStrictEqual([413, 'status_exception']);
  });

  it('pretty lays out answers and refusals, filter_path picks fields', async () => {
    const shown = await g.call('ana', 'GET', '/taken-1?pretty');
    expect(shown.text).toBe(`${JSON.stringify(shown.json, null, 2)}\n`);
    const refused = await g.call('ana', 'GET', '/nothing?pretty=true');
    expect(refused.text).toBe(`${JSON.stringify(refused.json, null, 2)}\n`);
    expect((await g.call('ana', 'GET', '/taken-1?filter_path=name,owner.b*')).json).toStrictEqual({
      name: 'taken',
      owner: { backend_roles: ['audit', 'risk'] },
    });
    expect(
      (await g.call('ana', 'GET', '/taken-1?filter_path=-owner,-*_time&human&error_trace')).json,
    ).toStrictEqual({
      name: 'taken',
      latest_version: 0,
      access: 'private',
    });
  });
});
