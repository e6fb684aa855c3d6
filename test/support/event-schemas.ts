import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { aggregateOf } from '../../src/domain/event-aggregates.js';
import { isEventType, splitStreamName } from '../../src/domain/events.js';
import type { RecordedEvent } from '../../src/event-store/event-store.js';
import { eventSchema } from '../../src/features/event-contract/index.js';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The schema with no room for members that it does not name: what is sent must not hold more than is described. */
export const closed = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(closed);
  if (!isObject(schema)) return schema;
  const inside = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, closed(value)]));
  return isObject(schema['properties']) ? { additionalProperties: false, ...inside } : inside;
};

export const newAjv = (): Ajv2020 => {
  const ajv = new Ajv2020({ allErrors: true });
  formats.default(ajv);
  return ajv;
};

const ajv = newAjv();
const validators = new Map<string, ValidateFunction | undefined>();

const validatorOf = (type: string, version: number): ValidateFunction | undefined => {
  const key = `${type} ${version}`;
  if (!validators.has(key)) {
    const schema = eventSchema(type, version);
    validators.set(key, schema && ajv.compile(closed({ ...schema, $id: undefined }) as Json));
  }
  return validators.get(key);
};

/** What is wrong with an event, measured by what we publish of its type; empty when nothing is. */
export const schemaFaults = ({ type, stream, data, metadata }: Omit<RecordedEvent, 'position'>): string[] => {
  const validate = validatorOf(type, metadata.schemaVersion);
  if (validate === undefined) return [`${type} has no schema of version ${metadata.schemaVersion}`];
  const { aggregate } = splitStreamName(stream);
  const misplaced =
    isEventType(type) && aggregateOf[type] !== aggregate ? [`${type} stands in ${stream}`] : [];
  if (validate(data)) return misplaced;
  const errors = (validate.errors ?? []).map(
    ({ instancePath, message }) => `${type} ${instancePath} ${message}`,
  );
  return [...misplaced, ...errors];
};
