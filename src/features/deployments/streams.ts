import { createHash } from 'node:crypto';
import { streamName } from '../../domain/events.js';

export const deploymentStream = (deploymentId: string): string => streamName('deployment', deploymentId);

/** Hashed, since a model's name may hold what a stream's name may not. */
export const deploymentNameStream = (model: string, name: string): string =>
  streamName(
    'deploymentName',
    createHash('sha256')
      .update(JSON.stringify([model, name]))
      .digest('hex'),
  );

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Anything else names no deployment, and is not fit to name a stream. */
export const isDeploymentId = (text: string): boolean => UUID.test(text);
