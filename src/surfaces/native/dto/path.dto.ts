import { IsText } from '../validation/rules.js';

/** Longest id of anything. */
const MAX_ID = 255;

export class UserPath {
  @IsText(MAX_ID)
  userId: string;
}

export class GroupPath {
  @IsText(MAX_ID)
  groupId: string;
}

export class IdPath {
  @IsText(MAX_ID)
  id: string;
}
