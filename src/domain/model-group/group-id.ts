import { badModelGroupId } from './refusals.js';

export const MAX_MODEL_GROUP_ID_LENGTH = 512;

const ID = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

/** Whether a group may have this id at all. */
export const isModelGroupId = (id: string): boolean => id.length <= MAX_MODEL_GROUP_ID_LENGTH && ID.test(id);

/** What a caller chose. @throws DomainError `bad-model-group-id` */
export const requireModelGroupId = (id: string): void => {
  if (id.trim() === '') throw badModelGroupId('is invalid');
  if (id.startsWith('_')) throw badModelGroupId("must not start with '_'");
  if (id.startsWith('-')) throw badModelGroupId("must not start with '-'");
  if (id.length > MAX_MODEL_GROUP_ID_LENGTH)
    throw badModelGroupId(`is too long, max length is ${MAX_MODEL_GROUP_ID_LENGTH}`);
  if (!isModelGroupId(id))
    throw badModelGroupId(
      'must contain only letters, digits, underscores, and hyphens, and must start with a letter or digit',
    );
};
