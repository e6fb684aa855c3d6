import type { OpenAPIObject } from '@nestjs/swagger';
import { CHANGES_NOTHING } from '../../platform/http/changes-nothing.js';
import { SHOWS_SECRET_ONCE } from '../../platform/http/shows-secret.js';

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']>;
type Parameter = NonNullable<Operation['parameters']>[number];

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

const header = (name: string, description: string, schema: object): Parameter => ({
  name,
  in: 'header',
  required: false,
  description,
  schema: { type: 'string', ...schema },
});

const IDEMPOTENCY_KEY = header('Idempotency-Key', 'A repeat with the same key gets the first answer again', {
  minLength: 1,
  maxLength: 255,
});
const CORRELATION_ID = header('X-Correlation-Id', 'Goes into the history; made when absent', {
  minLength: 1,
  maxLength: 128,
});
const CHANGE_REASON = header('X-Change-Reason', 'Why; percent-encoded UTF-8, goes into the history', {
  example: 'audit%20finding%2012',
});
const MIN_POSITION = header('X-Min-Position', 'Wait until what was written at this position can be read', {
  pattern: String.raw`^\d{1,18}$`,
  example: '4711',
});

const conventionsOf = (method: string, operation: Operation): Parameter[] => {
  // A public path has no caller, so nothing of this concerns it.
  if ((operation.security ?? []).length === 0) return [];
  if (method === 'get' || Object.hasOwn(operation, CHANGES_NOTHING)) return [MIN_POSITION];
  const keyed = Object.hasOwn(operation, SHOWS_SECRET_ONCE) ? [] : [IDEMPOTENCY_KEY];
  return [...keyed, CORRELATION_ID, CHANGE_REASON];
};

/** The headers that every read or every write may carry, said of each of them. */
export const describeConventions = (paths: OpenAPIObject['paths']): OpenAPIObject['paths'] =>
  Object.fromEntries(
    Object.entries(paths).map(([path, item]) => {
      const described = { ...item };
      for (const method of METHODS) {
        const operation = item[method];
        if (operation === undefined) continue;
        const parameters = [...(operation.parameters ?? []), ...conventionsOf(method, operation)];
        described[method] = { ...operation, parameters };
      }
      return [path, described];
    }),
  );
