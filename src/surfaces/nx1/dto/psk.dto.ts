import { DateTime, Int, Str, Uuid } from '../validation/fields.js';
import { line } from './limits.js';

const DESCRIPTION = { ...line, nullable: true, default: null, example: 'nightly scoring' } as const;
const VALID_UNTIL = {
  nullable: true,
  default: null,
  description: 'When the key stops by itself; null: never.',
} as const;

export class PskCreate {
  @Str(DESCRIPTION)
  readonly description: string | null;

  @DateTime(VALID_UNTIL)
  readonly valid_until: string | null;
}

export class PskRegenerate {
  @Str({ ...DESCRIPTION, default: undefined, description: "Left out: the old key's description stays." })
  readonly description: string | null | undefined;

  @DateTime(VALID_UNTIL)
  readonly valid_until: string | null;

  @Int({
    min: 0,
    max: 86_400,
    default: 0,
    description: 'How long the old key goes on working; 0: it stops at once.',
  })
  readonly overlap_seconds: number;
}

export class PskPath {
  @Uuid({ example: '3c90c3cc-0d44-4b50-8888-8dd25736052a' })
  readonly id: string;
}
