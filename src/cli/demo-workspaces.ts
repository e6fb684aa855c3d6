import { call, step, type Sender } from './demo-client.js';

interface Person extends Sender {
  readonly userId: string;
}

/** Who works together, in Wallaroo's words: a workspace, its members, and a model that is registered for it. */
export const walkWorkspaces = async (
  platform: Sender,
  alice: Sender,
  bob: Person,
  run: string,
): Promise<void> => {
  step('Alice makes a workspace and adds Bob; adding him again changes nothing');
  const made = await call(alice, 'POST', '/v1/api/workspaces/create', 200, {
    workspace_name: `churn-${run}`,
  });
  const { workspace_id } = made.body;
  const email = `bob-${run}@example.com`;
  await call(alice, 'POST', '/v1/api/workspaces/add_user', 200, { email, workspace_id });
  await call(alice, 'POST', '/v1/api/workspaces/add_user', 200, { email, workspace_id });
  await call(alice, 'POST', '/v1/api/workspaces/list_users', 200, { workspace_id });

  step("A model is registered for it, and the workspace lists its number, beside everybody's own workspace");
  const model = `/governance/v1/artifacts/model/churn-${run}`;
  await call(platform, 'PUT', model, 201, { name: 'Churn', version: '3', workspaceId: workspace_id });
  await call(alice, 'POST', '/v1/api/workspaces/list', 200, {});

  step('Bob is taken out: from then on the workspace is hidden from him, and the last owner stays');
  const remove = '/v1/api/workspaces/remove_user';
  await call(alice, 'POST', remove, 200, { user_id: bob.userId, workspace_id });
  await call(alice, 'POST', remove, 400, { email: `alice-${run}@example.com`, workspace_id });
  await call(platform, 'GET', `/governance/v1/workspaces/${String(workspace_id)}`, 200);
};
