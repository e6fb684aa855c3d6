import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { WorkspaceView } from '../../../features/workspaces/index.js';
import {
  IsOptionalIdList,
  IsOptionalName,
  IsWorkspaceName,
  MAX_NAME,
  MOST_IDS,
} from '../validation/rules.js';

const USER_ID = '12ea09d1-0f49-405e-bed1-27eb6d10fde4';

@ApiSchema({ name: 'WallarooWorkspaceList' })
export class WorkspaceListRequest {
  @IsOptionalIdList()
  @ApiProperty({
    type: [String],
    required: false,
    nullable: true,
    maxItems: MOST_IDS,
    description: 'Only workspaces in which one of these users is a member; an empty list is none',
    example: [USER_ID],
  })
  readonly user_ids?: readonly string[] | null;

  @IsOptionalName()
  @ApiProperty({
    type: String,
    required: false,
    nullable: true,
    maxLength: MAX_NAME,
    description: "One more user, as Wallaroo's own client names him",
    example: null,
  })
  readonly user_id?: string | null;
}

/** `null`: no filter. */
export const toMemberIds = ({ user_ids, user_id }: WorkspaceListRequest): readonly string[] | null => {
  const ids = [...(user_ids ?? []), ...(typeof user_id === 'string' ? [user_id] : [])];
  return ids.length === 0 ? null : ids;
};

@ApiSchema({ name: 'WallarooWorkspaceCreate' })
export class WorkspaceCreate {
  @IsWorkspaceName()
  @ApiProperty({
    type: String,
    pattern: '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$',
    description: 'A DNS label, unique over all workspaces, archived ones included',
    example: 'testapiworkspace-requests',
  })
  readonly workspace_name: string;
}

@ApiSchema({ name: 'WallarooWorkspaceCreated' })
export class WorkspaceCreatedResponse {
  @ApiProperty({ type: 'integer', example: 10 })
  readonly workspace_id: number;
}

@ApiSchema({ name: 'WallarooWorkspace' })
export class WorkspaceResponse {
  @ApiProperty({ type: 'integer', example: 10 })
  readonly id: number;

  @ApiProperty({ type: String, example: 'testapiworkspace-requests' })
  readonly name: string;

  @ApiProperty({
    type: String,
    description: 'UTC, always with six digits and +00:00',
    example: '2023-11-28T21:16:09.891000+00:00',
  })
  readonly created_at: string;

  @ApiProperty({ type: String, description: 'Id of the user', example: USER_ID })
  readonly created_by: string;

  @ApiProperty({ type: Boolean, example: false })
  readonly archived: boolean;

  @ApiProperty({ type: 'array', items: { type: 'integer' }, example: [1, 2] })
  readonly models: readonly number[];

  @ApiProperty({ type: 'array', items: { type: 'integer' }, example: [1] })
  readonly pipelines: readonly number[];
}

@ApiSchema({ name: 'WallarooWorkspaces' })
export class WorkspaceListResponse {
  @ApiProperty({ type: [WorkspaceResponse], description: 'By id' })
  readonly workspaces: readonly WorkspaceResponse[];
}

export const toWorkspaceResponse = (workspace: WorkspaceView): WorkspaceResponse => ({
  id: workspace.workspaceId,
  name: workspace.name,
  created_at: workspace.createdAt,
  created_by: workspace.createdBy,
  archived: workspace.archived,
  models: workspace.models,
  pipelines: workspace.pipelines,
});
