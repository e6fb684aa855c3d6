import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import {
  USER_TYPES,
  type MemberView,
  type UserNames,
  type UserType,
} from '../../../features/workspaces/index.js';
import { HttpProblem } from '../../../platform/http/problem.js';
import { IsOptionalName, IsOptionalUserType, IsWorkspaceId, MAX_NAME } from '../validation/rules.js';

const WORKSPACE_ID = {
  type: 'integer',
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  example: 10,
} as const;

@ApiSchema({ name: 'WallarooMemberList' })
export class MemberListRequest {
  @IsWorkspaceId()
  @ApiProperty(WORKSPACE_ID)
  readonly workspace_id: number;
}

/** At least one of `email` and `user_id`. */
@ApiSchema({ name: 'WallarooMemberRemove' })
export class MemberRemove extends MemberListRequest {
  @IsOptionalName()
  @ApiProperty({
    type: String,
    required: false,
    nullable: true,
    maxLength: MAX_NAME,
    description: 'A verified address, compared without case; needed without a user_id',
    example: 'john.hansarick@wallaroo.ai',
  })
  readonly email?: string | null;

  @IsOptionalName()
  @ApiProperty({
    type: String,
    required: false,
    nullable: true,
    maxLength: MAX_NAME,
    description: 'Needed without an email; with one, both must be the same user',
    example: null,
  })
  readonly user_id?: string | null;
}

@ApiSchema({ name: 'WallarooMemberAdd' })
export class MemberAdd extends MemberRemove {
  @IsOptionalUserType()
  @ApiProperty({
    enum: USER_TYPES,
    required: false,
    nullable: true,
    description:
      'In any case. Left out: a collaborator when new; whoever is a member keeps his role. Given: becomes his role',
    example: null,
  })
  readonly user_type?: string | null;
}

/** @throws HttpProblem 400 when nobody is named */
export const toUserNames = ({ email, user_id }: MemberRemove): UserNames => {
  const names = { email: email ?? null, userId: user_id ?? null };
  if (names.email === null && names.userId === null)
    throw new HttpProblem(400, 'invalid-request', 'email or user_id is required');
  return names;
};

export const toUserType = ({ user_type }: MemberAdd): UserType | null =>
  USER_TYPES.find((type) => type === user_type?.toUpperCase()) ?? null;

@ApiSchema({ name: 'WallarooNothing', description: 'Always empty' })
export class EmptyResponse {}

@ApiSchema({ name: 'WallarooMembersRemoved' })
export class MembersRemovedResponse {
  @ApiProperty({ type: 'integer', enum: [0, 1], description: 'Memberships that ended', example: 1 })
  readonly affected_rows: number;
}

@ApiSchema({ name: 'WallarooMember' })
export class MemberResponse {
  @ApiProperty({ type: String, example: '12ea09d1-0f49-405e-bed1-27eb6d10fde4' })
  readonly user_id: string;

  @ApiProperty({ enum: USER_TYPES, example: 'OWNER' })
  readonly user_type: UserType;
}

@ApiSchema({ name: 'WallarooMembers' })
export class MemberListResponse {
  @ApiProperty({ type: [MemberResponse], description: 'The oldest membership first' })
  readonly users: readonly MemberResponse[];
}

export const toMemberResponse = ({ userId, userType }: MemberView): MemberResponse => ({
  user_id: userId,
  user_type: userType,
});
