import { applyDecorators } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';

/** The query parameters that feed and stream share. */
export const EventFilters = (after: string): MethodDecorator =>
  applyDecorators(
    ApiQuery({ name: 'after', required: false, description: after, example: '1041' }),
    ApiQuery({
      name: 'types',
      required: false,
      description: 'Event types, separated by commas',
      example: 'RolesReplaced',
    }),
    ApiQuery({
      name: 'entity',
      required: false,
      description: 'The subject of the events',
      example: 'deployment-b7a0c1de-6f0b-4d52-8f9a-3c1d2e4f5a6b',
    }),
    ApiQuery({ name: 'actor', required: false, description: "The actor's id" }),
  );
