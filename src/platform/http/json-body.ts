import { isUtf8 } from 'node:buffer';
import type { FastifyRequest } from 'fastify';
import { findJsonFault } from './json-fault.js';
import { HttpProblem } from './problem.js';

/** Deeper bodies are refused before anything walks them. */
export const MAX_NESTING = 64;

/**
 * What can be wrong with a body before anybody looks at its fields; a surface whose contract asks for other statuses
 * tells by the code:
 * - `unsupported-media-type` (415): a body is there, but not declared as JSON in UTF-8
 * - `nesting-too-deep` (400): more than {@link MAX_NESTING} levels
 * - `body-missing` (422): none was sent
 * - `invalid-utf8` (400)
 * - `malformed-json` (400): `details` are `{offset, reason}`, a {@link JsonFault}
 * - `forbidden-key` (422): `__proto__`, or a `constructor` with a `prototype`; `errors` says where
 */
export type BodyProblemCode =
  | 'unsupported-media-type'
  | 'nesting-too-deep'
  | 'body-missing'
  | 'invalid-utf8'
  | 'malformed-json'
  | 'forbidden-key';

const problem = (
  status: number,
  code: BodyProblemCode,
  message: string,
  options?: HttpProblem['options'],
): HttpProblem => new HttpProblem(status, code, message, options);

// A parameter other than charset is ignored; JSON is UTF-8, so another charset is another format.
const JSON_TYPE = /^\s*application\/(?:json|[\w.!#$&^-]+\+json)\s*(?:;(?<parameters>.*))?$/i;
const FOREIGN_CHARSET = /(?:^|;)\s*charset\s*=\s*(?!"?utf-?8"?\s*(?:;|$))/i;

const isJson = (contentType: string | undefined): boolean => {
  if (contentType === 'application/json') return true;
  const found = JSON_TYPE.exec(contentType ?? '');
  return found !== null && !FOREIGN_CHARSET.test(found.groups?.['parameters'] ?? '');
};

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Brackets outside of strings, counted on the bytes: no parser has seen the text yet. */
const nestsTooDeep = (raw: Uint8Array): boolean => {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < raw.length; at++) {
    const byte = raw[at];
    if (inString) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > MAX_NESTING) return true;
    } else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return false;
};

/** Content type and nesting: checked for every body before its request's other headers. */
export const checkJsonLimits = (
  raw: Uint8Array | null | undefined,
  contentType: string | undefined,
): void => {
  if (raw === null || raw === undefined || raw.length === 0) return;
  if (!isJson(contentType)) {
    throw problem(415, 'unsupported-media-type', 'The body must be JSON (Content-Type: application/json)');
  }
  if (nestsTooDeep(raw)) {
    throw problem(400, 'nesting-too-deep', `The body nests more than ${MAX_NESTING} levels deep`);
  }
};

const BYTE_ORDER_MARK = '\ufeff';

const decode = (raw: Buffer): string => {
  if (!isUtf8(raw)) throw problem(400, 'invalid-utf8', 'The body is not valid UTF-8');
  const text = raw.toString('utf8');
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const fault = findJsonFault(text);
    throw problem(
      400,
      'malformed-json',
      `The body is not valid JSON: ${fault.reason} at offset ${fault.offset}`,
      {
        details: { ...fault },
      },
    );
  }
};

// A key may also be spelt with \u escapes, so any of those leads to the walk as well.
const SUSPICIOUS = /__proto__|constructor|\\u/;

type Path = readonly (string | number)[];

const findForbiddenKey = (value: unknown, path: Path): Path | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, member] of Object.entries(value)) {
    const here = [...path, Array.isArray(value) ? Number(key) : key];
    const pollutes =
      key === '__proto__' ||
      (key === 'constructor' &&
        typeof member === 'object' &&
        member !== null &&
        Object.hasOwn(member, 'prototype'));
    const found = pollutes ? here : findForbiddenKey(member, here);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** The value a body stands for, once {@link checkJsonLimits} has let it pass. */
export const decodeJson = (raw: Buffer | null | undefined): unknown => {
  if (raw === null || raw === undefined || raw.length === 0) {
    throw problem(422, 'body-missing', 'A JSON body is required', {
      errors: [{ location: ['body'], message: 'A JSON body is required', code: 'missing' }],
    });
  }
  const text = decode(raw);
  const value = parse(text);
  const forbidden = SUSPICIOUS.test(text) ? findForbiddenKey(value, ['body']) : undefined;
  if (forbidden !== undefined) {
    const message = `The key ${String(forbidden.at(-1))} is not allowed`;
    throw problem(422, 'forbidden-key', message, {
      errors: [{ location: forbidden, message, code: 'forbidden-key' }],
    });
  }
  return value;
};

/** The parsed JSON body of a write, whose content type and nesting were checked before the handler was chosen. */
export const jsonBody = (request: FastifyRequest): unknown =>
  decodeJson(request.body as Buffer | null | undefined);
