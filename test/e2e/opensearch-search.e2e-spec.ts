import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ModelGroups, refusal } from '../support/model-groups.js';
import { SetClock } from '../support/set-clock.js';

let g: ModelGroups;
const clock = new SetClock('2026-05-05T05:05:05.678Z');
const FIRST = Date.parse('2026-05-05T05:05:05.678Z');
const DAY = 86_400_000;

// One a day, in this order; all of them may be seen by whoever holds the role risk, but `p`, which is ana's.
beforeAll(async () => {
  g = await ModelGroups.start({ clock });
  for (const [who, id, body] of [
    [
      'ana',
      'a',
      { name: 'Fraud scoring', description: 'Card fraud, v1.5 of the year', access_mode: 'public' },
    ],
    ['rob', 'b', { name: 'fraud Detection', backend_roles: ['risk'] }],
    ['ada', 'c', { name: 'churn', description: 'not fraud', backend_roles: ['risk', 'Model Risk'] }],
    ['platform', 'd', { name: 'Zahlungs-betrug (Österreich)', description: ' ' }],
    ['ana', 'p', { name: 'secret fraud', access_mode: 'private', description: 'of ana' }],
    ['ana', 'l', { name: 'x'.repeat(300), access_mode: 'public' }],
  ] as const) {
    await g.given(who, { ...body, model_group_id: id });
    clock.advance(DAY / 1000);
  }
  await g.call('rob', 'PUT', '/a', { description: 'Card fraud, v1.5 of the year' });
  await g.model('m1', 'b');
  await g.model('m2', 'b');
  await g.model('m3', 'c');
});
afterAll(() => g.app.stop());

const ALL = ['a', 'b', 'c', 'd', 'l'];
const nested = (query: object): object => ({ nested: { path: 'owner', query } });

