/** A request whose fields Nx1 refuses, and every word of the refusal. */
export interface RefusedBody {
  readonly title: string;
  readonly route: 'roles' | 'create' | 'run' | 'admin-psk';
  /** Path segment for `admin-psk`; the text of the body otherwise. `undefined`: none is sent. */
  readonly sent: string | undefined;
  readonly contentType?: string;
  readonly detail: readonly object[];
}

const json = JSON.stringify;

export const VALID_CREATE = {
  name: 'prod',
  model: { model_name: 'churn', model_version: '3' },
  source: { schema: 'features', table: 'customers' },
  target: { schema: 'scores', table: 'churn_daily' },
  entity_columns: ['customer_id'],
  domain: 'risk',
  owner: 'alice',
};

const NOT_AN_OBJECT = 'Input should be a valid dictionary or object to extract fields from';
const LINE = String.raw`^(?=\P{Cc}*\S)\P{Cc}+$`;
const DNS_LABEL = '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$';

const roles = (
  title: string,
  sent: string | undefined,
  detail: object,
  contentType?: string,
): RefusedBody => ({ title, route: 'roles', sent, detail: [detail], ...(contentType && { contentType }) });

const listType = (input: unknown): RefusedBody =>
  roles(`allowed_roles ${json(input)}`, json({ allowed_roles: input }), {
    type: 'list_type',
    loc: ['body', 'allowed_roles'],
    msg: 'Input should be a valid list',
    input,
  });

const stringType = (input: unknown): RefusedBody =>
  roles(`item ${json(input)}`, json({ allowed_roles: ['a', input] }), {
    type: 'string_type',
    loc: ['body', 'allowed_roles', 1],
    msg: 'Input should be a valid string',
    input,
  });

const notAnObject = (input: unknown): RefusedBody =>
  roles(`body ${json(input)}`, json(input), {
    type: 'model_attributes_type',
    loc: ['body'],
    msg: NOT_AN_OBJECT,
    input,
  });

const malformed = (sent: string, offset: number, error: string): RefusedBody =>
  roles(`malformed JSON ${sent}`, sent, {
    type: 'json_invalid',
    loc: ['body', offset],
    msg: 'JSON decode error',
    input: {},
    ctx: { error },
  });

const patternMismatch = (loc: readonly (string | number)[], pattern: string, input: string): object => ({
  type: 'string_pattern_mismatch',
  loc,
  msg: `String should match pattern '${pattern}'`,
  input,
  ctx: { pattern },
});

const badItem = (input: string): RefusedBody =>
  roles(
    `item ${json(input)}`,
    json({ allowed_roles: [input] }),
    patternMismatch(['body', 'allowed_roles', 0], LINE, input),
  );

const hundredAndOne = Array.from({ length: 101 }, (_, index) => `role-${index}`);

