import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import {
  USER_TYPES,
  WORKSPACE_NAME,
  type MemberProfile,
  type UserType,
  type WorkspaceView,
} from '../../../features/workspaces/index.js';
import { IsForm, IsMatching } from '../validation/rules.js';
import { ListQuery } from './list.dto.js';

const NAME_RULE = 'must be a DNS label: 1 to 63 lower-case letters, digits and dashes, no dash at either end';

export class WorkspacePath {
  /** As far as a number is exact. */
  @IsForm(/^[1-9]\d{0,14}$/, 'must be the number of a workspace')
  id: string;
}

export const workspaceIdOf = ({ id }: WorkspacePath): number => Number(id);

export class WorkspaceListQuery extends ListQuery {
  @IsForm(/^(?:true|false)$/, 'must be true or false')
  archived?: string;

  @IsForm(/^[^\p{Cc}\p{Cs}]{1,300}$/u, 'must be 1 to 300 characters without control characters')
  name?: string;
}

export const toWorkspaceFilter = ({ archived, name }: WorkspaceListQuery) => ({
  ...(archived !== undefined && { archived: archived === 'true' }),
  ...(name !== undefined && { name }),
});

@ApiSchema({ name: 'WorkspaceChange' })
export class WorkspaceDto {
  @IsMatching(WORKSPACE_NAME, NAME_RULE)
  @ApiProperty({
    type: String,
    pattern: WORKSPACE_NAME.source,
    description: 'Unique over all workspaces, archived ones included; the old name is free at once',
    example: 'fraud-models',
  })
  name: string;
}

@ApiSchema({ name: 'Workspace' })
export class WorkspaceResponse {
  @ApiProperty({ type: 'integer', example: 10 })
  id: number;
  @ApiProperty({ type: String, example: 'fraud-models' })
  name: string;
  @ApiProperty({ type: Boolean, example: false })
  archived: boolean;
  @ApiProperty({ type: Boolean, description: 'Whether it is the own workspace of a user', example: false })
  default: boolean;
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-31T09:30:00.000Z' })
  createdAt: string;
  @ApiProperty({
    type: String,
    description: 'Id of the user',
    example: '5f0c0b6e-8d6f-4b57-9c3b-0a7a3e2f1d11',
  })
  createdBy: string;
  @ApiProperty({
    type: 'array',
    items: { type: 'integer' },
    description: 'Numbers of artifacts, ascending',
    example: [1, 2],
  })
  models: readonly number[];
  @ApiProperty({ type: 'array', items: { type: 'integer' }, example: [1] })
  pipelines: readonly number[];
  @ApiProperty({ type: String, description: 'Decimal; the ETag holds it too', example: '7' })
  revision: string;
}

export const toWorkspaceResponse = (workspace: WorkspaceView): WorkspaceResponse => ({
  id: workspace.workspaceId,
  name: workspace.name,
  archived: workspace.archived,
  default: workspace.isDefault,
  createdAt: `${workspace.createdAt.slice(0, 23)}Z`,
  createdBy: workspace.createdBy,
  models: workspace.models,
  pipelines: workspace.pipelines,
  revision: workspace.revision.toString(),
});

@ApiSchema({ name: 'WorkspaceMember', description: 'Names are null when the directory has none' })
export class MemberResponse {
  @ApiProperty({ type: String, example: '5f0c0b6e-8d6f-4b57-9c3b-0a7a3e2f1d11' })
  userId: string;
  @ApiProperty({ type: String, nullable: true, example: 'alice' })
  username: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'alice@example.com' })
  email: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'Alice' })
  firstName: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'Archer' })
  lastName: string | null;
  @ApiProperty({ enum: USER_TYPES, example: 'OWNER' })
  userType: UserType;
}

export const toMemberResponse = (member: MemberProfile): MemberResponse => ({
  userId: member.userId,
  username: member.username,
  email: member.email,
  firstName: member.firstName,
  lastName: member.lastName,
  userType: member.userType,
});
