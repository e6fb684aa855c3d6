import type { Decision } from './decision.js';

/** Why in one sentence, where the reason alone doesn't say what is in the way; else `null`. */
export const explanationOf = ({ modelGroup }: Pick<Decision, 'modelGroup'>): string | null => {
  if (modelGroup === null) return null;
  const { modelGroupId, name, access } = modelGroup;
  if (name === null || access === null)
    return `The model belongs to the model group ${modelGroupId}, which does not exist any more.`;
  const why =
    access === 'private' ? 'only its owner may use it' : 'the subject holds none of its backend roles';
  return `The model belongs to the model group '${name}' (${modelGroupId}), whose access mode is ${access}: ${why}.`;
};
