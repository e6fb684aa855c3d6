import { streamName } from '../../domain/events.js';

export const policyStream = (policyId: string): string => streamName('approvalPolicy', policyId);

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Anything else names no policy, and is not fit to name a stream. */
export const isPolicyId = (text: string): boolean => UUID.test(text);
