import { Enum, Int, Str } from '../validation/fields.js';
import { line, paragraph } from './limits.js';

export const RUN_STATUSES = ['queued', 'running', 'succeeded', 'failed'] as const;

/** What the orchestrator says of a batch run. */
export class DeploymentRunReport {
  @Str({
    ...line,
    description: 'Known before: that run is updated.',
    example: 'scheduled__2023-11-07T05:00:00+00:00',
  })
  readonly airflow_run_id: string;

  @Enum(RUN_STATUSES)
  readonly status: (typeof RUN_STATUSES)[number];

  @Int({ min: 0, max: Number.MAX_SAFE_INTEGER, nullable: true, default: null, example: 1200 })
  readonly rows_scored: number | null;

  @Str({ ...paragraph, nullable: true, default: null })
  readonly error_message: string | null;
}
