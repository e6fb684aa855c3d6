import type { PolicyTerms } from '../../domain/approval-policy/approval-policy.events.js';
import type { Projection } from '../../projections/projection.js';

/** One row per policy that is not deleted, and one per open request that is held to a policy. */
export const approvalPoliciesProjection: Projection = {
  name: 'approval_policies',
  version: 1,
  tables: ['approval_policies', 'policy_open_requests'],

  schema: ({ approval_policies, policy_open_requests }) => [
    `CREATE TABLE ${approval_policies} (
      policy_id TEXT PRIMARY KEY,
      version INTEGER NOT NULL,
      entity_type TEXT NOT NULL,
      action TEXT NOT NULL,
      search TEXT NOT NULL,
      active INTEGER NOT NULL,
      terms TEXT NOT NULL,
      open_requests INTEGER NOT NULL,
      created_at TEXT NOT NULL,
      revision INTEGER NOT NULL,
      position INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE ${policy_open_requests} (
      change_request_id TEXT PRIMARY KEY, policy_id TEXT NOT NULL
    ) STRICT, WITHOUT ROWID`,
  ],

  indexes: ({ approval_policies }) => [
    `CREATE INDEX ${approval_policies}_oldest ON ${approval_policies} (created_at, policy_id)`,
    `CREATE INDEX ${approval_policies}_watching ON ${approval_policies} (entity_type, action)`,
  ],

  handlers: (db, { approval_policies, policy_open_requests }) => {
    const insert = db.prepare(`INSERT INTO ${approval_policies} VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)`);
    const update = db.prepare(
      `UPDATE ${approval_policies} SET version = ?, entity_type = ?, action = ?, search = ?, active = ?, terms = ?,
        revision = ?, position = ? WHERE policy_id = ?`,
    );
    const remove = db.prepare(`DELETE FROM ${approval_policies} WHERE policy_id = ?`);
    const count = db.prepare(
      `UPDATE ${approval_policies} SET open_requests = open_requests + ? WHERE policy_id = ?`,
    );
    const findHeld = db.prepare(`SELECT policy_id FROM ${policy_open_requests} WHERE change_request_id = ?`);
    const hold = db.prepare(`INSERT INTO ${policy_open_requests} VALUES (?, ?)`);
    const release = db.prepare(`DELETE FROM ${policy_open_requests} WHERE change_request_id = ?`);

    const columns = ({ trigger, name, active, ...rest }: PolicyTerms) =>
      [
        trigger.entityType,
        trigger.action,
        name.toLowerCase(),
        active ? 1 : 0,
        JSON.stringify({ ...rest, trigger, name, active }),
      ] as const;

    /** `null`: held to no policy (any more). */
    const holdTo = (changeRequestId: string, policyId: string | null): void => {
      const before = findHeld.get(changeRequestId)?.['policy_id'];
      if (before !== undefined) {
        count.run(-1, String(before));
        release.run(changeRequestId);
      }
      if (policyId === null) return;
      hold.run(changeRequestId, policyId);
      count.run(1, policyId);
    };

    return {
      ApprovalPolicyCreated: ({ data, metadata: { occurredAt }, revision, position }) => {
        insert.run(data.policyId, data.version, ...columns(data.terms), occurredAt, revision, position);
      },
      ApprovalPolicyUpdated: ({ data, revision, position }) => {
        update.run(data.version, ...columns(data.after), revision, position, data.policyId);
      },
      ApprovalPolicyDeleted: ({ data }) => {
        remove.run(data.policyId);
      },
      ChangeRequestOpened: ({ data: { changeRequestId, requirement } }) => {
        holdTo(changeRequestId, requirement.policy?.policyId ?? null);
      },
      ChangeRequestRevised: ({ data: { changeRequestId, version } }) => {
        if (version !== undefined) holdTo(changeRequestId, version.requirement.policy?.policyId ?? null);
      },
      ChangeRequestResolved: ({ data: { changeRequestId } }) => holdTo(changeRequestId, null),
      ChangeRequestCancelled: ({ data: { changeRequestId } }) => holdTo(changeRequestId, null),
    };
  },
};
