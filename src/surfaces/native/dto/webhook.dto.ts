import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type {
  DeliveryAttempt,
  DeliveryView,
  WebhookTerms,
  WebhookView,
  WebhookWithSecret,
} from '../../../features/webhooks/index.js';
import { IsOneOf, IsText } from '../validation/rules.js';
import { ListQuery } from './list.dto.js';
import { IsPosition, IsStreamName, IsTypeList, IsUrl } from './webhook.rules.js';

const STATUSES = ['active', 'paused', 'disabled'] as const;
export const DELIVERY_STATUSES = ['delivered', 'retrying', 'dead'] as const;

@ApiSchema({ name: 'WebhookRequest' })
export class WebhookDto {
  @IsUrl()
  @ApiProperty({
    type: String,
    format: 'uri',
    maxLength: 2048,
    description: 'https, without user, password and fragment; nothing inside the own network',
    example: 'https://siem.example.com/countersign',
  })
  url: string;

  @IsTypeList()
  @ApiProperty({
    type: [String],
    minItems: 1,
    maxItems: 100,
    nullable: true,
    required: false,
    default: null,
    description: 'Event types; null: all',
    example: ['RolesReplaced', 'ChangeRequestResolved'],
  })
  types: readonly string[] | null = null;

  @IsStreamName()
  @ApiProperty({
    type: String,
    nullable: true,
    required: false,
    default: null,
    description: 'The subject of the events; null: all',
    example: 'deployment-b7a0c1de-6f0b-4d52-8f9a-3c1d2e4f5a6b',
  })
  entity: string | null = null;

  @IsText(255, { nullable: true })
  @ApiProperty({
    type: String,
    maxLength: 255,
    nullable: true,
    required: false,
    default: null,
    description: "The actor's id; null: whoever",
    example: null,
  })
  actor: string | null = null;

  @IsText(1000, { nullable: true })
  @ApiProperty({
    type: String,
    maxLength: 1000,
    nullable: true,
    required: false,
    default: null,
    example: 'the SIEM',
  })
  description: string | null = null;
}

export class ReplayDto {
  @IsPosition({ orBeginning: true })
  @ApiProperty({
    type: String,
    pattern: String.raw`^(?:-1|\d{1,18})$`,
    description: 'Position, exclusive; -1: everything',
    example: '1041',
  })
  after: string;
}

export class RedeliverDto {
  @IsPosition()
  @ApiProperty({ type: String, pattern: String.raw`^\d{1,18}$`, description: 'Inclusive', example: '1000' })
  from: string;

  @IsPosition()
  @ApiProperty({ type: String, pattern: String.raw`^\d{1,18}$`, description: 'Inclusive', example: '1999' })
  to: string;
}

export class DeliveryPath {
  @IsText(255)
  id: string;

  @IsText(255)
  deliveryId: string;
}

export class DeliveryListQuery extends ListQuery {
  @IsOneOf(DELIVERY_STATUSES, { optional: true })
  status?: (typeof DELIVERY_STATUSES)[number];
}

class WebhookFacts {
  @ApiProperty({ type: String, format: 'uuid', example: '0b1e6d5c-2f57-4b9e-8f0e-6f1f5a1c9d77' })
  id: string;
  @ApiProperty({ type: String, format: 'uri', example: 'https://siem.example.com/countersign' })
  url: string;
  @ApiProperty({ type: [String], nullable: true, example: ['RolesReplaced'] })
  types: readonly string[] | null;
  @ApiProperty({ type: String, nullable: true, example: null })
  entity: string | null;
  @ApiProperty({ type: String, nullable: true, example: null })
  actor: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'the SIEM' })
  description: string | null;
  @ApiProperty({ enum: STATUSES, example: 'active' })
  status: (typeof STATUSES)[number];
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-31T09:30:00.000Z' })
  createdAt: string;
}

@ApiSchema({ name: 'Webhook' })
export class WebhookResponse extends WebhookFacts {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Why it sends nothing any more; null unless disabled',
    example: null,
  })
  disabledReason: string | null;
  @ApiProperty({
    type: String,
    description: 'Every event up to here was delivered, is a dead letter, or does not fit the filter',
    example: '1042',
  })
  position: string;
  @ApiProperty({
    type: String,
    description: 'Distance to the newest event that the feed hands out, in positions',
    example: '0',
  })
  lag: string;
}

