import { ApiProperty } from '@nestjs/swagger';
import { INTEGER, Out, TEXT } from './answer-field.js';

export class ErrorResponse {
  @Out({ ...TEXT, example: "Deployment 'prod' not found for model 'churn'" }, 'What happened, in short.')
  readonly error: string;

  @Out({ ...INTEGER, example: 404 }, 'The HTTP status code.')
  readonly code: number;
}

export class ValidationError {
  @Out({ ...TEXT, example: 'list_type' })
  readonly type: string;

  @ApiProperty({
    type: 'array',
    items: { anyOf: [{ type: 'string' }, { type: 'integer' }] },
    example: ['body', 'allowed_roles'],
    description: '`body`, `path`, `query` or `header`, then keys and list indexes.',
  })
  readonly loc: readonly (string | number)[];

  @Out({ ...TEXT, example: 'Input should be a valid list' })
  readonly msg: string;

  @ApiProperty({
    required: false,
    description:
      'The offending value; for a missing field what should have held it. Credentials are struck out.',
    anyOf: ['string', 'number', 'boolean', 'array', 'object', 'null'].map((type) => ({ type })),
  })
  readonly input?: unknown;

  @ApiProperty({ required: false, type: Object, description: 'Values the message was made from.' })
  readonly ctx?: Readonly<Record<string, unknown>>;
}

export class HTTPValidationError {
  @ApiProperty({ type: [ValidationError] })
  readonly detail: readonly ValidationError[];
}
