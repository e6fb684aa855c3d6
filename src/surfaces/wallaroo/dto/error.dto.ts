import { ApiProperty, ApiSchema } from '@nestjs/swagger';

@ApiSchema({ name: 'WallarooError' })
export class ErrorResponse {
  @ApiProperty({ type: 'integer', description: 'The HTTP status', example: 400 })
  readonly code: number;

  @ApiProperty({ type: String, example: 'Workspace 10 not found' })
  readonly msg: string;
}
