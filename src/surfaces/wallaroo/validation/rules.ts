import { ValidateBy } from 'class-validator';
import { USER_TYPES, WORKSPACE_NAME } from '../../../features/workspaces/index.js';

/** Longest id and e-mail address of anybody. */
export const MAX_NAME = 255;
/** Ids that one request may name. */
export const MOST_IDS = 1_000;

const rule = (name: string, message: string, check: (value: unknown) => boolean): PropertyDecorator =>
  ValidateBy({ name, validator: { validate: check, defaultMessage: () => message } });

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

const isName = (value: unknown): boolean =>
  typeof value === 'string' && value !== '' && value.length <= MAX_NAME;

/** No coercion: `"10"` names no workspace. */
export const IsWorkspaceId = (): PropertyDecorator =>
  rule(
    'isWorkspaceId',
    `$property must be an integer from 1 to ${Number.MAX_SAFE_INTEGER}`,
    (value) => Number.isSafeInteger(value) && (value as number) >= 1,
  );

export const IsWorkspaceName = (): PropertyDecorator =>
  rule(
    'isWorkspaceName',
    '$property must be a DNS label: 1 to 63 lower-case letters, digits and dashes, no dash at either end',
    (value) => typeof value === 'string' && WORKSPACE_NAME.test(value),
  );

/** `null` is as good as nothing, here and in all that follow. */
export const IsOptionalName = (): PropertyDecorator =>
  rule(
    'isOptionalName',
    `$property must be a string of 1 to ${MAX_NAME} characters`,
    (value) => isAbsent(value) || isName(value),
  );

export const IsOptionalIdList = (): PropertyDecorator =>
  rule(
    'isOptionalIdList',
    `$property must be a list of at most ${MOST_IDS} strings of 1 to ${MAX_NAME} characters`,
    (value) => isAbsent(value) || (Array.isArray(value) && value.length <= MOST_IDS && value.every(isName)),
  );

/** Compared without case. */
export const IsOptionalUserType = (): PropertyDecorator =>
  rule(
    'isOptionalUserType',
    `$property must be ${USER_TYPES.join(' or ')}`,
    (value) =>
      isAbsent(value) ||
      (typeof value === 'string' && (USER_TYPES as readonly string[]).includes(value.toUpperCase())),
  );
