/** Where the model groups' calls live. */
export const MODEL_GROUPS_PATH = '_plugins/_ml/model_groups';
