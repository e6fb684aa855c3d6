import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { RecordedUser } from '../../../features/directory/index.js';
import { IsOptionalIdList, MOST_IDS } from '../validation/rules.js';

const USER_ID = '12ea09d1-0f49-405e-bed1-27eb6d10fde4';

@ApiSchema({ name: 'WallarooUserQuery' })
export class UserQuery {
  @IsOptionalIdList()
  @ApiProperty({
    type: [String],
    required: false,
    nullable: true,
    maxItems: MOST_IDS,
    description: 'Only these; an empty list is none',
    example: [USER_ID],
  })
  readonly user_ids?: readonly string[] | null;
}

/** `null`: no filter. */
export const toUserIds = ({ user_ids }: UserQuery): readonly string[] | null =>
  user_ids === undefined || user_ids === null || user_ids.length === 0 ? null : user_ids;

@ApiSchema({ name: 'WallarooUser', description: "In Keycloak's words; what is not known is left out" })
export class UserResponse {
  @ApiProperty({ type: 'integer', description: 'Epoch milliseconds: when the user became known here' })
  readonly createdTimestamp: number;

  @ApiProperty({ type: String, required: false, example: 'john.hummel@wallaroo.ai' })
  readonly email?: string;

  @ApiProperty({ type: Boolean, example: true })
  readonly emailVerified: boolean;

  @ApiProperty({ type: Boolean, example: true })
  readonly enabled: boolean;

  @ApiProperty({ type: String, required: false, example: 'John' })
  readonly firstName?: string;

  @ApiProperty({ type: String, example: USER_ID })
  readonly id: string;

  @ApiProperty({ type: String, required: false, example: 'Hummel' })
  readonly lastName?: string;

  @ApiProperty({ type: String, example: 'john.hummel@wallaroo.ai' })
  readonly username: string;
}

export class UserQueryResponse {
  readonly users: Readonly<Record<string, UserResponse>>;
}

const toUserResponse = (user: RecordedUser): UserResponse => ({
  createdTimestamp: Date.parse(user.recordedAt),
  ...(user.email !== null && { email: user.email }),
  emailVerified: user.emailVerified,
  enabled: user.enabled,
  ...(user.firstName !== null && { firstName: user.firstName }),
  id: user.userId,
  ...(user.lastName !== null && { lastName: user.lastName }),
  username: user.username,
});

/** By id, in the order in which they became known. */
export const toUserQueryResponse = (users: readonly RecordedUser[]): UserQueryResponse => ({
  users: Object.fromEntries(users.map((user) => [user.userId, toUserResponse(user)])),
});
