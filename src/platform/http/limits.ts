import type { FastifyRequest } from 'fastify';
import { HttpProblem } from './problem.js';

export const MAX_BODY_BYTES = 1024 * 1024;
export const MAX_HEADER_BYTES = 16 * 1024;
/**
 * Where the server itself cuts off, before there is a request to answer. Higher than our limit, so that our refusal can
 * have the shape of the surface that was asked.
 */
export const HARD_MAX_HEADER_BYTES = 4 * MAX_HEADER_BYTES;

/** What a header costs beside its name and value: `: ` and the line's end. */
const PER_HEADER = 4;

export const checkHeaderSize = (rawHeaders: readonly string[]): void => {
  let bytes = (rawHeaders.length / 2) * PER_HEADER;
  for (const part of rawHeaders) bytes += part.length;
  if (bytes > MAX_HEADER_BYTES) {
    throw new HttpProblem(431, 'headers-too-large', `The headers are larger than ${MAX_HEADER_BYTES} bytes`);
  }
};

/** By what it says of itself. */
export const isTooLarge = ({ headers }: FastifyRequest): boolean =>
  Number(headers['content-length'] ?? 0) > MAX_BODY_BYTES;
