import type { DeletedGroup } from '../../../features/model-groups/index.js';

/** The index that upstream keeps groups in: clients know it from the answers. */
export const INDEX = '.plugins-ml-model-group';

/** What a sequence number says that was never given. */
const UNASSIGNED = -2;

/** The write result of a deletion. */
export const deletion = ({ modelGroupId, version, position, wasMissing }: DeletedGroup): object => ({
  _index: INDEX,
  _id: modelGroupId,
  _version: wasMissing ? 1 : version,
  result: wasMissing ? 'not_found' : 'deleted',
  forced_refresh: true,
  _shards: { total: 2, successful: 1, failed: 0 },
  _seq_no: position < 0n ? UNASSIGNED : Number(position),
  _primary_term: 1,
});