/** The refusals of `PUT …/allowed_roles`. */
export const REFUSED_ROLES: readonly RefusedBody[] = [
  roles('no body at all', undefined, { type: 'missing', loc: ['body'], msg: 'Field required', input: null }),
  roles('the body null', 'null', { type: 'missing', loc: ['body'], msg: 'Field required', input: null }),
  listType(null),
  listType('a'),
  listType({ a: 1 }),
  stringType(1),
  stringType(true),
  stringType(null),
  stringType(['b']),
  {
    ...roles('two bad items', json({ allowed_roles: [1, 'a', false] }), {}),
    detail: [
      {
        type: 'string_type',
        loc: ['body', 'allowed_roles', 0],
        msg: 'Input should be a valid string',
        input: 1,
      },
      {
        type: 'string_type',
        loc: ['body', 'allowed_roles', 2],
        msg: 'Input should be a valid string',
        input: false,
      },
    ],
  },
  notAnObject([]),
  notAnObject('x'),
  notAnObject(5),
  ...[
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/xml',
    'application/json; charset=latin1',
  ].map((contentType) =>
    roles(
      `content type ${contentType}`,
      '{"allowed_roles":["a"]}',
      { type: 'model_attributes_type', loc: ['body'], msg: NOT_AN_OBJECT, input: '{"allowed_roles":["a"]}' },
      contentType,
    ),
  ),
  malformed('{"allowed_roles": [', 19, 'Expecting value'),
  malformed('{"a" 1}', 5, "Expecting ':' delimiter"),
  malformed('{"a":1} x', 8, 'Extra data'),
  malformed('{"a":1,}', 7, 'Expecting property name enclosed in double quotes'),
  malformed('{"é": "😀" 1}', 10, "Expecting ',' delimiter"),
  malformed('  ', 2, 'Expecting value'),
  roles("item ''", json({ allowed_roles: [''] }), {
    type: 'string_too_short',
    loc: ['body', 'allowed_roles', 0],
    msg: 'String should have at least 1 character',
    input: '',
    ctx: { min_length: 1 },
  }),
  ...['r'.repeat(256), '😀'.repeat(256)].map((input) =>
    roles('an item of 256 characters', json({ allowed_roles: [input] }), {
      type: 'string_too_long',
      loc: ['body', 'allowed_roles', 0],
      msg: 'String should have at most 255 characters',
      input,
      ctx: { max_length: 255 },
    }),
  ),
  roles('101 items', json({ allowed_roles: hundredAndOne }), {
    type: 'too_long',
    loc: ['body', 'allowed_roles'],
    msg: 'List should have at most 100 items after validation, not 101',
    input: hundredAndOne,
    ctx: { field_type: 'List', max_length: 100, actual_length: 101 },
  }),
  ...['   ', '\u00a0', 'a\rb', 'a\nb', 'a\u0000b', 'a\tb', 'a\u0085b'].map(badItem),
  roles('half a surrogate pair', '{"allowed_roles":["\\ud800"]}', {
    type: 'string_unicode',
    loc: ['body', 'allowed_roles', 0],
    msg: 'Input should be a valid string, unable to parse raw data as a unicode string',
    input: '\ud800',
  }),
  roles('a key that would reach a prototype', '{"allowed_roles":["a"],"__proto__":{"x":1}}', {
    type: 'extra_forbidden',
    loc: ['body', '__proto__'],
    msg: 'Extra inputs are not permitted',
    input: { x: 1 },
  }),
  roles('the same spelt otherwise, deeper down', '{"a":[{"\\u005f_proto__":1}]}', {
    type: 'extra_forbidden',
    loc: ['body', 'a', 0, '__proto__'],
    msg: 'Extra inputs are not permitted',
    input: 1,
  }),
  roles('a constructor with a prototype', '{"constructor":{"prototype":{}}}', {
    type: 'extra_forbidden',
    loc: ['body', 'constructor'],
    msg: 'Extra inputs are not permitted',
    input: { prototype: {} },
  }),
];

const create = (title: string, changes: object, ...detail: readonly object[]): RefusedBody => ({
  title,
  route: 'create',
  sent: json({ ...VALID_CREATE, ...changes }),
  detail,
});

const missing = (loc: readonly string[], input: unknown): object => ({
  type: 'missing',
  loc,
  msg: 'Field required',
  input,
});

const enumeration = (field: string, expected: string, input: unknown): object => ({
  type: 'enum',
  loc: ['body', field],
  msg: `Input should be ${expected}`,
  input,
  ctx: { expected },
});

const ONE_OF_TWO = 'Value error, Provide exactly one of model_version or model_alias';
const modelError = (model: object): RefusedBody =>
  create(
    `model ${json(model)}`,
    { model },
    {
      type: 'value_error',
      loc: ['body', 'model'],
      msg: ONE_OF_TWO,
      input: model,
      ctx: { error: {} },
    },
  );