const SECRET = {
  type: String,
  description: 'Signs what is sent (Standard Webhooks). Shown here and never again',
  example: 'whsec_…',
} as const;

@ApiSchema({ name: 'RegisteredWebhook' })
export class RegisteredWebhookResponse extends WebhookFacts {
  @ApiProperty(SECRET)
  secret: string;
  @ApiProperty({ type: String, description: 'Events after it are sent', example: '1042' })
  position: string;
}

@ApiSchema({ name: 'RotatedWebhook' })
export class RotatedWebhookResponse extends WebhookFacts {
  @ApiProperty({
    ...SECRET,
    description: `${SECRET.description}. The one before signs beside it for 24 hours`,
  })
  secret: string;
}

class Attempt implements DeliveryAttempt {
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-31T09:30:00.000Z' })
  at: string;
  @ApiProperty({ type: 'integer', nullable: true, description: 'null: no whole answer came', example: 500 })
  statusCode: number | null;
  @ApiProperty({ type: 'integer', example: 12 })
  latencyMs: number;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Its first KiB. Kept by the replica that sent, the latest 20,000 of all webhooks',
    example: 'upstream not available',
  })
  answer: string | null;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Why it did not deliver; null: it did',
    example: 'answered 500',
  })
  error: string | null;
}

@ApiSchema({ name: 'WebhookDelivery' })
export class DeliveryResponse {
  @ApiProperty({ type: String, format: 'uuid', description: "The event's id: it names the delivery too" })
  id: string;
  @ApiProperty({ type: String, format: 'uuid', description: 'Also the webhook-id of each try' })
  eventId: string;
  @ApiProperty({ type: String, example: '1042' })
  position: string;
  @ApiProperty({ enum: DELIVERY_STATUSES, example: 'retrying' })
  status: (typeof DELIVERY_STATUSES)[number];
  @ApiProperty({ type: [Attempt], description: 'The latest 20, oldest first' })
  attempts: readonly Attempt[];
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-01-31T09:35:00.000Z' })
  nextAttemptAt: string | null;
}

@ApiSchema({ name: 'WebhookTest' })
export class WebhookTestResponse {
  @ApiProperty({ type: String, format: 'uuid', description: 'The webhook-id that was sent' })
  eventId: string;
  @ApiProperty({ type: Attempt })
  attempt: Attempt;
}

export const toTerms = ({ url, types, entity, actor, description }: WebhookDto): WebhookTerms => ({
  url,
  types,
  entity,
  actor,
  description,
});

type Facts = Pick<WebhookFacts, keyof WebhookFacts>;

const toFacts = ({ webhookId, ...view }: WebhookView): Facts => {
  const { url, types, entity, actor, description, status, createdAt } = view;
  return { id: webhookId, url, types, entity, actor, description, status, createdAt };
};

export const toWebhookResponse = (view: WebhookView): WebhookResponse => {
  const { createdAt, ...facts } = toFacts(view);
  const { disabledReason, sentUpTo, lag } = view;
  return { ...facts, disabledReason, position: `${sentUpTo}`, lag: `${lag}`, createdAt };
};

export const toRegisteredResponse = ({ webhook, secret }: WebhookWithSecret): RegisteredWebhookResponse => {
  const { createdAt, ...facts } = toFacts(webhook);
  return { ...facts, secret, position: `${webhook.sentUpTo}`, createdAt };
};

export const toRotatedResponse = ({ webhook, secret }: WebhookWithSecret): RotatedWebhookResponse => {
  const { createdAt, ...facts } = toFacts(webhook);
  return { ...facts, secret, createdAt };
};

export const toDeliveryResponse = ({ eventId, position, ...delivery }: DeliveryView): DeliveryResponse => {
  const { status, attempts, nextAttemptAt } = delivery;
  return { id: eventId, eventId, position: `${position}`, status, attempts, nextAttemptAt };
};
