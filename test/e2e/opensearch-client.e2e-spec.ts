import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, errors } from '@opensearch-project/opensearch';
import { ModelGroups } from '../support/model-groups.js';

let g: ModelGroups;
const clients: Client[] = [];

/** The client as its users make it, with the caller's key as a bearer credential. */
const clientOf = (who: string): Client => {
  const client = new Client({
    node: g.app.url,
    headers: { authorization: `Bearer ${g.pskOf(who)}` },
    maxRetries: 0,
  });
  clients.push(client);
  return client;
};

beforeAll(async () => {
  g = await ModelGroups.start();
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await g.app.stop();
});

const failure = async (call: Promise<unknown>): Promise<errors.ResponseError> => {
  try {
    await call;
  } catch (error) {
    return error as errors.ResponseError;
  }
  throw new Error('it was not refused');
};

describe('the JavaScript client of OpenSearch', () => {
  it('registers, gets, searches, updates and deletes', async () => {
    const { ml } = clientOf('ana');
    const registered = await ml.registerModelGroup({
      body: { name: 'by client', description: 'first', access_mode: 'restricted', backend_roles: ['risk'] },
    });
    expect([registered.statusCode, registered.body.status]).toStrictEqual([200, 'CREATED']);
    const { model_group_id } = registered.body;

    const got = await ml.getModelGroup({ model_group_id });
    expect(got.body).toMatchObject({ name: 'by client', access: 'restricted', backend_roles: ['risk'] });

    const updated = await ml.updateModelGroup({ model_group_id, body: { description: 'second' } });
    expect([updated.statusCode, updated.body]).toStrictEqual([200, { status: 'Updated' }]);

    const found = await clientOf('rob').ml.searchModelGroup({
      body: { query: { match: { name: 'client' } } },
    });
    expect(found.body.hits).toMatchObject({
      total: { value: 1 },
      hits: [{ _id: model_group_id, _source: { description: 'second', owner: { name: 'ana' } } }],
    });

    const deleted = await ml.deleteModelGroup({ model_group_id });
    expect(deleted.body).toMatchObject({ _id: model_group_id, result: 'deleted' });
    expect((await ml.deleteModelGroup({ model_group_id })).body.result).toBe('not_found');
  });

  it('takes an id of one’s own, and escapes any other', async () => {
    const { ml } = clientOf('ana');
    const body = { name: 'own id', model_group_id: 'own_id-1' };
    expect((await ml.registerModelGroup({ body })).body.model_group_id).toBe('own_id-1');
    const error = await failure(ml.getModelGroup({ model_group_id: 'a/b c?d' }));
    expect([error.statusCode, error.message]).toStrictEqual([
      404,
      'status_exception: [status_exception] Reason: Failed to find model group with the provided model group id: a/b c?d',
    ]);
  });

  it.each<[string, string, (client: Client) => Promise<unknown>, number, string]>([
    [
      'registering without a name',
      'ana',
      ({ ml }) => ml.registerModelGroup({ body: { description: 'x' } } as never),
      400,
      'action_request_validation_exception: [action_request_validation_exception] Reason: Validation Failed: 1: Model group name is required and cannot be null or blank;',
    ],
    [
      'registering without a body',
      'ana',
      ({ ml }) => ml.registerModelGroup(),
      400,
      'parse_exception: [parse_exception] Reason: Model group request has empty body',
    ],
    [
      'registering without the right',
      'rea',
      ({ ml }) => ml.registerModelGroup({ body: { name: 'x' } }),
      403,
      'security_exception: [security_exception] Reason: no permissions for [cluster:admin/opensearch/ml/register_model_group] and User [name=rea, backend_roles=[risk], requestedTenant=null]',
    ],
    [
      'getting what is not open to him',
      'ivo',
      ({ ml }) => ml.getModelGroup({ model_group_id: 'closed' }),
      403,
      "status_exception: [status_exception] Reason: User doesn't have privilege to perform this operation on this model group",
    ],
    [
      'updating what is not open to him',
      'ivo',
      ({ ml }) => ml.updateModelGroup({ model_group_id: 'closed', body: { description: 'x' } }),
      400,
      "illegal_argument_exception: [illegal_argument_exception] Reason: You don't have permission to update this model group.",
    ],
    [
      'updating with an empty identifier',
      'ana',
      ({ ml }) => ml.updateModelGroup({ model_group_id: '', body: {} }),
      404,
      'status_exception: [status_exception] Reason: Failed to find model group with the provided model group id: null',
    ],
    [
      'deleting what is not open to him',
      'ivo',
      ({ ml }) => ml.deleteModelGroup({ model_group_id: 'closed' }),
      403,
      "security_exception: [security_exception] Reason: User doesn't have privilege to delete this model group",
    ],
    [
      'searching without a body',
      'ana',
      ({ ml }) => ml.searchModelGroup(),
      400,
      'action_request_validation_exception: [action_request_validation_exception] Reason: request body or source parameter is required',
    ],
    [
      'searching with an aggregation',
      'ana',
      ({ ml }) => ml.searchModelGroup({ body: { aggs: { all: { global: {} } } } } as never),
      400,
      'parsing_exception: [parsing_exception] Reason: Unknown key for a START_OBJECT in [aggs].',
    ],
  ])('is refused, with the reason in the error: %s', async (_, who, call, status, message) => {
    if ((await g.call('ada', 'GET', '/closed')).status === 404)
      await g.given('ana', { name: 'closed', access_mode: 'private', model_group_id: 'closed' });
    const error = await failure(call(clientOf(who)));
    expect(error).toBeInstanceOf(errors.ResponseError);
    expect([error.statusCode, error.message]).toStrictEqual([status, message]);
  });

  it('hands on what the answer warns of', async () => {
    const answer = await clientOf('ana').ml.registerModelGroup({
      body: { name: 'warned', access_mode: 'publick' } as never,
    });
    expect(answer.warnings).toStrictEqual([
      '299 Countersign "access_mode [publick] is not known and was ignored; the modes are public, private and restricted"',
    ]);
  });

  it('asks for parts of an answer', async () => {
    const { ml } = clientOf('ana');
    await ml.registerModelGroup({ body: { name: 'parts', model_group_id: 'parts' } as never });
    const answer = await ml.getModelGroup({ model_group_id: 'parts', filter_path: 'name,access' });
    expect(answer.body).toStrictEqual({ name: 'parts', access: 'private' });
  });
});
