/**
 * Every path of this vocabulary ends in a slash. The framework strips one slash from the end of a route, so a route is
 * written with two; the form without any is led to it before routing (`routedUrl`).
 */
export const slashed = (path = ''): string => `${path}//`;

export const changeRequestPath = (changeRequestId: string): string =>
  `/api/v2/changeRequests/${encodeURIComponent(changeRequestId)}/`;
export const deploymentPath = (deploymentId: string): string =>
  `/api/v2/deployments/${encodeURIComponent(deploymentId)}/`;
export const statusPath = (statusId: string): string => `/api/v2/status/${encodeURIComponent(statusId)}/`;
