import { DomainError } from '../shared/domain-error.js';

// The reasons are those of OpenSearch, to the letter: its clients and their users compare them.

const invalid = (code: string, reason: string): DomainError => new DomainError('invalid', code, reason);

/** Access parameters that can't be meant together, or not by this caller. */
export const ACCESS_REFUSALS = {
  accessControlOff:
    'You cannot specify model access control parameters because the Security plugin or model access control is disabled on your cluster.',
  rolesWithoutRestriction:
    'You can specify backend roles only for a model group with the restricted access mode.',
  adminAddsAll: 'Admin users cannot add all backend roles to a model group.',
  rolesAndAll: 'You cannot specify backend roles and add all backend roles at the same time.',
  callerWithoutRoles: 'You must have at least one backend role to register a restricted model group.',
  noRoles:
    'You must specify one or more backend roles or add all backend roles to register a restricted model group.',
  rolesNotHeld: "You don't have the backend roles specified.",
  allOfNone: "You don't have any backend roles.",
  allIsFalse: 'You have to specify backend roles when add all backend roles is set to false.',
} as const;

export const accessRefused = (reason: keyof typeof ACCESS_REFUSALS): DomainError =>
  invalid('access-parameters', ACCESS_REFUSALS[reason]);

/** Of an update, whatever it is about. */
export const UPDATE_REFUSALS = {
  accessData: 'Only owner or admin can update access control data.',
  notPermitted: "You don't have permission to update this model group.",
  roleLost:
    "You don't have the specified backend role to update this model group. For more information, contact your administrator.",
} as const;

export const updateRefused = (reason: keyof typeof UPDATE_REFUSALS): DomainError =>
  invalid('update-not-permitted', UPDATE_REFUSALS[reason]);

export const NAME_TAKEN = 'model-group-name-taken';

export const nameTaken = (modelGroupId: string): DomainError =>
  invalid(
    NAME_TAKEN,
    `The name you provided is already being used by a model group with ID: ${modelGroupId}.`,
  );

export const newNameTaken = (modelGroupId: string): DomainError =>
  invalid(
    NAME_TAKEN,
    `The name you provided is already being used by another model with ID: ${modelGroupId}. Please provide a different name`,
  );

export const badModelGroupId = (reason: string): DomainError =>
  invalid('bad-model-group-id', `model group id ${reason}`);

export const idTaken = (modelGroupId: string): DomainError =>
  new DomainError('conflict', 'model-group-exists', `model group id '${modelGroupId}' already exists`);

export const modelGroupNotFound = (modelGroupId: string): DomainError =>
  new DomainError(
    'not-found',
    'model-group-not-found',
    `Failed to find model group with the provided model group id: ${modelGroupId}`,
  );

export const mayNotRead = (): DomainError =>
  new DomainError(
    'forbidden',
    'model-group-access',
    "User doesn't have privilege to perform this operation on this model group",
  );

export const mayNotDelete = (): DomainError =>
  new DomainError(
    'forbidden',
    'model-group-deletion',
    "User doesn't have privilege to delete this model group",
  );

export const groupHasModels = (): DomainError =>
  new DomainError(
    'conflict',
    'model-group-in-use',
    'Cannot delete the model group when it has associated model versions',
  );

/** Of the claim to a name: others were faster, and whoever was refused looks who has the name now. */
export const CLAIM_LOST = 'model-group-name-claim-lost';
export const claimLost = (name: string): DomainError =>
  new DomainError('conflict', CLAIM_LOST, `The claim to the name '${name}' was taken over`);

/** Whether the error is a {@link claimLost}. */
export const isClaimLost = (error: unknown): boolean =>
  error instanceof DomainError && error.code === CLAIM_LOST;
