import { ApiProperty, ApiSchema } from '@nestjs/swagger';

class ProblemField {
  @ApiProperty({
    type: String,
    description: 'RFC 6901: inside the body, or `/query/…`, `/path/…`, `/header/…`',
    example: '/groups/0',
  })
  pointer: string;
  @ApiProperty({
    type: String,
    example: 'must be 1 to 255 characters, not blank, without control characters',
  })
  detail: string;
}

@ApiSchema({ name: 'Problem', description: 'RFC 9457' })
export class ProblemResponse {
  @ApiProperty({ type: String, format: 'uri', example: 'urn:countersign:problem:invalid-request' })
  type: string;
  @ApiProperty({ type: String, example: 'Invalid request' })
  title: string;
  @ApiProperty({ type: 'integer', example: 422 })
  status: number;
  @ApiProperty({ type: String, example: 'The request does not fit: see errors' })
  detail: string;
  @ApiProperty({
    type: String,
    description: 'To find it in the log',
    example: '4bf92f3577b34da6a3ce929d0e0e4736',
  })
  traceId: string;
  @ApiProperty({ type: [ProblemField], required: false })
  errors?: ProblemField[];
}
