/** Filters on one column of the history, the most selective first. Each has a table that says where its values stand. */
export const FILTERS = [
  ['correlationId', 'correlation_id'],
  ['entityId', 'entity_id'],
  ['actor', 'actor_id'],
  ['eventType', 'event_type'],
  ['entityType', 'entity_type'],
] as const;

export type FilterColumn = (typeof FILTERS)[number][1];

/** Logical name of the table of entries `(section, value, position)`. */
export const entriesOf = (column: FilterColumn): string => `audit_by_${column}`;
