import { fault, type Rule } from './rule.js';

const UUID = /^(?:[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i;
const GROUPS = [8, 4, 4, 4, 12] as const;

/** What keeps a text from being a UUID; positions and groups are counted as Nx1's own validator does. */
const reasonAgainst = (value: string): string => {
  const stranger = /[^0-9a-fA-F-]/u.exec(value);
  if (stranger !== null) return `invalid character: found \`${stranger[0]}\` at ${stranger.index + 1}`;
  const groups = value.split('-');
  if (groups.length === 1)
    return `invalid length: expected length 32 for simple format, found ${value.length}`;
  if (groups.length !== GROUPS.length) return `invalid group count: expected 5, found ${groups.length}`;
  const wrong = GROUPS.findIndex((length, group) => groups[group]?.length !== length);
  return `invalid group length in group ${wrong}: expected ${GROUPS[wrong]}, found ${groups[wrong]?.length}`;
};

/** Comes back in lower case with dashes. */
export const uuid: Rule<string> = (value, faults) => {
  if (typeof value !== 'string') {
    faults.push(fault('uuid_type', 'UUID input should be a string, bytes or UUID object', value));
    return '';
  }
  if (!UUID.test(value)) {
    const error = reasonAgainst(value);
    faults.push(fault('uuid_parsing', `Input should be a valid UUID, ${error}`, value, { error }));
    return '';
  }
  const digits = value.toLowerCase().replaceAll('-', '');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};
