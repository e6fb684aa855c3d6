import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';

interface AnswerSchema {
  readonly type: 'string' | 'integer' | 'boolean' | 'array' | 'object';
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly items?: object;
  readonly example?: unknown;
}

export const TEXT = { type: 'string' } as const;
export const INTEGER = { type: 'integer' } as const;
export const TIME = { type: 'string', format: 'date-time', example: '2023-11-07T05:31:56Z' } as const;
export const UUID = {
  type: 'string',
  format: 'uuid',
  example: '3c90c3cc-0d44-4b50-8888-8dd25736052a',
} as const;

/** A field that every answer has. */
export const Out = (schema: AnswerSchema, description?: string): PropertyDecorator =>
  ApiProperty({ ...schema, ...(description && { description }) } as ApiPropertyOptions);

/** A field that every answer has, `null` when there is nothing to say. */
export const OutOrNull = (
  schema: AnswerSchema | { readonly $ref: string },
  description?: string,
): PropertyDecorator =>
  ApiProperty({
    required: true,
    anyOf: [schema, { type: 'null' }],
    ...(description && { description }),
  } as ApiPropertyOptions);