describe('each clause', () => {
  it.each<[string, object, readonly string[]]>([
    ['match_all', { match_all: {} }, ALL],
    // match: words, in any order and case.
    ['match a word', { match: { name: 'FRAUD' } }, ['a', 'b']],
    ['match some of the words', { match: { name: 'fraud churn' } }, ['a', 'b', 'c']],
    ['match, as an object', { match: { name: { query: 'scoring fraud' } } }, ['a', 'b']],
    ['match all of the words', { match: { name: { query: 'scoring fraud', operator: 'AND' } } }, ['a']],
    ['match two of three', { match: { name: { query: 'scoring fraud x', minimum_should_match: 2 } } }, ['a']],
    ['match a share', { match: { name: { query: 'scoring fraud x', minimum_should_match: '67%' } } }, ['a']],
    [
      'match all but two',
      { match: { name: { query: 'scoring fraud x', minimum_should_match: '-2' } } },
      ['a', 'b'],
    ],
    ['match a word with an umlaut', { match: { name: 'österreich' } }, ['d']],
    ['match half of a word', { match: { name: 'frau' } }, []],
    ['match no word', { match: { name: '!?' } }, []],
    ['match in a description', { match: { description: 'fraud' } }, ['a', 'c']],
    ['match a number with a dot', { match: { description: '1.5' } }, []],
    ['match a version', { match: { description: 'v1.5' } }, ['a']],
    ['match a backend role word by word', { match: { backend_roles: 'model' } }, ['c']],
    ['match a keyword as a whole', { match: { access: 'public' } }, ['a', 'd', 'l']],
    ['match a keyword of a name', { match: { 'name.keyword': 'fraud' } }, []],
    ['match a number', { match: { latest_version: 2 } }, ['b']],
    ['match a time', { match: { created_time: FIRST } }, ['a']],
    // match_phrase
    ['a phrase', { match_phrase: { name: 'fraud scoring' } }, ['a']],
    ['a phrase the other way round', { match_phrase: { name: 'scoring fraud' } }, []],
    ['a phrase, as an object', { match_phrase: { description: { query: 'CARD fraud' } } }, ['a']],
    ['a phrase over two roles', { match_phrase: { backend_roles: 'risk model' } }, []],
    ['a phrase of a keyword', { match_phrase: { 'name.keyword': 'churn' } }, ['c']],
    ['a phrase with nothing in it', { match_phrase: { name: '' } }, []],
    // term
    ['a term of a keyword', { term: { 'name.keyword': 'Fraud scoring' } }, ['a']],
    ['a term of a keyword, in another case', { term: { 'name.keyword': 'fraud scoring' } }, []],
    ['a term of a text is a word', { term: { name: 'fraud' } }, ['a', 'b']],
    ['a term of a text is not analysed', { term: { name: 'Fraud' } }, []],
    ['a term, as an object', { term: { access: { value: 'restricted' } } }, ['b', 'c']],
    ['a term of a role', { term: { 'backend_roles.keyword': 'Model Risk' } }, ['c']],
    ['a term of an id', { term: { _id: 'b' } }, ['b']],
    ['a term of a number', { term: { latest_version: '1' } }, ['c']],
    ['a term of a day', { term: { created_time: '2026-05-06' } }, ['b']],
    ['a term of a long text', { term: { 'name.keyword': 'x'.repeat(300) } }, []],
    ['a term of a field that is none', { term: { tags: 'x' } }, []],
    ['a term of an owner outside of nested', { term: { 'owner.name': 'ana' } }, []],
    // terms
    ['terms', { terms: { 'name.keyword': ['churn', 'Fraud scoring', 'no'] } }, ['a', 'c']],
    ['terms, one', { terms: { access: ['public'] } }, ['a', 'd', 'l']],
    ['terms, none', { terms: { access: [] } }, []],
    ['terms of a role', { terms: { 'backend_roles.keyword': ['risk', 'x'] } }, ['b', 'c']],
    ['terms of a number', { terms: { latest_version: [1, '2'] } }, ['b', 'c']],
    ['terms of a time', { terms: { created_time: ['2026-05-05', FIRST + DAY] } }, ['a', 'b']],
    ['terms of a field that is none', { terms: { tags: ['x'] } }, []],
    // prefix
    ['a prefix of a keyword', { prefix: { 'name.keyword': 'Fra' } }, ['a']],
    ['a prefix of a word', { prefix: { name: 'fra' } }, ['a', 'b']],
    ['a prefix, as an object', { prefix: { name: { value: 'detec' } } }, ['b']],
    ['a prefix of an id', { prefix: { _id: 'a' } }, ['a']],
    ['an empty prefix', { prefix: { 'backend_roles.keyword': '' } }, ['b', 'c']],
    // wildcard
    ['a wildcard', { wildcard: { 'name.keyword': 'F*scor?ng' } }, ['a']],
    ['a wildcard of a word, in any case', { wildcard: { name: 'FR*D' } }, ['a', 'b']],
    ['a wildcard, as an object', { wildcard: { name: { value: '*run' } } }, []],
    ['a wildcard, in the old spelling', { wildcard: { name: { wildcard: 'ch?rn' } } }, ['c']],
    ['a wildcard with brackets', { wildcard: { 'name.keyword': '*(Ö*)' } }, ['d']],
    ['a wildcard of nothing but stars', { wildcard: { 'name.keyword': '**' } }, ['a', 'b', 'c', 'd']],
    ['an escaped star', { wildcard: { 'name.keyword': '\\*' } }, []],
    ['a class of characters, which is none here', { wildcard: { 'name.keyword': '[a-z]hurn' } }, []],
    // exists
    ['a field that all have', { exists: { field: 'name' } }, ALL],
    ['a keyword that is too long', { exists: { field: 'name.keyword' } }, ['a', 'b', 'c', 'd']],
    ['a field that some have', { exists: { field: 'description' } }, ['a', 'c']],
    ['a list', { exists: { field: 'backend_roles' } }, ['b', 'c']],
    ['a list, as a keyword', { exists: { field: 'backend_roles.keyword' } }, ['b', 'c']],
    ['a number', { exists: { field: 'latest_version' } }, ALL],
    ['a field that is none', { exists: { field: 'tags' } }, []],
    ['the owner, who stands inside of nested', { exists: { field: 'owner' } }, []],
    // ids
    ['ids', { ids: { values: ['c', 'a', 'no'] } }, ['a', 'c']],
    ['one id', { ids: { values: 'c' } }, ['c']],
    ['no id', { ids: { values: [] } }, []],
    // range
    ['a range of a number', { range: { latest_version: { gte: 1, lt: 2 } } }, ['c']],
    ['a range of a number, as a text', { range: { latest_version: { gt: '0' } } }, ['b', 'c']],
    ['a range of milliseconds', { range: { created_time: { gte: FIRST, lt: FIRST + DAY } } }, ['a']],
    ['a range of milliseconds, as a text', { range: { created_time: { lte: String(FIRST) } } }, ['a']],
    ['up to a day and with it', { range: { created_time: { lte: '2026-05-06' } } }, ['a', 'b']],
    ['before a day', { range: { created_time: { lt: '2026-05-06' } } }, ['a']],
    ['after a day', { range: { created_time: { gt: '2026-05-05' } } }, ['b', 'c', 'd', 'l']],
    [
      'from a moment with a zone',
      { range: { created_time: { gte: '2026-05-08T07:05:05.678+02:00' } } },
      ['d', 'l'],
    ],
    ['date math from now', { range: { created_time: { gte: 'now-3d' } } }, ['d', 'l']],
    ['date math, rounded', { range: { created_time: { gte: 'now-3d/d', lt: 'now/d' } } }, ['d', 'l']],
    ['date math on a date', { range: { created_time: { lt: '2026-05-05||+1d/d' } } }, ['a']],
    ['a range of keywords', { range: { access: { gt: 'public' } } }, ['b', 'c']],
    ['a range of words', { range: { name: { gte: 'd', lt: 'e' } } }, ['b']],
    ['a range of a field that is none', { range: { tags: { gte: 1 } } }, []],
    ['a range without bounds', { range: { description: {} } }, ['a', 'c']],
    ['a bound that is null', { range: { latest_version: { gte: 1, lt: null } } }, ['b', 'c']],
    // bool
    ['bool with nothing', { bool: {} }, ALL],
    ['must', { bool: { must: [{ match: { name: 'fraud' } }, { term: { access: 'public' } }] } }, ['a']],
    ['must, not a list', { bool: { must: { term: { access: 'public' } } } }, ['a', 'd', 'l']],
    [
      'filter',
      { bool: { filter: [{ term: { access: 'restricted' } }], must: { match: { name: 'fraud' } } } },
      ['b'],
    ],
    ['must_not', { bool: { must_not: [{ match: { name: 'fraud' } }] } }, ['c', 'd', 'l']],
    [
      'must_not of what some have not',
      { bool: { must_not: { match: { description: 'fraud' } } } },
      ['b', 'd', 'l'],
    ],
    ['should alone', { bool: { should: [{ term: { _id: 'a' } }, { term: { _id: 'c' } }] } }, ['a', 'c']],
    [
      'should beside must',
      { bool: { must: { term: { access: 'public' } }, should: [{ term: { _id: 'c' } }] } },
      ['a', 'd', 'l'],
    ],
    [
      'should beside must_not',
      { bool: { must_not: { term: { _id: 'a' } }, should: [{ match: { name: 'fraud' } }] } },
      ['b'],
    ],
    [
      'should, one beside must',
      {
        bool: {
          must: { term: { access: 'public' } },
          should: [{ term: { _id: 'a' } }],
          minimum_should_match: 1,
        },
      },
      ['a'],
    ],
    [
      'should, two of three',
      {
        bool: {
          should: [{ match: { name: 'fraud' } }, { term: { access: 'public' } }, { term: { _id: 'd' } }],
          minimum_should_match: 2,
        },
      },
      ['a', 'd'],
    ],
    [
      'should, all of them',
      {
        bool: {
          should: [{ match: { name: 'fraud' } }, { term: { access: 'public' } }],
          minimum_should_match: '100%',
        },
      },
      ['a'],
    ],
    ['should, more than there are', { bool: { should: [{ match_all: {} }], minimum_should_match: 2 } }, []],
    ['should, none needed', { bool: { should: [{ term: { _id: 'a' } }], minimum_should_match: 0 } }, ALL],
    [
      'bool in bool',
      {
        bool: {
          should: [{ bool: { must_not: { match_all: {} } } }, { bool: { filter: { term: { _id: 'd' } } } }],
        },
      },
      ['d'],
    ],
    // nested
    ['an owner by name', nested({ match: { 'owner.name': 'ANA' } }), ['a', 'l']],
    ['an owner by keyword', nested({ term: { 'owner.name.keyword': 'rob' } }), ['b']],
    ['an owner by role', nested({ term: { 'owner.backend_roles': 'audit' } }), ['a', 'l']],
    ['an owner by security role', nested({ terms: { 'owner.roles.keyword': ['all_access'] } }), ['c']],
    ['any owner', nested({ exists: { field: 'owner' } }), ['a', 'b', 'c', 'l']],
    ['any owner, by a field', nested({ exists: { field: 'owner.name' } }), ['a', 'b', 'c', 'l']],
    ['no owner', { bool: { must_not: nested({ match_all: {} }) } }, ['d']],
    ['another owner', nested({ bool: { must_not: { term: { 'owner.name': 'ana' } } } }), ['b', 'c']],
    ['a field of the group inside of nested', nested({ match: { name: 'fraud' } }), []],
    ['ids inside of nested', nested({ ids: { values: ['a'] } }), []],
    ['nested in nested', nested(nested({ term: { 'owner.name': 'rob' } })), ['b']],
  ])('%s', async (_, query, ids) => {
    expect(await g.found('rob', { query })).toStrictEqual(ids);
  });
});

