import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { CONSUMER_NAME, type ConsumerView } from '../../../features/consumers/index.js';
import { IsForm, IsMatching } from '../validation/rules.js';

export class ConsumerPath {
  @IsForm(
    CONSUMER_NAME,
    'must be 1 to 100 letters, digits, dots, dashes and underscores, beginning with a letter or digit',
  )
  name: string;
}

@ApiSchema({ name: 'ConsumerPosition' })
export class ConsumerPositionDto {
  @IsMatching(/^\d{1,18}$/, 'must be a position, a decimal as text')
  @ApiProperty({
    type: String,
    pattern: String.raw`^\d{1,18}$`,
    description: 'How far the consumer has read; may lie before what was stored, to read again from there',
    example: '1042',
  })
  position: string;
}

@ApiSchema({ name: 'Consumer' })
export class ConsumerResponse {
  @ApiProperty({ type: String, example: 'siem' })
  name: string;
  @ApiProperty({ type: String, example: '1042' })
  position: string;
  @ApiProperty({
    type: String,
    description:
      'Distance to the newest event that the feed hands out, in positions; 0: nothing is left to read',
    example: '7',
  })
  lag: string;
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-31T09:30:00.000Z' })
  updatedAt: string;
}

export const toConsumerResponse = ({ name, position, lag, updatedAt }: ConsumerView): ConsumerResponse => ({
  name,
  position: position.toString(),
  lag: lag.toString(),
  updatedAt,
});
