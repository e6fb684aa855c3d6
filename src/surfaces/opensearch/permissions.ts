import type { GroupCall } from '../../features/model-groups/index.js';

/** What the security plugin calls the permission for each call. */
export const PERMISSIONS: Readonly<Record<GroupCall, string>> = {
  register: 'cluster:admin/opensearch/ml/register_model_group',
  update: 'cluster:admin/opensearch/ml/update_model_group',
  get: 'cluster:admin/opensearch/ml/model_groups/get',
  search: 'cluster:admin/opensearch/ml/model_groups/search',
  delete: 'cluster:admin/opensearch/ml/model_groups/delete',
};

export const isGroupCall = (call: unknown): call is GroupCall =>
  typeof call === 'string' && Object.hasOwn(PERMISSIONS, call);