describe('what the query says never widens what may be seen', () => {
  const inventive: readonly object[] = [
    { match_all: {} },
    { term: { _id: 'p' } },
    { ids: { values: ['p'] } },
    { match: { description: 'of ana' } },
    { bool: { should: [{ match_all: {} }], minimum_should_match: 0 } },
    { bool: { should: [{ term: { access: 'private' } }] } },
    { bool: { must_not: [{ term: { access: 'public' } }] } },
    { bool: { must_not: [{ bool: { must_not: [{ match: { name: 'secret' } }] } }] } },
    nested({ term: { 'owner.name': 'ana' } }),
    { wildcard: { 'name.keyword': '*' } },
    { range: { created_time: { gte: 0 } } },
  ];

  it.each(inventive)('%j', async (query) => {
    const body = { query, size: 1000 };
    expect(await g.found('rob', body)).not.toContain('p');
    const counted = (await g.call('rob', 'POST', '/_search', { query, size: 0 })).json.hits.total.value;
    expect(counted).toBe((await g.found('rob', body)).length);
    // ivo shares no role: only what is public and what has no owner.
    for (const id of await g.found('ivo', body)) expect(['a', 'd', 'l']).toContain(id);
  });

  it('shows private groups to their owner and to administrators', async () => {
    const query = { term: { access: 'private' } };
    expect(await g.found('ana', { query })).toStrictEqual(['p']);
    expect(await g.found('ada', { query })).toStrictEqual(['p']);
    expect(await g.found('platform', { query })).toStrictEqual(['p']);
  });

  it('follows the roles held now', async () => {
    const query = { term: { access: 'restricted' } };
    await g.member('nil', { backendRoles: ['Model Risk'] });
    expect(await g.found('nil', { query })).toStrictEqual(['c']);
    await g.member('nil', { backendRoles: [] });
    expect(await g.found('nil', { query })).toStrictEqual([]);
  });
});

