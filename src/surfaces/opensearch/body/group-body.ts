import { ACCESS_MODES, type SentAccess } from '../../../features/model-groups/index.js';
import { illegal, parsing, refusal } from '../refusal.js';
import { jsonText } from './body-text.js';
import { placeOf, tokenOf, type Token, type TokenKind } from './json-tokens.js';

/** Backend roles that a request may name, and characters of all of them together. */
export const MAX_BACKEND_ROLES = 1_000;
export const MAX_ROLES_LENGTH = 50_000;
/** Characters. With those of the roles: so that an update, which keeps all of it before and after, always fits into the log. */
export const MAX_NAME_LENGTH = 10_000;
export const MAX_DESCRIPTION_LENGTH = 100_000;

/** What a body says of a group; `null`: not sent. */
export interface GroupBody {
  readonly name: string | null;
  readonly description: string | null;
  readonly modelGroupId: string | null;
  readonly access: SentAccess;
  /** A mode that there is none of, as sent: it counts as not sent. */
  readonly unknownMode: string | null;
}

/** Only in a registration: a name must be there, and the group may choose its id. */
type BodyOf = 'registration' | 'update';

// NUL would cut a stored value short; half a surrogate pair is no text.
// oxlint-disable-next-line no-control-regex
const UNSTORABLE = /[\u0000\p{Surrogate}]/u;

/** Reads the fields in the order of the text: of several faults the first is told. */
class GroupBodyReader {
  constructor(
    private readonly text: string,
    private readonly of: BodyOf,
  ) {}

  read(): GroupBody {
    const object = tokenOf(this.text);
    this.expect(object, 'START_OBJECT');
    const read = new Map<string, unknown>();
    for (const [field, token] of object.members) read.set(field, this.field(field, token));
    const sent = <Value>(field: string): Value | null => (read.get(field) as Value | undefined) ?? null;
    const spelt = sent<string>('access_mode');
    const mode = ACCESS_MODES.find((one) => one === spelt?.toLowerCase()) ?? null;
    return {
      name: sent('name'),
      description: sent('description'),
      modelGroupId: sent('model_group_id'),
      access: {
        mode,
        backendRoles: sent('backend_roles'),
        addAllBackendRoles: sent('add_all_backend_roles'),
      },
      unknownMode: mode === null ? spelt : null,
    };
  }

  /** Fields that are not known are ignored, whatever they hold. */
  private field(name: string, token: Token): string | boolean | readonly string[] | undefined {
    switch (name) {
      case 'name':
        // A registration without one is refused in words of its own, with all else that doesn't fit.
        return this.of === 'registration' && token.kind === 'VALUE_NULL' ? undefined : this.string(token);
      case 'description':
      case 'access_mode':
        return this.string(token);
      case 'model_group_id':
        return this.of === 'registration' ? this.string(token) : undefined;
      case 'backend_roles':
        return this.roles(token);
      case 'add_all_backend_roles':
        return this.boolean(token);
      default:
        return undefined;
    }
  }

  private expect({ kind }: Token, wanted: TokenKind): void {
    if (kind === wanted) return;
    throw parsing(`Failed to parse object: expecting token of type [${wanted}] but found [${kind}]`);
  }

  /** Numbers and booleans are taken as they are spelt. */
  private string(token: Token): string {
    switch (token.kind) {
      case 'VALUE_STRING':
        return JSON.parse(token.raw) as string;
      case 'VALUE_NUMBER':
      case 'VALUE_BOOLEAN':
        return token.raw;
      default:
        throw parsing(`Can't get text on a ${token.kind} at ${placeOf(this.text, token)}`);
    }
  }

  private roles(token: Token): readonly string[] {
    this.expect(token, 'START_ARRAY');
    if (token.items.length > MAX_BACKEND_ROLES)
      throw illegal(`backend_roles must not have more than ${MAX_BACKEND_ROLES} items`);
    const roles = token.items.map((item) => this.string(item));
    if (roles.reduce((length, role) => length + role.length, 0) > MAX_ROLES_LENGTH)
      throw illegal(`backend_roles must not have more than ${MAX_ROLES_LENGTH} characters`);
    if (roles.some((role) => UNSTORABLE.test(role)))
      throw illegal('backend_roles must not hold the character U+0000 or half a surrogate pair');
    return roles;
  }

  private boolean(token: Token): boolean {
    if (token.kind === 'VALUE_BOOLEAN') return token.raw === 'true';
    if (token.kind !== 'VALUE_STRING')
      throw parsing(`Current token (${token.kind}) not of boolean type at ${placeOf(this.text, token)}`);
    const text = JSON.parse(token.raw) as string;
    if (text === 'true') return true;
    if (text === 'false' || text === '') return false;
    throw illegal(`Failed to parse value [${text}] as only [true] or [false] are allowed.`);
  }
}

/** @throws HttpProblem 400 when there is no body, or one that is not of the right form */
export const readGroupBody = (body: unknown, of: BodyOf): GroupBody => {
  const text = jsonText(body);
  if (text === undefined) throw refusal('parse_exception', 'Model group request has empty body');
  return new GroupBodyReader(text, of).read();
};

const SAFE = /^[\p{L}\p{N} \t\n\v\f\r.,!?():@\-_/'"]*$/u;

const unsafe = (field: string): string =>
  `Model group ${field} can only contain letters, numbers, spaces, and basic punctuation (.,!?():@-_'/");`;

const tooLong = (field: string, most: number): string =>
  `Model group ${field} must not have more than ${most} characters;`;

export const isBlank = (text: string): boolean => text.trim() === '';

/** @throws HttpProblem 400 with all that doesn't fit */
export const requireFit = ({ name, description }: GroupBody, of: BodyOf): void => {
  const faults: string[] = [];
  if (of === 'registration' && (name === null || isBlank(name)))
    faults.push('Model group name is required and cannot be null or blank;');
  else if (name !== null && name.length > MAX_NAME_LENGTH) faults.push(tooLong('name', MAX_NAME_LENGTH));
  else if (name !== null && !SAFE.test(name)) faults.push(unsafe('name'));
  if (description !== null && description.length > MAX_DESCRIPTION_LENGTH)
    faults.push(tooLong('description', MAX_DESCRIPTION_LENGTH));
  else if (description !== null && !SAFE.test(description)) faults.push(unsafe('description'));
  if (faults.length === 0) return;
  const counted = faults.map((fault, index) => `${index + 1}: ${fault}`).join('');
  throw refusal('action_request_validation_exception', `Validation Failed: ${counted}`);
};
