import type { TableNames } from '../../projections/projection.js';

export const changeRequestTables = [
  'change_requests',
  'change_request_groups',
  'change_request_reviews',
  'entity_access',
  'archived_entities',
  'timed_policies',
  'approvals_to_request',
] as const;

/**
 * The keys are what the handlers look rows up by: the other indexes don't exist yet while a rebuild goes on.
 */
export const changeRequestSchema = (tables: TableNames): string[] => [
  // `state` is the folded request as JSON; the columns are what lists filter and order by, and what there is to do.
  `CREATE TABLE ${tables['change_requests']} (
    change_request_id TEXT NOT NULL UNIQUE,
    entity_id TEXT NOT NULL,
    requester_id TEXT NOT NULL,
    opened_position INTEGER NOT NULL,
    status TEXT NOT NULL,
    policy_id TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    modified_at TEXT,
    processed_at TEXT,
    entity_gone INTEGER NOT NULL,
    applying_attempt INTEGER,
    started_event TEXT,
    correlation_id TEXT NOT NULL,
    last_event TEXT NOT NULL,
    reminder_due INTEGER,
    action_due INTEGER,
    state TEXT NOT NULL,
    revision INTEGER NOT NULL,
    position INTEGER NOT NULL,
    UNIQUE (entity_id, change_request_id, status, requester_id, created_at, updated_at, processed_at)
  ) STRICT`,
  `CREATE TABLE ${tables['change_request_groups']} (
    change_request_id TEXT NOT NULL, group_id TEXT NOT NULL, PRIMARY KEY (change_request_id, group_id)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE ${tables['change_request_reviews']} (
    review_id TEXT PRIMARY KEY,
    change_request_id TEXT NOT NULL,
    change_version_id TEXT NOT NULL,
    status TEXT NOT NULL,
    comment TEXT,
    created_at TEXT NOT NULL,
    reviewer_id TEXT NOT NULL,
    position INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
  // Which deployments the holder of a key may see: see access-keys.ts.
  `CREATE TABLE ${tables['entity_access']} (
    entity_id TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (entity_id, key)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE ${tables['archived_entities']} (
    entity_id TEXT PRIMARY KEY, correlation_id TEXT NOT NULL, event_id TEXT NOT NULL
  ) STRICT, WITHOUT ROWID`,
  // Policies that are not deleted: those of others have no timers.
  `CREATE TABLE ${tables['timed_policies']} (
    policy_id TEXT PRIMARY KEY, active INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE ${tables['approvals_to_request']} (
    entity_id TEXT PRIMARY KEY,
    required TEXT NOT NULL,
    correlation_id TEXT NOT NULL,
    event_id TEXT NOT NULL
  ) STRICT, WITHOUT ROWID`,
];

/** Each list's index holds all that lists filter by, so that a page is found in it before any row is read. */
export const changeRequestIndexes = (tables: TableNames): string[] => {
  const requests = tables['change_requests'];
  const reviews = tables['change_request_reviews'];
  return [
    ...['created_at', 'updated_at', 'processed_at'].flatMap((column) => [
      `CREATE INDEX ${requests}_${column} ON ${requests} (${column}, change_request_id, status, entity_id, requester_id)`,
      // Else a page of one status would sort all requests of that status first.
      `CREATE INDEX ${requests}_in_status_${column}
        ON ${requests} (status, ${column}, change_request_id, entity_id, requester_id)`,
    ]),
    `CREATE INDEX ${requests}_of_requester ON ${requests} (requester_id, created_at, change_request_id, status, entity_id)`,
    `CREATE INDEX ${requests}_of_policy ON ${requests}
      (policy_id, created_at, change_request_id, status, entity_id, requester_id, modified_at) WHERE policy_id IS NOT NULL`,
    `CREATE INDEX ${requests}_applying ON ${requests} (applying_attempt) WHERE applying_attempt IS NOT NULL`,
    `CREATE INDEX ${requests}_orphans ON ${requests} (entity_gone) WHERE entity_gone = 1`,
    `CREATE INDEX ${requests}_reminder ON ${requests} (reminder_due) WHERE reminder_due IS NOT NULL`,
    `CREATE INDEX ${requests}_action ON ${requests} (action_due) WHERE action_due IS NOT NULL`,
    `CREATE INDEX ${tables['change_request_groups']}_of_group ON ${tables['change_request_groups']} (group_id)`,
    `CREATE INDEX ${reviews}_of_request ON ${reviews} (change_request_id, position)`,
    `CREATE INDEX ${tables['entity_access']}_of_key ON ${tables['entity_access']} (key)`,
  ];
};