describe('attempts to get out of the query', () => {
  const PAYLOADS = [
    `' OR 1=1 --`,
    `") OR 1=1 --`,
    `x') UNION SELECT * FROM model_groups --`,
    `"; DROP TABLE model_groups; --`,
    `fraud","scoring`,
    `\\`,
    `%`,
    `_`,
    `a\0b`,
    `\ud800`,
    `?1`,
    `:name`,
    `$.name`,
    `1.5`,
    '*',
  ];
  const clauses = (text: string): readonly object[] => [
    { term: { 'name.keyword': text } },
    { term: { name: text } },
    { term: { [text]: 'x' } },
    { terms: { 'name.keyword': [text, `${text}x`] } },
    { prefix: { 'name.keyword': text } },
    { prefix: { name: text } },
    { match_phrase: { 'name.keyword': text } },
    { ids: { values: [text] } },
    { exists: { field: text } },
    { range: { access: { gt: 'zzz', lt: text } } },
    { term: { 'backend_roles.keyword': text } },
    nested({ term: { 'owner.name': text } }),
  ];

  it.each(PAYLOADS)('%j finds nothing, and breaks nothing', async (text) => {
    for (const query of clauses(text))
      expect([query, await g.found('rob', { query })]).toStrictEqual([query, []]);
    expect(await g.found('rob')).toStrictEqual(ALL);
  });

  it.each(['name.keyword; DROP TABLE model_groups', 'created_time DESC', '1', 'constructor', '__proto__x'])(
    'sorting by %j is refused',
    async (field) => {
      const answer = await g.call('rob', 'POST', '/_search', { sort: [field] });
      expect(answer.json).toStrictEqual(
        refusal(400, 'illegal_argument_exception', `No mapping found for [${field}] in order to sort on`),
      );
    },
  );
});