/** The refusals of other calls. */
export const REFUSED_ELSEWHERE: readonly RefusedBody[] = [
  {
    title: 'every required field absent, in the order of the fields',
    route: 'create',
    sent: '{"importance":"LOW"}',
    detail: ['name', 'model', 'source', 'target', 'entity_columns', 'domain', 'owner'].map((field) =>
      missing(['body', field], { importance: 'LOW' }),
    ),
  },
  create(
    'required fields of nested objects absent',
    { source: { schema: 's' }, target: {} },
    missing(['body', 'source', 'table'], { schema: 's' }),
    missing(['body', 'target', 'schema'], {}),
    missing(['body', 'target', 'table'], {}),
  ),
  create('bad type', { type: 'stream' }, enumeration('type', "'batch' or 'online'", 'stream')),
  create('type null', { type: null }, enumeration('type', "'batch' or 'online'", null)),
  create(
    'bad importance',
    { importance: 'HUGE' },
    enumeration('importance', "'CRITICAL', 'HIGH', 'MODERATE' or 'LOW'", 'HUGE'),
  ),
  modelError({ model_name: 'churn' }),
  modelError({ model_name: 'churn', model_version: '3', model_alias: 'production' }),
  modelError({ model_name: 'churn', model_version: null, model_alias: null }),
  create(
    'a version that is a number',
    { model: { model_name: 'churn', model_version: 3 } },
    {
      type: 'string_type',
      loc: ['body', 'model', 'model_version'],
      msg: 'Input should be a valid string',
      input: 3,
    },
  ),
  create(
    'a model that is a text',
    { model: 'churn' },
    { type: 'model_attributes_type', loc: ['body', 'model'], msg: NOT_AN_OBJECT, input: 'churn' },
  ),
  ...['', 'Prod', '-a', 'a-', 'a b', 'a_b', 'a'.repeat(64), 'n'.repeat(10_000), 'a\n'].map((name) =>
    create(`name ${json(name.slice(0, 70))}`, { name }, patternMismatch(['body', 'name'], DNS_LABEL, name)),
  ),
  create(
    'empty entity_columns',
    { entity_columns: [] },
    {
      type: 'too_short',
      loc: ['body', 'entity_columns'],
      msg: 'List should have at least 1 item after validation, not 0',
      input: [],
      ctx: { field_type: 'List', min_length: 1, actual_length: 0 },
    },
  ),
  create(
    'several faults at once, in the order of the fields',
    { domain: 5, owner: ' ', trigger_now: 'perhaps', allowed_roles: [1] },
    { type: 'string_type', loc: ['body', 'domain'], msg: 'Input should be a valid string', input: 5 },
    patternMismatch(['body', 'owner'], LINE, ' '),
    {
      type: 'bool_parsing',
      loc: ['body', 'trigger_now'],
      msg: 'Input should be a valid boolean, unable to interpret input',
      input: 'perhaps',
    },
    {
      type: 'string_type',
      loc: ['body', 'allowed_roles', 0],
      msg: 'Input should be a valid string',
      input: 1,
    },
  ),
  create(
    'trigger_now null',
    { trigger_now: null },
    {
      type: 'bool_type',
      loc: ['body', 'trigger_now'],
      msg: 'Input should be a valid boolean',
      input: null,
    },
  ),
  ...(
    [
      ['x', 'int_parsing', 'Input should be a valid integer, unable to parse string as an integer'],
      ['1.5', 'int_parsing', 'Input should be a valid integer, unable to parse string as an integer'],
      [1.5, 'int_from_float', 'Input should be a valid integer, got a number with a fractional part'],
      [[1], 'int_type', 'Input should be a valid integer'],
    ] as const
  ).map(([input, type, msg]) => ({
    title: `rows_scored ${json(input)}`,
    route: 'run' as const,
    sent: json({ airflow_run_id: 'r1', status: 'running', rows_scored: input }),
    detail: [{ type, loc: ['body', 'rows_scored'], msg, input }],
  })),
  {
    title: 'rows_scored below zero',
    route: 'run',
    sent: json({ airflow_run_id: 'r1', status: 'running', rows_scored: -1 }),
    detail: [
      {
        type: 'greater_than_equal',
        loc: ['body', 'rows_scored'],
        msg: 'Input should be greater than or equal to 0',
        input: -1,
        ctx: { ge: 0 },
      },
    ],
  },
  {
    title: 'bad run status',
    route: 'run',
    sent: json({ airflow_run_id: 'r1', status: 'done' }),
    detail: [enumeration('status', "'queued', 'running', 'succeeded' or 'failed'", 'done')],
  },
  ...(
    [
      ['x', 'invalid character: found `x` at 1'],
      ['3c90c3cc-0d44-4b50-8888-8dd25736052g', 'invalid character: found `g` at 36'],
      ['12345', 'invalid length: expected length 32 for simple format, found 5'],
      ['3c90c3cc-0d44', 'invalid group count: expected 5, found 2'],
      ['3c90c3cc-0d44-4b50-8888-8dd25736052', 'invalid group length in group 4: expected 12, found 11'],
    ] as const
  ).map(([input, error]) => ({
    title: `UUID ${input}`,
    route: 'admin-psk' as const,
    sent: input,
    detail: [
      {
        type: 'uuid_parsing',
        loc: ['path', 'id'],
        msg: `Input should be a valid UUID, ${error}`,
        input,
        ctx: { error },
      },
    ],
  })),
];
