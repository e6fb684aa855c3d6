import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { IssuedPsk } from '../../../features/directory/index.js';
import { IsInstant, IsText } from '../validation/rules.js';

@ApiSchema({ name: 'PskRequest' })
export class PskDto {
  @IsText(255, { nullable: true })
  @ApiProperty({
    type: String,
    maxLength: 255,
    nullable: true,
    required: false,
    default: null,
    example: 'laptop',
  })
  description: string | null = null;

  @IsInstant({ nullable: true })
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    required: false,
    default: null,
    description: 'null: until revoked',
    example: '2027-01-31T00:00:00.000Z',
  })
  validUntil: string | null = null;
}

@ApiSchema({ name: 'IssuedPsk' })
export class PskResponse {
  @ApiProperty({ type: String, format: 'uuid', example: '0b1e6d5c-2f57-4b9e-8f0e-6f1f5a1c9d77' })
  id: string;
  @ApiProperty({ type: String, description: 'The key itself: shown here and never again', example: 'gpu_…' })
  psk: string;
  @ApiProperty({ type: String, example: '5f0c0b6e-8d6f-4b57-9c3b-0a7a3e2f1d11' })
  userId: string;
  @ApiProperty({ type: String, nullable: true, example: 'laptop' })
  description: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2027-01-31T00:00:00.000Z' })
  validUntil: string | null;
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-31T09:30:00.000Z' })
  createdAt: string;
}

export const toPskResponse = ({ psk, record }: IssuedPsk): PskResponse => ({
  id: record.pskId,
  psk,
  userId: record.userId,
  description: record.description,
  validUntil: record.validUntil,
  createdAt: record.createdAt,
});
