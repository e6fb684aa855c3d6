import type { IssuedPsk, PskView } from '../../../features/directory/index.js';
import { Out, OutOrNull, TEXT, TIME, UUID } from './answer-field.js';
import { toNx1Time } from './time.js';

/** The only answer that ever holds the key itself. */
export class PskIssuedResponse {
  @Out(UUID)
  readonly id: string;

  @Out({ ...TEXT, example: 'gpu_…' }, 'The key. It is shown here and never again.')
  readonly psk: string;

  @Out(TIME)
  readonly created_at: string;

  @Out(TEXT)
  readonly message: string;

  @OutOrNull(TEXT)
  readonly description: string | null;

  @OutOrNull(TIME, 'When the key stops by itself; null: never.')
  readonly valid_until: string | null;
}

export class PskResponse {
  @Out(UUID)
  readonly id: string;

  @Out(TEXT, 'Keycloak id of the user the key stands for.')
  readonly user_id: string;

  @Out(TIME)
  readonly created_at: string;

  @Out(TIME)
  readonly updated_at: string;

  @Out({ type: 'boolean' }, 'Whether the key opens anything now.')
  readonly is_active: boolean;

  @OutOrNull(TEXT)
  readonly description: string | null;

  @OutOrNull(TIME, 'To the minute; null: never, as far as is known.')
  readonly last_used_at: string | null;

  @OutOrNull(TIME, 'When the key stops by itself; null: never.')
  readonly valid_until: string | null;
}

export const toPskIssuedResponse = ({ psk, record }: IssuedPsk): PskIssuedResponse => ({
  id: record.pskId,
  psk,
  created_at: toNx1Time(record.createdAt),
  message: 'Store this key now: it is not shown again.',
  description: record.description,
  valid_until: toNx1Time(record.validUntil),
});

export const toPskResponse = (view: PskView): PskResponse => ({
  id: view.pskId,
  user_id: view.userId,
  created_at: toNx1Time(view.createdAt),
  updated_at: toNx1Time(view.updatedAt),
  is_active: view.status === 'active' || view.status === 'overlapping',
  description: view.description,
  last_used_at: toNx1Time(view.lastUsedAt),
  valid_until: toNx1Time(view.status === 'overlapping' ? view.overlapUntil : view.validUntil),
});
