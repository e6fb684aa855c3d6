import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { UserEntry, UserView } from '../../../features/directory/index.js';
import { IsEmailAddress, IsFlag, IsText, IsTextList } from '../validation/rules.js';

const MOST_ROLES = 1_000;

@ApiSchema({ name: 'UserEntry', description: 'The whole entry: what is left out goes back to its default.' })
export class UserDto {
  @IsText(255)
  @ApiProperty({ type: String, maxLength: 255, example: 'alice' })
  username: string;

  @IsEmailAddress({ nullable: true })
  @ApiProperty({
    type: String,
    format: 'email',
    nullable: true,
    required: false,
    default: null,
    example: 'alice@example.com',
  })
  email: string | null = null;

  @IsText(255, { nullable: true })
  @ApiProperty({
    type: String,
    maxLength: 255,
    nullable: true,
    required: false,
    default: null,
    example: 'Alice',
  })
  firstName: string | null = null;

  @IsText(255, { nullable: true })
  @ApiProperty({
    type: String,
    maxLength: 255,
    nullable: true,
    required: false,
    default: null,
    example: 'Archer',
  })
  lastName: string | null = null;

  @IsTextList(MOST_ROLES)
  @ApiProperty({ type: [String], required: false, default: [], example: ['nx1_engineer'] })
  realmRoles: string[] = [];

  @IsTextList(MOST_ROLES)
  @ApiProperty({
    type: [String],
    required: false,
    default: [],
    description: 'Ids of groups that exist',
    example: ['risk'],
  })
  groups: string[] = [];

  @IsTextList(MOST_ROLES)
  @ApiProperty({ type: [String], required: false, default: [], example: [] })
  backendRoles: string[] = [];

  @IsFlag()
  @ApiProperty({ type: Boolean, required: false, default: true })
  enabled = true;
}

export const toUserEntry = (user: UserDto): UserEntry => ({
  username: user.username,
  email: user.email,
  firstName: user.firstName,
  lastName: user.lastName,
  realmRoles: user.realmRoles,
  groups: user.groups,
  backendRoles: user.backendRoles,
  enabled: user.enabled,
});

@ApiSchema({ name: 'User' })
export class UserResponse {
  @ApiProperty({ type: String, example: '5f0c0b6e-8d6f-4b57-9c3b-0a7a3e2f1d11' })
  userId: string;
  @ApiProperty({ type: String, example: 'alice' })
  username: string;
  @ApiProperty({ type: String, nullable: true, example: 'alice@example.com' })
  email: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'Alice' })
  firstName: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'Archer' })
  lastName: string | null;
  @ApiProperty({ type: [String], example: ['nx1_engineer'] })
  realmRoles: readonly string[];
  @ApiProperty({ type: [String], example: ['risk'] })
  groups: readonly string[];
  @ApiProperty({ type: [String], example: [] })
  backendRoles: readonly string[];
  @ApiProperty({ type: Boolean, example: true })
  enabled: boolean;
  @ApiProperty({
    enum: ['directory', 'token'],
    description: 'Recorded by an administrator, or seen in a token',
  })
  source: 'directory' | 'token';
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-31T09:30:00.000Z' })
  updatedAt: string;
}

export const toUserResponse = (user: UserView): UserResponse => ({
  userId: user.userId,
  username: user.username,
  email: user.email,
  firstName: user.firstName,
  lastName: user.lastName,
  realmRoles: user.realmRoles,
  groups: user.groups,
  backendRoles: user.backendRoles,
  enabled: user.enabled,
  source: user.source,
  updatedAt: user.updatedAt,
});
