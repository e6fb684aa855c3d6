import { approvalPolicyEventSchemas } from './approval-policy/approval-policy.schemas.js';
import { artifactEventSchemas } from './artifact/artifact.schemas.js';
import { changeRequestEventSchemas } from './change-request/change-request.schemas.js';
import { consumerEventSchemas } from './consumer/consumer.schemas.js';
import { deploymentEventSchemas } from './deployment/deployment.schemas.js';
import { directoryEventSchemas } from './directory/directory.schemas.js';
import type { EventOf, EventType } from './events.js';
import { modelGroupEventSchemas } from './model-group/model-group.schemas.js';
import { requestEventSchemas } from './shared/request.schemas.js';
import { webhookEventSchemas } from './webhook/webhook.schemas.js';
import type { Describes, JsonSchema, Schema } from './shared/schema.js';
import { workspaceEventSchemas } from './workspace/workspace.schemas.js';

type Versions = readonly Schema<unknown>[];
type Last<List> = List extends readonly [...unknown[], infer Item extends Schema<unknown>] ? Item : never;

/** Event types whose last schema is not, or is no longer, that of their data. */
type Drifted<Schemas extends Readonly<Record<EventType, Versions>>> = {
  [Type in EventType]: Describes<Last<Schemas[Type]>, EventOf<Type>['data']> extends true ? never : Type;
}[EventType];

/** The compiler refuses the call when a schema does not fit its type, and names the event types. */
const fitting = <const Schemas extends Readonly<Record<EventType, Versions>>>(
  schemas: Schemas & ([Drifted<Schemas>] extends [never] ? unknown : { readonly drifted: Drifted<Schemas> }),
): Schemas => schemas;

const eventSchemas: Readonly<Record<EventType, Versions>> = fitting({
  ...deploymentEventSchemas,
  ...directoryEventSchemas,
  ...artifactEventSchemas,
  ...approvalPolicyEventSchemas,
  ...changeRequestEventSchemas,
  ...consumerEventSchemas,
  ...workspaceEventSchemas,
  ...modelGroupEventSchemas,
  ...requestEventSchemas,
  ...webhookEventSchemas,
});

/**
 * The JSON Schema (2020-12) of the data of an event type in one version; `undefined` when there never was such a version.
 * Within a version members are only added, and only such that may be absent.
 */
export const dataSchemaOf = (type: EventType, version: number): JsonSchema | undefined =>
  eventSchemas[type][version - 1]?.json;
