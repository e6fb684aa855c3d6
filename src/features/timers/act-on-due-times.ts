import { Injectable } from '@nestjs/common';
import { approvalPolicyDecider, wasActiveAt } from '../../domain/approval-policy/approval-policy.decider.js';
import type { ChangeRequest } from '../../domain/change-request/change-request.state.js';
import { dueTimes, reminderAnchor } from '../../domain/change-request/timers.js';
import { streamName } from '../../domain/events.js';
import type { CommandContext } from '../../event-store/command-context.js';
import { DeciderRunner } from '../../event-store/decider-runner.js';
import { addPeriod, latestPeriodEnd } from '../../platform/clock/calendar.js';
import { Clock } from '../../platform/clock/clock.js';
import { ReadModels } from '../../projections/projection.js';
import {
  changeRequestsProjection,
  RequestViews,
  RequestWriter,
  Reviewers,
} from '../change-requests/index.js';
import { DeploymentWriter } from '../deployments/index.js';
import { directoryProjection } from '../directory/index.js';
import { ProcessManagers, systemContext, type Task, type ToDoList } from '../process-managers/index.js';

interface DueRow {
  readonly change_request_id: string;
  readonly correlation_id: string;
  /** Of the request: what it waits since. */
  readonly last_event: string;
  readonly due: number;
}

/** Nobody was left to be reminded when this came due: none is sent before `next`, unless it comes due at another time. */
interface Passed {
  readonly anchor: string;
  readonly due: number;
  readonly next: number;
}

const reminderPeriodOf = ({ requirement }: ChangeRequest): string => {
  if (requirement.reminderPeriod === null) throw new Error('nobody is to be reminded of this request');
  return requirement.reminderPeriod;
};

/**
 * Sends reminders and takes automatic actions. When they are due the read model says; whether they still are is decided
 * on the request itself, so that each due time is acted on once, however many replicas look at it and whatever the clocks
 * do. A reminder that nobody was left to get leaves no trace in the log, and is remembered here alone.
 */
@Injectable()
export class ActOnDueTimes implements ToDoList {
  readonly name = 'due-times';
  /** Of the directory is read who is to be reminded: while it is filled anew nobody would seem to be left. */
  readonly projections = [changeRequestsProjection.name, directoryProjection.name];
  private readonly passed = new Map<string, Passed>();

  constructor(
    managers: ProcessManagers,
    private readonly readModels: ReadModels,
    private readonly runner: DeciderRunner,
    private readonly requests: RequestWriter,
    private readonly views: RequestViews,
    private readonly reviewers: Reviewers,
    private readonly deployments: DeploymentWriter,
    private readonly clock: Clock,
  ) {
    managers.add(this);
  }

  due(now: Date): readonly Task[] {
    const until = now.getTime();
    const rows = this.rows('reminder_due', until);
    if (this.passed.size > rows.length) this.forgetAllBut(rows);
    const reminders = rows.filter(({ change_request_id, due }) => {
      const passed = this.passed.get(change_request_id);
      return passed?.due !== due || passed.next <= until;
    });
    return [
      ...this.rows('action_due', until).map((row) => this.task('action', row, () => this.act(row))),
      ...reminders.map((row) => this.task('reminder', row, () => this.remind(row))),
    ];
  }

  nextDue(now: Date): Date | null {
    const row = this.readModels.get<{ next: number | null }>(
      `SELECT min(next) AS next FROM (
         SELECT min(reminder_due) AS next FROM change_requests WHERE reminder_due > ?1
         UNION ALL SELECT min(action_due) FROM change_requests WHERE action_due > ?1)`,
      now.getTime(),
    );
    return row === undefined || row.next === null ? null : new Date(row.next);
  }

  private forgetAllBut(rows: readonly DueRow[]): void {
    const due = new Set(rows.map(({ change_request_id }) => change_request_id));
    for (const changeRequestId of this.passed.keys())
      if (!due.has(changeRequestId)) this.passed.delete(changeRequestId);
  }

