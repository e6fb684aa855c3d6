import { streamName } from '../../domain/events.js';

export const workspaceStream = (workspaceId: number): string => streamName('workspace', String(workspaceId));

/** A name is a DNS label, and so fit to stand in a stream's name. */
export const workspaceNameStream = (name: string): string => streamName('workspaceName', name);

export const defaultWorkspaceStream = (userId: string): string => streamName('defaultWorkspace', userId);

export const WORKSPACE_NUMBERS = streamName('workspaceNumber', 'all');
