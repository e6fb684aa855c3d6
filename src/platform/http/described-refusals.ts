import { ApiResponse, type ApiResponseSchemaHost } from '@nestjs/swagger';

/** Why each status comes. */
export type Reasons = Readonly<Record<number, string>>;

/**
 * Describes the refusals of an operation: those of its own before what the same status means on every path.
 *
 * @param common what every such operation of the surface can be refused for
 * @param schema of the surface's error body
 */
export const describedRefusals = (
  common: Reasons,
  own: Reasons,
  schema: ApiResponseSchemaHost['schema'],
): MethodDecorator[] =>
  Object.entries({ ...common, ...own }).map(([code, reason]) => {
    const status = Number(code);
    const general = common[status];
    return ApiResponse({
      status,
      description: general === undefined || general === reason ? reason : `${reason}. ${general}`,
      content: { 'application/json': { schema } },
    });
  });
