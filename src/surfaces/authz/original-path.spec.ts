import { describe, expect, it } from '@jest/globals';
import { PATH_TRICKS, PROD } from '../../../test/support/path-tricks.js';
import { readOriginalPath } from './original-path.js';

const target = (action: 'invoke' | 'manage', model = 'churn', deployment = 'prod') => ({
  action,
  model,
  deployment,
});

describe('a path that names a deployment', () => {
  it.each([
    [`${PROD}/run/predict`, target('invoke')],
    [`${PROD}/run/`, target('invoke')],
    [`${PROD}/run/v2/models/x/infer?verbose=1`, target('invoke')],
    [`${PROD}/run`, target('invoke')],
    [`${PROD}/Run/predict`, target('invoke')],
    [`${PROD}/%72un/predict`, target('invoke')],
    [`${PROD}/run%3fx`, target('invoke')],
    [`${PROD}/run%23/x`, target('invoke')],
    [`${PROD}/run%3bx/predict`, target('invoke')],
    [`${PROD}/run%20/predict`, target('invoke')],
    [PROD, target('manage')],
    [`${PROD}/`, target('manage')],
    [`${PROD}/allowed_roles`, target('manage')],
    [`${PROD}/runs`, target('manage')],
    [`${PROD}/running/run/x`, target('manage')],
    [`${PROD}?run=/run/`, target('manage')],
    [`${PROD}/stop?next=..%2f..//x\\`, target('manage')],
    [`/api/models/my%20model/deployments/prod`, target('manage', 'my model')],
    [`/api/models/caf%C3%A9/deployments/prod`, target('manage', 'café')],
    [`/api/models/100%25/deployments/prod`, target('manage', '100%')],
    [`/api/models/a%3Bb/deployments/prod`, target('manage', 'a;b')],
    [`/api/models/a%3Fb/deployments/prod`, target('manage', 'a?b')],
    [`/%61pi/models/churn/deployments/prod`, target('manage')],
    [`/api/models/...%2e/deployments/prod`, target('manage', '....')],
  ])('%s', (path, expected) => expect(readOriginalPath(path)).toStrictEqual(expected));
});

describe('a path that is not safe to compare, or names no deployment', () => {
  it.each(PATH_TRICKS)('%j', (path) => expect(readOriginalPath(path)).toBeUndefined());
});
