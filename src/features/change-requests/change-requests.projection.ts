import type { ChangeRequestEvent } from '../../domain/change-request/change-request.events.js';
import { evolve } from '../../domain/change-request/change-request.evolve.js';
import {
  initialState,
  isOpen,
  isOpened,
  type ChangeRequest,
  type ChangeRequestState,
} from '../../domain/change-request/change-request.state.js';
import { dueTimes } from '../../domain/change-request/timers.js';
import { ownerAsSent } from '../../domain/deployment/deployment.state.js';
import { addPeriod } from '../../platform/clock/calendar.js';
import type { Projection, ProjectedEvent, ProjectionHandlers } from '../../projections/projection.js';
import { ownerKeys, roleKey } from './access-keys.js';
import { changeRequestIndexes, changeRequestSchema, changeRequestTables } from './change-requests.tables.js';

type RequestEvent = ProjectedEvent<ChangeRequestEvent['type']>;

const time = (instant: string | null): number | null => (instant === null ? null : Date.parse(instant));

/** Change requests as lists and process managers look for them; who may see what; and what there is to do next. */
export const changeRequestsProjection: Projection = {
  name: 'change_requests',
  version: 2,
  tables: changeRequestTables,
  schema: changeRequestSchema,
  indexes: changeRequestIndexes,

  handlers: (db, tables) => {
    const requests = tables['change_requests'];
    const groups = tables['change_request_groups'];
    const access = tables['entity_access'];
    const policies = tables['timed_policies'];
    const toRequest = tables['approvals_to_request'];

    const find = db.prepare(`SELECT state FROM ${requests} WHERE change_request_id = ?`);
    const insert = db.prepare(
      `INSERT INTO ${requests} (change_request_id, entity_id, requester_id, created_at, correlation_id, opened_position,
        status, policy_id, updated_at, modified_at, processed_at, entity_gone, applying_attempt, last_event, reminder_due,
        action_due, state, revision, position)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    const update = db.prepare(
      `UPDATE ${requests} SET status = ?, policy_id = ?, updated_at = ?, modified_at = ?, processed_at = ?, entity_gone = ?,
        applying_attempt = ?, last_event = ?, reminder_due = ?, action_due = ?, state = ?, revision = ?, position = ?
      WHERE change_request_id = ?`,
    );
    const noteStart = db.prepare(
      `UPDATE ${requests} SET started_event = ?, correlation_id = ? WHERE change_request_id = ?`,
    );
    const dropGroups = db.prepare(`DELETE FROM ${groups} WHERE change_request_id = ?`);
    const addGroup = db.prepare(`INSERT OR IGNORE INTO ${groups} VALUES (?, ?)`);
    const addReview = db.prepare(
      `INSERT INTO ${tables['change_request_reviews']} VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    const isArchived = db.prepare(`SELECT 1 FROM ${tables['archived_entities']} WHERE entity_id = ?`);
    const addArchived = db.prepare(`INSERT OR IGNORE INTO ${tables['archived_entities']} VALUES (?, ?, ?)`);
    const orphan = db.prepare(
      `UPDATE ${requests} SET entity_gone = 1 WHERE entity_id = ? AND status NOT IN ('resolved', 'cancelled')`,
    );
    const addAccess = db.prepare(`INSERT OR IGNORE INTO ${access} (key, entity_id) VALUES (?, ?)`);
    const dropAccess = db.prepare(`DELETE FROM ${access} WHERE key = ? AND entity_id = ?`);
    const dropAllAccess = db.prepare(`DELETE FROM ${access} WHERE entity_id = ?`);
    const isTimed = db.prepare(`SELECT 1 FROM ${policies} WHERE policy_id = ?`);
    const setPolicy = db.prepare(
      `INSERT INTO ${policies} VALUES (?, ?) ON CONFLICT (policy_id) DO UPDATE SET active = excluded.active`,
    );
    const dropPolicy = db.prepare(`DELETE FROM ${policies} WHERE policy_id = ?`);
    const stopTimers = db.prepare(
      `UPDATE ${requests} SET reminder_due = NULL, action_due = NULL WHERE policy_id = ?`,
    );
    const askApproval = db.prepare(`INSERT OR REPLACE INTO ${toRequest} VALUES (?, ?, ?, ?)`);
    const approvalAsked = db.prepare(`DELETE FROM ${toRequest} WHERE entity_id = ?`);

    const columns = (request: ChangeRequest, { id, revision, position }: RequestEvent) => {
      const { status, requirement, createdAt, modifiedAt, processedAt, applying, entityId } = request;
      const policyId = requirement.policy?.policyId ?? null;
      const timed = policyId !== null && isTimed.get(policyId) !== undefined;
      const due = timed ? dueTimes(request, addPeriod) : { reminder: null, automaticAction: null };
      const gone = isOpen(request) && isArchived.get(entityId) !== undefined;
      return [
        status,
        policyId,
        modifiedAt ?? createdAt,
        modifiedAt,
        processedAt,
        gone ? 1 : 0,
        applying?.attempt ?? null,
        id,
        time(due.reminder),
        time(due.automaticAction),
        JSON.stringify(request),
        revision,
        position,
      ] as const;
    };

    const stateOf = (changeRequestId: string): ChangeRequestState => {
      const row = find.get(changeRequestId);
      return row === undefined ? initialState : (JSON.parse(String(row['state'])) as ChangeRequest);
    };

    const follow = (event: RequestEvent): void => {
      const { occurredAt } = event.metadata;
      const { changeRequestId } = event.data;
      const request = evolve(stateOf(changeRequestId), { ...event, occurredAt });
      if (isOpened(request)) update.run(...columns(request, event), changeRequestId);
    };

    const requireGroups = (
      changeRequestId: string,
      required: readonly { readonly groupId: string }[],
    ): void => {
      dropGroups.run(changeRequestId);
      for (const { groupId } of required) addGroup.run(changeRequestId, groupId);
    };

    return {
      ChangeRequestOpened: (event) => {
        const { changeRequestId, entityId, requesterId, action, requirement } = event.data;
        const { occurredAt, correlationId } = event.metadata;
        const request = evolve(initialState, { ...event, occurredAt }) as ChangeRequest;
        const { position } = event;
        const made = [
          changeRequestId,
          entityId,
          requesterId,
          request.createdAt,
          correlationId,
          position,
        ] as const;
        insert.run(...made, ...columns(request, event));
        requireGroups(changeRequestId, requirement.groups);
        if (action === 'approve') approvalAsked.run(entityId);
      },
      ChangeRequestRevised: (event) => {
        follow(event);
        const { changeRequestId, version } = event.data;
        if (version !== undefined) requireGroups(changeRequestId, version.requirement.groups);
      },
      ReviewSubmitted: (event) => {
        follow(event);
        const { reviewId, changeRequestId, changeVersionId, review, comment, reviewerId } = event.data;
        const { occurredAt } = event.metadata;
        addReview.run(
          reviewId,
          changeRequestId,
          changeVersionId,
          review,
          comment,
          occurredAt,
          reviewerId,
          event.position,
        );
      },
      ChangeRequestApproved: follow,
      PolicyAutoActioned: follow,
      AutomaticActionSkipped: follow,
      ReviewReminderSent: follow,
      ChangeApplicationStarted: (event) => {
        follow(event);
        noteStart.run(event.id, event.metadata.correlationId, event.data.changeRequestId);
      },
      ChangeApplicationFailed: follow,
      ChangeRequestResolved: follow,
      ChangeRequestCancelled: follow,
      ChangeRequestAbandoned: ({ data: { entityId, action } }) => {
        if (action === 'approve') approvalAsked.run(entityId);
      },

      DeploymentRegistered: ({ data }) => {
        const { deploymentId, ownerId, allowedRoles } = data;
        const roles = (allowedRoles ?? []).map(roleKey);
        for (const key of [...ownerKeys(ownerId, ownerAsSent(data)), ...roles])
          addAccess.run(key, deploymentId);
      },
      RolesReplaced: ({ data: { deploymentId, added, removed } }) => {
        for (const role of removed) dropAccess.run(roleKey(role), deploymentId);
        for (const role of added) addAccess.run(roleKey(role), deploymentId);
      },
      DeploymentApprovalRequired: ({ data, metadata: { correlationId }, id }) => {
        askApproval.run(data.deploymentId, JSON.stringify(data), correlationId, id);
      },
      DeploymentArchived: ({ data: { deploymentId }, metadata: { correlationId }, id }) => {
        addArchived.run(deploymentId, correlationId, id);
        orphan.run(deploymentId);
        dropAllAccess.run(deploymentId);
        approvalAsked.run(deploymentId);
      },

      ApprovalPolicyCreated: ({ data: { policyId, terms } }) => {
        setPolicy.run(policyId, terms.active ? 1 : 0);
      },
      ApprovalPolicyUpdated: ({ data: { policyId, after } }) => {
        setPolicy.run(policyId, after.active ? 1 : 0);
      },
      ApprovalPolicyDeleted: ({ data: { policyId } }) => {
        dropPolicy.run(policyId);
        stopTimers.run(policyId);
      },
    } satisfies ProjectionHandlers;
  },
};
