import { DomainError } from '../shared/domain-error.js';
import type { ChangeRequest } from './change-request.state.js';
import { isOpen } from './change-request.state.js';

export const requestNotFound = (changeRequestId: string): DomainError =>
  new DomainError('not-found', 'change-request-not-found', `Change request '${changeRequestId}' not found`, {
    changeRequestId,
  });

export const requestIsOpen = (changeRequestId: string): DomainError =>
  new DomainError(
    'conflict',
    'change-request-open',
    `Change request ${changeRequestId} already requests this action.`,
    { changeRequestId },
  );

/** Another opening for the same entity and action went ahead of this one. */
export const openingOvertaken = (): DomainError =>
  new DomainError('conflict', 'opening-overtaken', 'Another request for this action went ahead of this one');

export const nothingToChange = (field: string): DomainError =>
  new DomainError('conflict', 'nothing-to-change', `The deployment already has this ${field}.`, { field });

export const forbidden = (code: string, message: string): DomainError =>
  new DomainError('forbidden', code, message);

/** @throws DomainError when the request can't be written to: it is terminal, or its change is being carried out */
export const requireWritable = (request: ChangeRequest): void => {
  const { status, applying } = request;
  if (!isOpen(request))
    throw new DomainError('conflict', 'change-request-closed', `The change request is already ${status}.`, {
      status,
    });
  if (applying !== null) throw new DomainError('conflict', 'being-applied', 'The change is being applied.');
};

/** @throws DomainError when the caller speaks of another version than the current one */
export const requireVersion = (
  { changeVersionId: current }: ChangeRequest,
  changeVersionId: string,
): void => {
  if (changeVersionId === current) return;
  throw new DomainError(
    'conflict',
    'version-outdated',
    `The change was modified; the current version is ${current}.`,
    { changeVersionId: current },
  );
};
