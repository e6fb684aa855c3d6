/** What a status id stands for: one try to apply a request, or a change made directly. */
export type Tracked =
  | { readonly kind: 'application'; readonly changeRequestId: string; readonly attempt: number }
  | { readonly kind: 'directChange'; readonly deploymentId: string };

/** A status is kept nowhere: its id says whose outcome it is. */
export const applicationStatusId = (changeRequestId: string, attempt: number): string =>
  `request.${changeRequestId}.${attempt}`;

export const directChangeStatusId = (deploymentId: string): string => `deployment.${deploymentId}`;

const APPLICATION = /^request\.(?<changeRequestId>[^.]+)\.(?<attempt>[1-9]\d{0,8})$/;
const DIRECT_CHANGE = /^deployment\.(?<deploymentId>[^.]+)$/;

export const parseStatusId = (statusId: string): Tracked | undefined => {
  const { changeRequestId, attempt } = APPLICATION.exec(statusId)?.groups ?? {};
  if (changeRequestId !== undefined)
    return { kind: 'application', changeRequestId, attempt: Number(attempt) };
  const { deploymentId } = DIRECT_CHANGE.exec(statusId)?.groups ?? {};
  return deploymentId === undefined ? undefined : { kind: 'directChange', deploymentId };
};