describe('what is refused, by name', () => {
  const PARSING = 'parsing_exception';
  const ILLEGAL = 'illegal_argument_exception';
  const deep = (levels: number): object =>
    levels === 0 ? { match_all: {} } : { bool: { must: deep(levels - 1) } };
  const wide = (count: number): object => ({
    bool: { should: Array(count).fill({ term: { access: 'public' } }) },
  });

  it.each<[object, string, string]>([
    [{ query: { query_string: { query: 'x' } } }, PARSING, 'unknown query [query_string]'],
    [{ query: { bool: { must: [{ script: {} }] } } }, PARSING, 'unknown query [script]'],
    [{ query: nested({ fuzzy: {} }) }, PARSING, 'unknown query [fuzzy]'],
    [{ query: { constructor: {} } }, PARSING, 'unknown query [constructor]'],
    [{ query: {} }, PARSING, 'query malformed, empty clause found'],
    [
      { query: { match_all: {}, term: {} } },
      PARSING,
      '[match_all] malformed query, expected [END_OBJECT] but found [FIELD_NAME]: [term]',
    ],
    [{ query: 'x' }, PARSING, 'Unknown key for a VALUE_STRING in [query].'],
    [{ query: { bool: { must: ['x'] } } }, PARSING, '[_na] query malformed, must start with start_object'],
    [{ aggs: { a: { terms: { field: 'access' } } } }, PARSING, 'Unknown key for a START_OBJECT in [aggs].'],
    [{ aggregations: { a: { global: {} } } }, PARSING, 'Unknown key for a START_OBJECT in [aggregations].'],
    [{ script_fields: {} }, PARSING, 'Unknown key for a START_OBJECT in [script_fields].'],
    [{ post_filter: {} }, PARSING, 'Unknown key for a START_OBJECT in [post_filter].'],
    [{ track_total_hits: true }, PARSING, 'Unknown key for a VALUE_BOOLEAN in [track_total_hits].'],
    [{ suggest: [] }, PARSING, 'Unknown key for a START_ARRAY in [suggest].'],
    [{ min_score: 1 }, PARSING, 'Unknown key for a VALUE_NUMBER in [min_score].'],
    [{ query: { match_all: { boost: 2 } } }, PARSING, '[match_all] query does not support [boost]'],
    [
      { query: { match: { name: { query: 'x', fuzziness: 'AUTO' } } } },
      PARSING,
      '[match] query does not support [fuzziness]',
    ],
    [
      { query: { match: { name: { query: 'x', operator: 'xor' } } } },
      PARSING,
      '[match] query needs and or or as its [operator]',
    ],
    [
      { query: { match: { name: { query: 'x', minimum_should_match: '2<75%' } } } },
      PARSING,
      '[match] failed to parse [minimum_should_match]: a number or a percentage is needed',
    ],
    [{ query: { match: { name: {} } } }, PARSING, '[match] query requires [query]'],
    [{ query: { match: { name: ['x'] } } }, PARSING, '[match] query does not support array of values'],
    [{ query: { match: 'x' } }, PARSING, '[match] query malformed, no start_object after query name'],
    [{ query: { match: {} } }, PARSING, '[match] query malformed, no field name'],
    [
      { query: { match_phrase: { name: { query: 'x', slop: 1 } } } },
      PARSING,
      '[match_phrase] query does not support [slop]',
    ],
    [
      { query: { term: { a: 1, b: 2 } } },
      PARSING,
      "[term] query doesn't support multiple fields, found [a] and [b]",
    ],
    [
      { query: { term: { name: null } } },
      PARSING,
      '[term] query needs a string, number or boolean as its value',
    ],
    [
      { query: { term: { name: { value: 'x', case_insensitive: true } } } },
      PARSING,
      '[term] query does not support [case_insensitive]',
    ],
    [
      { query: { term: { latest_version: 'abc' } } },
      PARSING,
      '[term] failed to parse value [abc] for field [latest_version]',
    ],
    [
      { query: { term: { created_time: 'yesterday' } } },
      PARSING,
      '[term] failed to parse date field [yesterday] of [created_time]: epoch milliseconds, an ISO date or date math is needed',
    ],
    [{ query: { terms: { name: 'x' } } }, PARSING, '[terms] query requires an array of values'],
    [
      { query: { terms: { name: [{}] } } },
      PARSING,
      '[terms] query needs a string, number or boolean as its value',
    ],
    [
      { query: { terms: { name: ['x'], boost: 1 } } },
      PARSING,
      "[terms] query doesn't support multiple fields, found [name] and [boost]",
    ],
    [
      { query: { prefix: { latest_version: '1' } } },
      PARSING,
      '[prefix] can only be used on keyword and text fields, not on [latest_version]',
    ],
    [
      { query: { wildcard: { created_time: '*' } } },
      PARSING,
      '[wildcard] can only be used on keyword and text fields, not on [created_time]',
    ],
    [{ query: { exists: { field: 'a', boost: 1 } } }, PARSING, '[exists] query does not support [boost]'],
    [{ query: { exists: {} } }, PARSING, '[exists] query needs a string, number or boolean as its value'],
    [{ query: { ids: { values: ['a'], type: 'x' } } }, PARSING, '[ids] query does not support [type]'],
    [{ query: { ids: {} } }, PARSING, '[ids] query requires an array of values'],
    [{ query: { range: { name: 7 } } }, PARSING, '[range] query malformed, no start_object after query name'],
    [
      { query: { range: { created_time: { gte: 'now', format: 'x' } } } },
      PARSING,
      '[range] query does not support [format]',
    ],
    [{ query: { range: { created_time: { from: 1 } } } }, PARSING, '[range] query does not support [from]'],
    [
      { query: { range: { created_time: { gte: 'now+1x' } } } },
      PARSING,
      '[range] failed to parse date field [now+1x] of [created_time]: epoch milliseconds, an ISO date or date math is needed',
    ],
    [
      { query: { range: { _id: { gte: 'a' } } } },
      PARSING,
      '[range] field [_id] does not support range queries',
    ],
    [{ query: { bool: { must: [], boost: 1 } } }, PARSING, '[bool] query does not support [boost]'],
    [
      { query: { bool: { minimum_should_match: {} } } },
      PARSING,
      '[bool] failed to parse [minimum_should_match]: a number or a percentage is needed',
    ],
    [{ query: { nested: { path: 'owner' } } }, PARSING, "[nested] requires 'query' field"],
    [{ query: { nested: { query: {} } } }, PARSING, "[nested] requires 'path' field"],
    [
      { query: { nested: { path: 'models', query: {} } } },
      PARSING,
      '[nested] failed to find nested object under path [models]',
    ],
    [
      { query: { nested: { path: 'owner', query: {}, inner_hits: {} } } },
      PARSING,
      '[nested] query does not support [inner_hits]',
    ],
    [{ from: -1 }, ILLEGAL, '[from] parameter cannot be negative, found [-1]'],
    [{ size: -2 }, ILLEGAL, '[size] parameter cannot be negative, found [-2]'],
    [{ size: 'ten' }, PARSING, 'Unknown key for a VALUE_STRING in [size].'],
    [{ size: 1.5 }, PARSING, 'Unknown key for a VALUE_NUMBER in [size].'],
    [
      { from: 1, size: 10_000 },
      ILLEGAL,
      'Result window is too large, from + size must be less than or equal to: [10000] but was [10001].',
    ],
    [
      { sort: 'name' },
      ILLEGAL,
      'Text fields are not optimised for operations that require per-document field data like aggregations and sorting, so these operations are disabled by default. Please use a keyword field instead of [name].',
    ],
    [{ sort: [{ access: 'up' }] }, PARSING, '[sort] needs asc or desc as the order of [access]'],
    [
      { sort: [{ access: { order: 'asc', missing: '_first' } }] },
      PARSING,
      '[sort] does not support [missing]',
    ],
    [{ sort: 7 }, PARSING, '[sort] must be a field, an object, or a list of them'],
    [{ sort: [{ _script: {} }] }, ILLEGAL, 'No mapping found for [_script] in order to sort on'],
    [{ sort: Array(11).fill('access') }, PARSING, '[sort] has more than 10 fields'],
    [{ _source: 7 }, PARSING, '[_source] takes paths of fields, of at most 1000 characters'],
    [{ _source: { enabled: true } }, PARSING, '[_source] does not support [enabled]'],
    [{ _source: Array(101).fill('name') }, PARSING, '[_source] has more than 100 paths'],
    [[], PARSING, 'Expected [START_OBJECT] but found [START_ARRAY]'],
    // Limits.
    [{ query: deep(11) }, PARSING, '[bool] nests queries more than 10 levels deep'],
    [{ query: wide(128) }, PARSING, '[term] is one clause too many: a query has at most 128'],
    [
      { query: { match: { name: Array.from({ length: 129 }, (_, n) => `w${n}`).join(' ') } } },
      PARSING,
      '[match] is one clause too many: a query has at most 128',
    ],
    [
      { query: { terms: { access: Array(1025).fill('x') } } },
      PARSING,
      '[terms] query has more than 1024 values',
    ],
    [{ query: { ids: { values: Array(1025).fill('x') } } }, PARSING, '[ids] query has more than 1024 values'],
    [
      { query: { terms: { created_time: Array(200).fill('now') } } },
      PARSING,
      '[terms] is one clause too many: a query has at most 128',
    ],
    [
      { query: { bool: { should: Array(11).fill({ wildcard: { name: '*a*' } }) } } },
      PARSING,
      '[wildcard] of a text is one too many: a query has at most 10 of prefix, wildcard and range of a text',
    ],
    [
      {
        query: {
          bool: { must: [...Array(10).fill({ prefix: { name: 'a' } }), { range: { name: { gt: 'a' } } }] },
        },
      },
      PARSING,
      '[range] of a text is one too many: a query has at most 10 of prefix, wildcard and range of a text',
    ],
    [
      { query: { term: { name: 'x'.repeat(1001) } } },
      PARSING,
      '[term] query has a value of more than 1000 characters',
    ],
  ])('%j', async (body, type, reason) => {
    const answer = await g.call('rob', 'POST', '/_search', body);
    expect([answer.status, answer.json]).toStrictEqual([400, refusal(400, type, reason)]);
  });

  it('just inside of the limits it is answered', async () => {
    expect(await g.found('rob', { query: deep(10) })).toStrictEqual(ALL);
    expect(await g.found('rob', { query: wide(127) })).toStrictEqual(['a', 'd', 'l']);
    expect(await g.found('rob', { query: { ids: { values: Array(1024).fill('a') } } })).toStrictEqual(['a']);
    const stars = { wildcard: { description: '*a'.repeat(499) } };
    expect(await g.found('rob', { query: { bool: { should: Array(10).fill(stars) } } })).toStrictEqual([]);
    expect(await g.found('rob', { from: 9_990, size: 10 })).toStrictEqual([]);
  });

  it('nothing to search by', async () => {
    const reason = 'request body or source parameter is required';
    for (const method of ['POST', 'GET'])
      expect((await g.call('rob', method, '/_search')).json).toStrictEqual(
        refusal(400, 'action_request_validation_exception', reason),
      );
    expect((await g.call('rob', 'GET', '/_search?source=%7B%7D')).json.error.reason).toBe(
      'source and source_content_type parameters are required',
    );
    expect((await g.call('rob', 'POST', '/_search?size=1', {})).json.error.reason).toBe(
      'request [/_plugins/_ml/model_groups/_search] contains unrecognized parameter: [size]',
    );
  });
});

