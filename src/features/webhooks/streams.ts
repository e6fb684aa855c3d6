import { streamName } from '../../domain/events.js';

export const webhookStream = (webhookId: string): string => streamName('webhook', webhookId);
/** Bookkeeping of its sending: who sends, and how far it came. */
export const senderStream = (webhookId: string): string => streamName('webhookSender', webhookId);
