import {
  approvalPolicyEventVersions,
  type ApprovalPolicyEvent,
} from './approval-policy/approval-policy.events.js';
import {
  artifactEventVersions,
  type ArtifactEvent,
  type ArtifactNumberDrawn,
} from './artifact/artifact.events.js';
import {
  changeRequestEventVersions,
  type ChangeRequestEvent,
  type ChangeRequestReserved,
} from './change-request/change-request.events.js';
import { consumerEventVersions, type ConsumerEvent } from './consumer/consumer.events.js';
import {
  deploymentEventVersions,
  type DeploymentEvent,
  type DeploymentNameReserved,
} from './deployment/deployment.events.js';
import { directoryEventVersions, type DirectoryEvent } from './directory/directory.events.js';
import {
  modelGroupEventVersions,
  type ModelGroupEvent,
  type ModelGroupNameReserved,
} from './model-group/model-group.events.js';
import { requestEventVersions, type RequestAnswered } from './shared/request.events.js';
import {
  webhookEventVersions,
  type WebhookEvent,
  type WebhookSenderEvent,
} from './webhook/webhook.events.js';
import { workspaceEventVersions, type WorkspacesEvent } from './workspace/workspace.events.js';

/** The catalogue: every event that may stand in the log. */
export type CatalogueEvent =
  | DeploymentEvent
  | DeploymentNameReserved
  | DirectoryEvent
  | ApprovalPolicyEvent
  | ChangeRequestEvent
  | ChangeRequestReserved
  | ArtifactEvent
  | ArtifactNumberDrawn
  | WorkspacesEvent
  | ModelGroupEvent
  | ModelGroupNameReserved
  | ConsumerEvent
  | WebhookEvent
  | WebhookSenderEvent
  | RequestAnswered;
export type EventType = CatalogueEvent['type'];
export type EventOf<Type extends EventType> = Extract<CatalogueEvent, { type: Type }>;

/** The schema version each event type is written with today; older ones are upcast when read. */
export const currentSchemaVersions: Readonly<Record<EventType, number>> = {
  ...deploymentEventVersions,
  ...directoryEventVersions,
  ...artifactEventVersions,
  ...approvalPolicyEventVersions,
  ...changeRequestEventVersions,
  ...workspaceEventVersions,
  ...modelGroupEventVersions,
  ...consumerEventVersions,
  ...webhookEventVersions,
  ...requestEventVersions,
};

export const isEventType = (type: string): type is EventType => Object.hasOwn(currentSchemaVersions, type);

/**
 * Streams that hold answers already given, kept so that a repeated request gets the first answer again, and how far
 * consumers have read and webhooks have sent. They state nothing about a governed entity, so the audit history and the
 * event feed leave them out: a consumer that stores its position after each event would else have one more to read each
 * time.
 */
export const BOOKKEEPING_AGGREGATES: readonly string[] = ['idempotency', 'consumer', 'webhookSender'];

/** A stream is named `<aggregate>-<id>`, split at the first dash as EventStoreDB's categories are. */
export const streamName = (aggregate: string, id: string): string => `${aggregate}-${id}`;

export const splitStreamName = (stream: string): { aggregate: string; id: string } => {
  const dash = stream.indexOf('-');
  return dash < 0
    ? { aggregate: stream, id: '' }
    : { aggregate: stream.slice(0, dash), id: stream.slice(dash + 1) };
};
