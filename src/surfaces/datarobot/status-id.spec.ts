import { expect, it } from '@jest/globals';
import { applicationStatusId, directChangeStatusId, parseStatusId } from './status-id.js';

const ID = '3c90c3cc-0d44-4b50-8888-8dd25736052a';

it('says again whose outcome a status is', () => {
  expect(parseStatusId(applicationStatusId(ID, 12))).toEqual({
    kind: 'application',
    changeRequestId: ID,
    attempt: 12,
  });
  expect(parseStatusId(directChangeStatusId(ID))).toEqual({ kind: 'directChange', deploymentId: ID });
});

it.each([
  '',
  'x',
  ID,
  `request.${ID}`,
  `request.${ID}.0`,
  `request.${ID}.-1`,
  `request.${ID}.1.2`,
  'deployment.',
])('takes %j for no status', (statusId) => {
  expect(parseStatusId(statusId)).toBeUndefined();
});
