import type { PageMark } from '../../../features/directory/index.js';
import { Bool, Enum, Int, Str } from '../validation/fields.js';
import { DEPLOYMENT_TYPES } from './deployment-create.dto.js';

export const DEPLOYMENT_STATUSES = [
  'pending',
  'deploying',
  'active',
  'failed',
  'stopped',
  'archived',
] as const;

export class DeploymentListQuery {
  @Enum(DEPLOYMENT_STATUSES, {
    default: undefined,
    description: 'Only deployments in this status.',
  })
  readonly status: (typeof DEPLOYMENT_STATUSES)[number] | undefined;

  @Enum(DEPLOYMENT_TYPES, { default: undefined, description: 'Only deployments of this type.' })
  readonly type: (typeof DEPLOYMENT_TYPES)[number] | undefined;

  @Bool({ default: false, description: 'Also those that were archived.' })
  readonly include_archived: boolean;

  @Int({ min: 1, max: 1000, default: 100 })
  readonly limit: number;

  @Int({ min: 0, max: Number.MAX_SAFE_INTEGER, default: 0 })
  readonly offset: number;
}

/** Two log positions: what the page goes on after, and where the list ends. */
const CURSOR = /^(\d{1,15})-(\d{1,15})$/u;

export class PskListQuery {
  @Int({ min: 1, max: 1000, default: 100 })
  readonly limit: number;

  @Str({ pattern: CURSOR, default: undefined, description: 'From the link to the next page.' })
  readonly cursor: string | undefined;
}

export const toPageMark = (cursor: string | undefined): PageMark | null => {
  const [, after, upTo] = CURSOR.exec(cursor ?? '') ?? [];
  return after === undefined || upTo === undefined ? null : { after: BigInt(after), upTo: BigInt(upTo) };
};

export const toCursor = ({ after, upTo }: PageMark): string => `${after}-${upTo}`;
