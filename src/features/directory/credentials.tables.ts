import type { Projection, ProjectionHandlers, TableNames } from '../../projections/projection.js';

type Database = Parameters<Projection['handlers']>[0];
/** Keys of users by their public id, and sessions that the identity provider has ended. */
export const credentialTables = ['psks', 'ended_sessions', 'ended_users'] as const;

export const credentialSchema = ({ psks, ended_sessions, ended_users }: TableNames): string[] => [
  `CREATE TABLE ${psks} (
    psk_id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    public_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    description TEXT,
    valid_until TEXT,
    status TEXT NOT NULL,
    overlap_until TEXT,
    created_at TEXT NOT NULL,
    created_at_position INTEGER NOT NULL,
    updated_at TEXT NOT NULL
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE ${ended_sessions} (session_id TEXT PRIMARY KEY, ended_at TEXT NOT NULL) STRICT, WITHOUT ROWID`,
  // All sessions of a user up to a time.
  `CREATE TABLE ${ended_users} (user_id TEXT PRIMARY KEY, ended_at TEXT NOT NULL) STRICT, WITHOUT ROWID`,
];

export const credentialIndexes = ({ psks }: TableNames): string[] => [
  `CREATE UNIQUE INDEX ${psks}_public_id ON ${psks} (public_id)`,
  `CREATE INDEX ${psks}_of_user ON ${psks} (user_id, created_at_position)`,
  `CREATE INDEX ${psks}_oldest ON ${psks} (created_at_position)`,
];

export const credentialHandlers = (db: Database, { psks, ended_sessions, ended_users }: TableNames) => {
  const insert = db.prepare(`INSERT INTO ${psks} VALUES (?, ?, ?, ?, ?, ?, 'current', NULL, ?, ?, ?)`);
  // One key of a user is current: the one before has expired when another is issued.
  const retire = db.prepare(
    `UPDATE ${psks} SET status = 'replaced', updated_at = ? WHERE user_id = ? AND status = 'current'`,
  );
  const replace = db.prepare(
    `UPDATE ${psks} SET status = 'replaced', overlap_until = ?, updated_at = ? WHERE psk_id = ?`,
  );
  const revoke = db.prepare(`UPDATE ${psks} SET status = 'revoked', updated_at = ? WHERE psk_id = ?`);
  const laterEnd = `DO UPDATE SET ended_at = max(ended_at, excluded.ended_at)`;
  const endSession = db.prepare(
    `INSERT INTO ${ended_sessions} VALUES (?, ?) ON CONFLICT (session_id) ${laterEnd}`,
  );
  const endUser = db.prepare(`INSERT INTO ${ended_users} VALUES (?, ?) ON CONFLICT (user_id) ${laterEnd}`);

  return {
    PskIssued: ({ data, metadata: { occurredAt }, position }) => {
      const { pskId, userId, publicId, digest, description, validUntil } = data;
      retire.run(occurredAt, userId);
      insert.run(pskId, userId, publicId, digest, description, validUntil, occurredAt, position, occurredAt);
    },

    PskRegenerated: ({ data, metadata: { occurredAt }, position }) => {
      const { pskId, userId, publicId, digest, description, validUntil } = data;
      replace.run(data.overlapUntil, occurredAt, data.replacedPskId);
      insert.run(pskId, userId, publicId, digest, description, validUntil, occurredAt, position, occurredAt);
    },

    PskRevoked: ({ data: { pskId }, metadata: { occurredAt } }) => {
      revoke.run(occurredAt, pskId);
    },

    SessionEnded: ({ data: { sessionId, userId, endedAt } }) => {
      if (sessionId !== null) endSession.run(sessionId, endedAt);
      else if (userId !== null) endUser.run(userId, endedAt);
    },
  } satisfies ProjectionHandlers;
};
