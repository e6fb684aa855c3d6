import type { FastifyRequest } from 'fastify';
import { checkJsonLimits, decodeJson } from '../../../platform/http/json-body.js';
import { MAX_BODY_BYTES } from '../../../platform/http/limits.js';
import { HttpProblem } from '../../../platform/http/problem.js';
import { parameterOf } from '../answer/url-parameters.js';
import { illegal, refusal } from '../refusal.js';

/** The server reads no body of a GET, yet searches are sent so; it has the limits of any other. */
const readRaw = async (request: FastifyRequest): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.raw as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES)
      throw new HttpProblem(413, 'body-too-large', `The body is larger than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const rawBody = async (request: FastifyRequest): Promise<Buffer> => {
  if (request.method !== 'GET') return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const raw = await readRaw(request);
  checkJsonLimits(raw, request.headers['content-type']);
  return raw;
};

/** What stands in the query in place of a body. */
const sourceParameter = (request: FastifyRequest): Buffer | undefined => {
  const source = parameterOf(request, 'source');
  if (source === undefined) return undefined;
  const type = parameterOf(request, 'source_content_type');
  if (type === undefined) throw illegal('source and source_content_type parameters are required');
  const raw = Buffer.from(source, 'utf8');
  checkJsonLimits(raw, type);
  return raw;
};

/** The body of a search, sent as such or as a parameter; the body counts when both are there. @throws HttpProblem */
export const searchBody = async (request: FastifyRequest): Promise<unknown> => {
  const body = await rawBody(request);
  const sent = body.length > 0 ? body : sourceParameter(request);
  if (sent === undefined || sent.length === 0)
    throw refusal('action_request_validation_exception', 'request body or source parameter is required');
  try {
    return decodeJson(sent);
  } catch (error) {
    if (error instanceof HttpProblem && error.code === 'malformed-json')
      throw refusal('parse_exception', error.message);
    throw error;
  }
};
