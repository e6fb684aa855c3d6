import { ApiProperty, ApiSchema } from '@nestjs/swagger';

@ApiSchema({ name: 'DataRobotError' })
export class ErrorResponse {
  @ApiProperty({ type: String, example: 'autoApply: must be true or false, not a string' })
  readonly message: string;
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    selfRequired: false,
    description: 'With 422: what is wrong, by field',
    example: { autoApply: 'must be true or false, not a string' },
  })
  readonly errors?: Readonly<Record<string, string>>;
  @ApiProperty({
    type: String,
    required: false,
    description: 'With 409, when a policy asks for an approval: which one',
  })
  readonly policyId?: string;
}