  /** Policies that are switched off send no reminders; what they would have done by themselves is judged all the same. */
  private rows(column: 'reminder_due' | 'action_due', until: number): readonly DueRow[] {
    const policyIsOn =
      column === 'action_due'
        ? ''
        : 'AND policy_id IN (SELECT policy_id FROM timed_policies WHERE active = 1)';
    return this.readModels.all<DueRow>(
      `SELECT change_request_id, correlation_id, last_event, ${column} AS due FROM change_requests
       WHERE ${column} <= ? ${policyIsOn} ORDER BY ${column}`,
      until,
    );
  }

  private task(kind: string, { change_request_id, due }: DueRow, run: () => Promise<void>): Task {
    return { key: `${kind} ${change_request_id} ${due}`, run };
  }

  private context({ last_event, correlation_id }: DueRow): CommandContext {
    const cause = { eventId: last_event, correlationId: correlation_id };
    return systemContext(this.name, this.clock.now(), cause);
  }

  /** The policy that the request is held to, as it is now; `undefined` when it is gone, and its timers with it. */
  private async policyOf({ requirement }: ChangeRequest) {
    if (requirement.policy === null) return undefined;
    const stream = streamName('approvalPolicy', requirement.policy.policyId);
    const { state } = await this.runner.load(approvalPolicyDecider, stream);
    return state.phase === 'existing' ? state : undefined;
  }

  private async remind(row: DueRow): Promise<void> {
    const context = this.context(row);
    const found = await this.requests.find(row.change_request_id);
    if (found === undefined) return;
    const { request } = found;
    const { reminder: dueAt } = dueTimes(request, addPeriod);
    const policy = await this.policyOf(request);
    const now = Date.parse(context.now);
    if (dueAt === null || Date.parse(dueAt) > now || policy?.terms.active !== true) return;
    const recipients = this.reviewers.toRemind(request);
    if (recipients.length === 0) {
      this.pass(request, row.due, now);
      return;
    }
    // After a while with nobody left, the due time is the latest one that has come.
    const command = {
      type: 'SendReminder',
      anchor: reminderAnchor(request),
      dueAt: this.latestDue(request, now),
      recipients,
    } as const;
    await this.requests.write(request.changeRequestId, command, context);
    this.passed.delete(request.changeRequestId);
  }

  /** A due time that nobody is there for is itself what the next one is counted from. */
  private pass(request: ChangeRequest, due: number, now: number): void {
    const anchor = reminderAnchor(request);
    const next = Date.parse(addPeriod(this.latestDue(request, now), reminderPeriodOf(request)));
    this.passed.set(request.changeRequestId, { anchor, due, next });
  }

  private latestDue(request: ChangeRequest, now: number): string {
    const anchor = reminderAnchor(request);
    const period = reminderPeriodOf(request);
    return this.passed.get(request.changeRequestId)?.anchor === anchor
      ? latestPeriodEnd(anchor, period, now)
      : addPeriod(anchor, period);
  }

  private async act(row: DueRow): Promise<void> {
    const context = this.context(row);
    const found = await this.requests.find(row.change_request_id);
    if (found === undefined) return;
    const { request } = found;
    const { automaticAction: dueAt } = dueTimes(request, addPeriod);
    const policy = await this.policyOf(request);
    if (dueAt === null || Date.parse(dueAt) > Date.parse(context.now) || policy === undefined) return;
    const deployment = await this.deployments.load(request.entityId);
    const command = {
      type: 'TakeAutomaticAction',
      changeVersionId: request.changeVersionId,
      dueAt,
      // Who switches a policy off must not be surprised by it, however late the due time is seen.
      policyActive: policy.terms.active && wasActiveAt(policy, dueAt),
      diff: this.views.diff(request, deployment),
    } as const;
    await this.requests.write(request.changeRequestId, command, context);
  }
}
