import { Str } from '../validation/fields.js';
import { deploymentName, modelName } from './limits.js';

export class ModelPath {
  @Str({ ...modelName, description: 'Registered model name.', example: 'churn' })
  readonly model: string;
}

export class DeploymentPath {
  @Str({ ...modelName, description: 'Registered model name.', example: 'churn' })
  readonly model: string;

  @Str({ ...deploymentName, description: 'Deployment name.', example: 'prod' })
  readonly name: string;
}
