import { settledUpTo } from '../../domain/webhook/webhook-sender.decider.js';
import type { SendingProgress } from '../../domain/webhook/webhook.events.js';
import type { Projection, ProjectionHandlers, TableNames } from '../../projections/projection.js';
import { deliveryWriter, type Database } from './deliveries.rows.js';

/**
 * One row per webhook that is not deleted, one per event that was delivered by it or failed. Delivered ones are kept up to
 * a number, those that failed until they are delivered.
 */
export const webhooksProjection: Projection = {
  name: 'webhooks',
  version: 1,
  tables: ['webhooks', 'webhook_deliveries'],

  schema: ({ webhooks, webhook_deliveries }) => [
    `CREATE TABLE ${webhooks} (
      webhook_id TEXT PRIMARY KEY,
      registered_at_position INTEGER NOT NULL,
      url TEXT NOT NULL,
      types TEXT,
      entity TEXT,
      actor TEXT,
      description TEXT,
      status TEXT NOT NULL,
      disabled_reason TEXT,
      created_at TEXT NOT NULL,
      replays INTEGER NOT NULL,
      position INTEGER NOT NULL,
      revision INTEGER NOT NULL,
      changed_at_position INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE ${webhook_deliveries} (
      webhook_id TEXT NOT NULL,
      event_id TEXT NOT NULL,
      position INTEGER NOT NULL,
      entity TEXT,
      revision INTEGER,
      status TEXT NOT NULL,
      attempts TEXT NOT NULL,
      next_attempt_at TEXT,
      wanted_again INTEGER NOT NULL,
      recorded_at INTEGER NOT NULL,
      PRIMARY KEY (webhook_id, event_id)
    ) STRICT, WITHOUT ROWID`,
  ],

  indexes: ({ webhooks, webhook_deliveries }) => [
    `CREATE UNIQUE INDEX ${webhooks}_oldest ON ${webhooks} (registered_at_position)`,
    `CREATE INDEX ${webhook_deliveries}_position ON ${webhook_deliveries} (webhook_id, position)`,
    `CREATE INDEX ${webhook_deliveries}_status ON ${webhook_deliveries} (webhook_id, status, position)`,
    `CREATE INDEX ${webhook_deliveries}_recorded ON ${webhook_deliveries} (webhook_id, recorded_at)
       WHERE status = 'delivered'`,
    `CREATE INDEX ${webhook_deliveries}_again ON ${webhook_deliveries} (webhook_id, position)
       WHERE wanted_again = 1`,
  ],

  handlers: (db, tables) => ({ ...configuration(db, tables), ...sending(db, tables) }),
};

const configuration = (db: Database, { webhooks, webhook_deliveries }: TableNames): ProjectionHandlers => {
  const insert = db.prepare(
    `INSERT INTO ${webhooks} VALUES (?, ?, ?, ?, ?, ?, ?, 'active', NULL, ?, 0, ?, ?, ?)`,
  );
  const touch = 'revision = ?, changed_at_position = ? WHERE webhook_id = ?';
  const changed = db.prepare(`UPDATE ${webhooks} SET ${touch}`);
  const setStatus = db.prepare(`UPDATE ${webhooks} SET status = ?, disabled_reason = ?, ${touch}`);
  const replay = db.prepare(`UPDATE ${webhooks} SET replays = replays + 1, position = ?, ${touch}`);
  const remove = db.prepare(`DELETE FROM ${webhooks} WHERE webhook_id = ?`);
  const removeDeliveries = db.prepare(`DELETE FROM ${webhook_deliveries} WHERE webhook_id = ?`);
  const wantAgain = db.prepare(
    `UPDATE ${webhook_deliveries} SET wanted_again = 1
     WHERE webhook_id = ? AND position BETWEEN ? AND ? AND (status = 'dead' OR (status = 'delivered' AND ?))`,
  );
  return {
    WebhookRegistered: ({ data, metadata: { occurredAt }, revision, position }) => {
      insert.run(
        data.webhookId,
        position,
        data.url,
        data.types === null ? null : JSON.stringify(data.types),
        data.entity,
        data.actor,
        data.description,
        occurredAt,
        BigInt(data.position),
        revision,
        position,
      );
    },
    WebhookPaused: ({ data, revision, position }) => {
      setStatus.run('paused', null, revision, position, data.webhookId);
    },
    WebhookResumed: ({ data, revision, position }) => {
      setStatus.run('active', null, revision, position, data.webhookId);
    },
    WebhookDisabled: ({ data, revision, position }) => {
      setStatus.run('disabled', data.reason, revision, position, data.webhookId);
    },
    WebhookSecretRotated: ({ data, revision, position }) => {
      changed.run(revision, position, data.webhookId);
    },
    WebhookReplayRequested: ({ data, revision, position }) => {
      replay.run(BigInt(data.after), revision, position, data.webhookId);
    },
    WebhookRedeliveryRequested: ({ data, revision, position }) => {
      wantAgain.run(data.webhookId, BigInt(data.from), BigInt(data.to), Number(data.delivered));
      changed.run(revision, position, data.webhookId);
    },
    WebhookDeleted: ({ data: { webhookId } }) => {
      remove.run(webhookId);
      removeDeliveries.run(webhookId);
    },
  };
};

const sending = (db: Database, tables: TableNames): ProjectionHandlers => {
  const { webhooks, webhook_deliveries } = tables;
  const known = db.prepare(`SELECT 1 FROM ${webhooks} WHERE webhook_id = ?`);
  // What was sent before a replay was asked for says nothing of where it stands.
  const move = db.prepare(`UPDATE ${webhooks} SET position = ? WHERE webhook_id = ? AND replays = ?`);
  const deliveries = deliveryWriter(db, String(webhook_deliveries));
  const advance = (webhookId: string, progress: SendingProgress): void => {
    move.run(settledUpTo(progress), webhookId, progress.replays);
  };
  return {
    WebhookLeaseTaken: ({ data: { webhookId, progress } }) => advance(webhookId, progress),
    WebhookCheckpointed: ({ data: { webhookId, progress, delivered, failed }, position }) => {
      // It may have been deleted while the last events were under way.
      if (known.get(webhookId) === undefined) return;
      advance(webhookId, progress);
      deliveries.write(webhookId, { delivered, failed }, position);
    },
  };
};
