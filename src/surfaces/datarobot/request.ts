import { createParamDecorator, type ExecutionContext, type PipeTransform } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { jsonBody } from '../../platform/http/json-body.js';
import { HttpProblem, type FieldError } from '../../platform/http/problem.js';
import { readDto, type DtoClass } from './validation/dto-reader.js';

/** What a route takes beside its path. */
interface Parts {
  readonly query?: DtoClass;
  readonly body?: DtoClass;
  /** No body at all is as good as `{}`. */
  readonly bodyOptional?: true;
}

/** `trigger.filterGroups.0.id`: where in the body or which parameter. */
export const fieldName = ([part, ...rest]: FieldError['location']): string =>
  rest.length > 0 ? rest.join('.') : String(part);

/** @throws HttpProblem 422 when there are any */
export const refuseFaults = (errors: readonly FieldError[]): void => {
  const [first] = errors;
  if (first === undefined) return;
  throw new HttpProblem(422, 'invalid-request', `${fieldName(first.location)}: ${first.message}`, { errors });
};

const isEmpty = ({ body }: FastifyRequest): boolean => !Buffer.isBuffer(body) || body.length === 0;

/**
 * Reads the parts of a request into their DTOs, or refuses it with all that is wrong with it at once. It does so only
 * when it is asked: here what does not exist, and on policies what one may not do, is told before what does not fit.
 */
class RequestPipe implements PipeTransform<FastifyRequest> {
  constructor(private readonly parts: Parts) {}

  transform(request: FastifyRequest): () => Readonly<Record<string, object>> {
    return () => {
      const { query, body, bodyOptional } = this.parts;
      const faults: FieldError[] = [];
      const read: Record<string, object> = {};
      if (query !== undefined) read['query'] = readDto(query, request.query, ['query'], faults);
      if (body !== undefined) {
        const sent = bodyOptional && isEmpty(request) ? {} : jsonBody(request);
        read['body'] = readDto(body, sent, ['body'], faults);
      }
      refuseFaults(faults);
      return read;
    };
  }
}

const RawRequest = createParamDecorator((_: unknown, context: ExecutionContext) =>
  context.switchToHttp().getRequest<FastifyRequest>(),
);

/** `@Sent({ body: ReviewCreate }) sent: () => { body: ReviewCreate }` */
export const Sent = (parts: Parts): ParameterDecorator => RawRequest(undefined, new RequestPipe(parts));
