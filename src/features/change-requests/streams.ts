import type { ChangeAction } from '../../domain/change-request/change.js';
import { streamName } from '../../domain/events.js';

export const changeRequestStream = (changeRequestId: string): string =>
  streamName('changeRequest', changeRequestId);

/** Which request is the open one of this entity and action. */
export const reservationStream = (entityId: string, action: ChangeAction): string =>
  streamName('openChangeRequest', `${entityId}.${action}`);

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Anything else names no request, and is not fit to name a stream. */
export const isRequestId = (text: string): boolean => UUID.test(text);
