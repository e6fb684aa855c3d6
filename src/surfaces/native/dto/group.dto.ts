import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { GroupView } from '../../../features/directory/index.js';
import { IsText } from '../validation/rules.js';

@ApiSchema({ name: 'GroupEntry' })
export class GroupDto {
  @IsText(255)
  @ApiProperty({ type: String, maxLength: 255, example: 'Model risk' })
  name: string;
}

@ApiSchema({ name: 'Group' })
export class GroupResponse {
  @ApiProperty({ type: String, example: 'risk' })
  groupId: string;
  @ApiProperty({ type: String, example: 'Model risk' })
  name: string;
  @ApiProperty({
    type: [String],
    description: 'Ids of users',
    example: ['5f0c0b6e-8d6f-4b57-9c3b-0a7a3e2f1d11'],
  })
  members: readonly string[];
}

export const toGroupResponse = ({ groupId, name, members }: GroupView): GroupResponse => ({
  groupId,
  name,
  members,
});
