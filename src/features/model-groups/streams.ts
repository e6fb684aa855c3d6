import { createHash } from 'node:crypto';
import { streamName } from '../../domain/events.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Names of streams are bounded, ids of groups less so. No id holds a tilde. */
const LONGEST_PLAIN_ID = 200;

export const modelGroupStream = (modelGroupId: string): string =>
  streamName(
    'modelGroup',
    modelGroupId.length <= LONGEST_PLAIN_ID ? modelGroupId : `~${sha256(modelGroupId)}`,
  );

/** Hashed, since a group's name may hold what a stream's name may not. */
export const groupNameStream = (name: string): string => streamName('modelGroupName', sha256(name));
