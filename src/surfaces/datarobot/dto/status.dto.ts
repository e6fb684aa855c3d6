import { ApiProperty, ApiSchema } from '@nestjs/swagger';

const STATES = ['RUNNING', 'ERROR'] as const;

@ApiSchema({ name: 'DataRobotStatus' })
export class StatusResponse {
  @ApiProperty({ type: String })
  readonly statusId: string;
  @ApiProperty({ enum: STATES })
  readonly status: (typeof STATES)[number];
  @ApiProperty({ type: String, nullable: true, description: 'Why it failed' })
  readonly message: string | null;
}
