import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { Schedule } from '../../../features/change-requests/index.js';

const STATUSES = ['pending', 'approved', 'changesRequested', 'resolved', 'cancelled'] as const;
const KINDS = ['reminder', 'automaticAction'] as const;
const ACTIONS = ['approve', 'cancel'] as const;

class ScheduledItem {
  @ApiProperty({ enum: KINDS, example: 'automaticAction' })
  kind: (typeof KINDS)[number];
  @ApiProperty({ enum: ACTIONS, nullable: true, description: 'null for a reminder', example: 'cancel' })
  action: (typeof ACTIONS)[number] | null;
  @ApiProperty({ type: String, format: 'date-time', example: '2026-02-03T09:30:00.000Z' })
  dueAt: string;
}

class UnsatisfiableGroup {
  @ApiProperty({ type: String, example: 'risk' })
  groupId: string;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'null: the group was deleted',
    example: 'Model risk',
  })
  name: string | null;
}

@ApiSchema({ name: 'ChangeRequestSchedule', description: 'What happens next if nobody acts' })
export class ScheduleResponse {
  @ApiProperty({ type: String, format: 'uuid', example: 'b7a0c1de-6f0b-4d52-8f9a-3c1d2e4f5a6b' })
  changeRequestId: string;
  @ApiProperty({ enum: STATUSES, example: 'pending' })
  status: (typeof STATUSES)[number];
  @ApiProperty({ type: [ScheduledItem], description: 'The soonest first' })
  items: readonly ScheduledItem[];
  @ApiProperty({
    type: [UnsatisfiableGroup],
    description: 'Required groups in which nobody but the requester could approve',
    example: [],
  })
  unsatisfiable: readonly UnsatisfiableGroup[];
}

export const toScheduleResponse = ({
  changeRequestId,
  status,
  items,
  unsatisfiable,
}: Schedule): ScheduleResponse => ({
  changeRequestId,
  status,
  items: items.map(({ kind, action, dueAt }) => ({ kind, action, dueAt })),
  unsatisfiable: unsatisfiable.map(({ groupId, name }) => ({ groupId, name })),
});
