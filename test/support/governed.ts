import type { App } from './app.js';

interface DeploymentOptions {
  readonly model?: string;
  readonly type?: 'batch' | 'online';
  readonly owner?: string;
  readonly roles?: readonly string[] | null;
}

/** Registers a deployment as the platform; it is active at once. Answers its id. */
export const givenDeployment = async (
  app: App,
  name: string,
  { model = 'churn', type = 'online', owner = 'nobody', roles = null }: DeploymentOptions = {},
): Promise<string> => {
  const table = { schema: 'features', table: 'customers' };
  const answer = await app.request('POST', `/api/models/${encodeURIComponent(model)}/deployments`, {
    psk: app.platformPsk,
    body: {
      name,
      type,
      owner,
      model: { model_name: model, model_version: '1' },
      source: table,
      target: table,
      entity_columns: ['customer_id'],
      domain: 'risk',
      allowed_roles: roles,
    },
  });
  if (answer.status !== 201) throw new Error(`deployment ${name}: ${answer.status} ${answer.text}`);
  return answer.json.deployment_id as string;
};

interface UserOptions {
  readonly username?: string;
  readonly roles?: readonly string[];
  readonly enabled?: boolean;
}

/** Writes a user into the directory, the whole entry. */
export const givenUser = async (
  app: App,
  userId: string,
  { username = userId, roles = [], enabled = true }: UserOptions = {},
): Promise<void> => {
  const answer = await app.request('PUT', `/governance/v1/users/${encodeURIComponent(userId)}`, {
    psk: app.platformPsk,
    body: { username, realmRoles: roles, enabled },
  });
  if (answer.status !== 200 && answer.status !== 201)
    throw new Error(`user ${userId}: ${answer.status} ${answer.text}`);
};

export interface IssuedPsk {
  readonly id: string;
  readonly psk: string;
}

export const givenPsk = async (
  app: App,
  userId: string,
  body: { readonly validUntil?: string } = {},
): Promise<IssuedPsk> => {
  const path = `/governance/v1/users/${encodeURIComponent(userId)}/psk`;
  const answer = await app.request('POST', path, { psk: app.platformPsk, body });
  if (answer.status !== 201) throw new Error(`psk of ${userId}: ${answer.status} ${answer.text}`);
  return answer.json as IssuedPsk;
};

export const givenUserWithPsk = async (
  app: App,
  userId: string,
  options: UserOptions = {},
): Promise<IssuedPsk> => {
  await givenUser(app, userId, options);
  return givenPsk(app, userId);
};