describe('the answer', () => {
  it('is the envelope that clients know', async () => {
    const answer = await g.call('rob', 'POST', '/_search', { query: { ids: { values: ['b'] } } });
    expect([answer.status, answer.headers['content-type']]).toStrictEqual([
      200,
      'application/json; charset=UTF-8',
    ]);
    expect(answer.json).toStrictEqual({
      took: expect.any(Number),
      timed_out: false,
      _shards: { total: 1, successful: 1, skipped: 0, failed: 0 },
      hits: {
        total: { value: 1, relation: 'eq' },
        max_score: 1,
        hits: [
          {
            _index: '.plugins-ml-model-group',
            _id: 'b',
            _version: 1,
            _seq_no: expect.any(Number),
            _primary_term: 1,
            _score: 1,
            _source: {
              name: 'fraud Detection',
              latest_version: 2,
              backend_roles: ['risk'],
              owner: {
                name: 'rob',
                backend_roles: ['risk'],
                roles: ['ml_full_access'],
                user_requested_tenant: null,
                user_requested_tenant_access: null,
                custom_attribute_names: [],
              },
              access: 'restricted',
              created_time: FIRST + DAY,
              last_updated_time: FIRST + 6 * DAY,
            },
          },
        ],
      },
    });
  });

  it('shows nothing as nothing', async () => {
    const { hits } = (await g.call('rob', 'POST', '/_search', { query: { ids: { values: [] } } })).json;
    expect(hits).toStrictEqual({ total: { value: 0, relation: 'eq' }, max_score: null, hits: [] });
  });

  it('holds ten unless asked otherwise, in the order of registration, and pages', async () => {
    for (let n = 0; n < 8; n++)
      await g.given('ana', { name: `page ${n}`, access_mode: 'public', model_group_id: `page-${n}` });
    const all = [...ALL, ...Array.from({ length: 8 }, (_, n) => `page-${n}`)];
    expect(await g.found('rob', {})).toStrictEqual(all.slice(0, 10));
    expect(await g.found('rob', { from: 10 })).toStrictEqual(all.slice(10));
    expect(await g.found('rob', { from: '3', size: '2' })).toStrictEqual(all.slice(3, 5));
    const none = (await g.call('rob', 'POST', '/_search', { size: 0 })).json.hits;
    expect([none.total.value, none.hits]).toStrictEqual([13, []]);
    for (let n = 0; n < 8; n++) await g.call('ana', 'DELETE', `/page-${n}`);
  });

  it.each<[unknown, readonly string[], readonly unknown[]]>([
    ['created_time', ALL, [FIRST]],
    [{ created_time: 'desc' }, ['l', 'd', 'c', 'b', 'a'], [FIRST + 5 * DAY]],
    [
      [{ access: { order: 'DESC' } }, { _id: { order: 'desc' } }],
      ['c', 'b', 'l', 'd', 'a'],
      ['restricted', 'c'],
    ],
    [['name.keyword'], ['a', 'd', 'c', 'b', 'l'], ['Fraud scoring']],
    [[{ 'name.keyword': 'desc' }], ['b', 'c', 'd', 'a', 'l'], ['fraud Detection']],
    [
      [{ latest_version: 'desc' }, '_id'],
      ['b', 'c', 'a', 'd', 'l'],
      [2, 'b'],
    ],
    [
      ['backend_roles.keyword', '_id'],
      ['c', 'b', 'a', 'd', 'l'],
      ['Model Risk', 'c'],
    ],
    [
      [{ 'backend_roles.keyword': 'desc' }, { _id: 'desc' }],
      ['c', 'b', 'l', 'd', 'a'],
      ['risk', 'c'],
    ],
    [[{ _doc: 'desc' }], ['l', 'd', 'c', 'b', 'a'], [expect.any(Number)]],
    [
      [{ access: {} }, '_score'],
      ['a', 'd', 'l', 'b', 'c'],
      ['public', 1],
    ],
    ['_score', ALL, [1]],
  ])('is sorted by %j', async (sort, ids, firstValues) => {
    const { hits, max_score } = (await g.call('rob', 'POST', '/_search', { sort })).json.hits;
    expect(hits.map(({ _id }: { _id: string }) => _id)).toStrictEqual(ids);
    expect(hits[0].sort).toStrictEqual(firstValues);
    const score = JSON.stringify(sort).includes('_score') ? 1 : null;
    expect([max_score, hits[0]._score]).toStrictEqual([score, score]);
  });

  it.each<[unknown, object]>([
    [true, { name: 'Fraud scoring', access: 'public' }],
    [false, { name: 'Fraud scoring', access: 'public' }],
  ])('shows the source with _source %j', async (source, some) => {
    const { hits } = (
      await g.call('rob', 'POST', '/_search', { _source: source, query: { ids: { values: ['a'] } } })
    ).json.hits;
    expect(hits[0]._source).toMatchObject(some);
  });

  it.each<[unknown, object]>([
    ['name', { name: 'Fraud scoring' }],
    [['name', 'owner.name'], { name: 'Fraud scoring', owner: { name: 'ana' } }],
    ['owner.b*', { owner: { backend_roles: ['audit', 'risk'] } }],
    [{ includes: ['*_time'], excludes: ['created*'] }, { last_updated_time: FIRST + 6 * DAY }],
    [{ include: ['name'], exclude: [] }, { name: 'Fraud scoring' }],
    [
      { excludes: ['owner', '*time', 'description', 'latest_version'] },
      { name: 'Fraud scoring', access: 'public' },
    ],
    [['nothing'], {}],
  ])('shows of the source %j', async (source, expected) => {
    const { hits } = (
      await g.call('rob', 'POST', '/_search', { _source: source, query: { ids: { values: ['a'] } } })
    ).json.hits;
    expect(hits[0]._source).toStrictEqual(expected);
  });

  it('is the same by GET, with a body or with the source parameter; the body counts', async () => {
    const query = { query: { term: { _id: 'c' } } };
    const source = `source=${encodeURIComponent(JSON.stringify({ query: { term: { _id: 'a' } } }))}&source_content_type=application/json`;
    const ids = ({ json }: { json: { hits: { hits: { _id: string }[] } } }): string[] =>
      json.hits.hits.map(({ _id }) => _id);
    expect(ids(await g.call('rob', 'GET', '/_search', query))).toStrictEqual(['c']);
    expect(ids(await g.call('rob', 'GET', `/_search?${source}`))).toStrictEqual(['a']);
    expect(ids(await g.call('rob', 'POST', `/_search?${source}`))).toStrictEqual(['a']);
    expect(ids(await g.call('rob', 'GET', `/_search?${source}`, query))).toStrictEqual(['c']);
    expect(ids(await g.call('rob', 'GET', '/_search?filter_path=hits.hits._id', {}))).toStrictEqual(ALL);
  });

  it('has the limits of any body when it comes with a GET', async () => {
    const large = await g.call('rob', 'GET', '/_search', { query: 'x'.repeat(1024 * 1024) });
    expect([large.status, large.json.error.type]).toStrictEqual([413, 'status_exception']);
    const text = await g.call('rob', 'GET', '/_search', undefined, {
      rawBody: '{}',
      headers: { 'content-type': 'text/plain', 'content-length': '2' },
    });
    expect(text.status).toBe(415);
    const deepBody = await g.call('rob', 'GET', '/_search', undefined, {
      rawBody: `${'['.repeat(65)}${']'.repeat(65)}`,
      headers: { 'content-type': 'application/json' },
    });
    expect(deepBody.status).toBe(400);
    const broken = await g.call('rob', 'GET', '/_search', undefined, {
      rawBody: '{"a',
      headers: { 'content-type': 'application/json' },
    });
    expect([broken.status, broken.json.error.type]).toStrictEqual([400, 'parse_exception']);
  });

  it('waits for a write that the caller has seen', async () => {
    const written = await g.call('ana', 'PUT', '/a', {});
    const headers = { 'x-min-position': written.headers['x-event-position']! };
    expect((await g.call('rob', 'GET', '/_search', {}, { headers })).status).toBe(200);
  });
});
