import { ACTIONS, type Action, type Question, type Subject } from '../../features/decisions/index.js';
import { HttpProblem, type FieldError } from '../../platform/http/problem.js';

/** One question in AuthZEN's terms, understood. */
export interface Evaluation {
  readonly subject: Subject;
  readonly question: Question;
  /** Where the subject's credential was presented, when whoever asks says so. */
  readonly ip: string | undefined;
}

export type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const MALFORMED = 'malformed-request';

/** 400, as the standard asks; one of `errors` per thing that is wrong. Nothing that was sent is repeated. */
export const malformed = (errors: readonly FieldError[]): HttpProblem =>
  new HttpProblem(400, MALFORMED, errors.map(({ message }) => message).join('; '), { errors });

/** Collects what is wrong, so that one answer can say it all. */
class Reader {
  readonly errors: FieldError[] = [];

  fail(location: readonly string[], expected: string): undefined {
    this.errors.push({
      location: ['body', ...location],
      message: `${location.join('.')} must be ${expected}`,
    });
    return undefined;
  }

  object(parent: Json, key: string, ...under: readonly string[]): Json | undefined {
    const value = parent[key];
    return isObject(value) ? value : this.fail([...under, key], 'an object');
  }

  text(parent: Json, key: string, ...under: readonly string[]): string | undefined {
    const value = parent[key];
    return typeof value === 'string' && value !== ''
      ? value
      : this.fail([...under, key], 'a non-empty string');
  }

  oneOf<Word extends string>(
    parent: Json,
    key: string,
    words: readonly Word[],
    ...under: readonly string[]
  ): Word | undefined {
    const found = words.find((word) => word === parent[key]);
    return found ?? this.fail([...under, key], words.join(' or '));
  }
}

const readSubject = (reader: Reader, sent: Json): Subject | undefined => {
  const subject = reader.object(sent, 'subject');
  if (subject === undefined) return undefined;
  const type = reader.oneOf(subject, 'type', ['user', 'credential'] as const, 'subject');
  if (type === undefined) return undefined;
  if (type === 'user') {
    const id = reader.text(subject, 'id', 'subject');
    return id === undefined ? undefined : { type, id };
  }
  // The standard's `id`, or `value` as in our own decision endpoint; two of them would have to be told apart.
  if (subject['id'] !== undefined && subject['value'] !== undefined) {
    return reader.fail(['subject'], 'identified by id or value, not both');
  }
  const value = reader.text(subject, subject['value'] === undefined ? 'id' : 'value', 'subject');
  return value === undefined ? undefined : { type, value };
};

const readAction = (reader: Reader, sent: Json): Action | undefined => {
  const action = reader.object(sent, 'action');
  return action && reader.oneOf(action, 'name', ACTIONS, 'action');
};

const readResource = (reader: Reader, sent: Json): Question['resource'] | undefined => {
  const resource = reader.object(sent, 'resource');
  if (resource === undefined) return undefined;
  reader.oneOf(resource, 'type', ['deployment'], 'resource');
  if (resource['id'] !== undefined || resource['properties'] === undefined) {
    const deploymentId = reader.text(resource, 'id', 'resource');
    return deploymentId === undefined ? undefined : { deploymentId };
  }
  const properties = reader.object(resource, 'properties', 'resource');
  if (properties === undefined) return undefined;
  const model = reader.text(properties, 'model', 'resource', 'properties');
  const deployment = reader.text(properties, 'deployment', 'resource', 'properties');
  return model === undefined || deployment === undefined ? undefined : { model, deployment };
};

const readIp = (reader: Reader, sent: Json): string | undefined => {
  if (sent['context'] === undefined) return undefined;
  const ip = reader.object(sent, 'context')?.['ip'];
  return typeof ip === 'string' ? ip : undefined;
};

/** @throws HttpProblem 400 with everything that keeps the question from being understood */
export const readEvaluation = (sent: unknown): Evaluation => {
  if (!isObject(sent)) throw malformed([{ location: ['body'], message: 'an evaluation must be an object' }]);
  const reader = new Reader();
  const subject = readSubject(reader, sent);
  const action = readAction(reader, sent);
  const resource = readResource(reader, sent);
  const ip = readIp(reader, sent);
  if (subject === undefined || action === undefined || resource === undefined || reader.errors.length > 0) {
    throw malformed(reader.errors);
  }
  return { subject, question: { action, resource }, ip };
};
