import { dataSchemaOf } from '../../domain/event-schemas.js';
import { isEventType } from '../../domain/events.js';
import type { JsonSchema } from '../../domain/shared/schema.js';

/**
 * What the `dataschema` of an event leads to: the JSON Schema (2020-12) of its data; `undefined` when there is no such
 * event type, or it never had that version.
 */
export const eventSchema = (type: string, version: number): JsonSchema | undefined => {
  const schema = isEventType(type) ? dataSchemaOf(type, version) : undefined;
  return (
    schema && {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: `/governance/v1/schemas/${type}/${version}`,
      title: type,
      ...schema,
    }
  );
};
