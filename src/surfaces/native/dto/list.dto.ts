import { IsForm, IsText } from '../validation/rules.js';

const DEFAULT_LIMIT = 100;

/** The query parameters of every list. */
export class ListQuery {
  @IsForm(/^(?:[1-9]\d{0,2}|1000)$/, 'must be a whole number from 1 to 1000')
  limit?: string;

  @IsText(500, { optional: true })
  cursor?: string;
}

export class UserListQuery extends ListQuery {
  @IsForm(/^[^\p{Cc}\p{Cs}]{0,255}$/u, 'must be at most 255 characters without control characters')
  search?: string;
}

export const limitOf = ({ limit }: { limit?: string }): number => Number(limit ?? DEFAULT_LIMIT);
