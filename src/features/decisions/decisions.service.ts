import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { mayInvoke, mayManage, type AccessRule } from '../../domain/deployment/access.js';
import {
  Authenticator,
  CredentialRefused,
  type CredentialFailure,
} from '../../platform/auth/authenticator.js';
import type { Principal } from '../../platform/auth/principal.js';
import { Clock } from '../../platform/clock/clock.js';
import { HttpProblem } from '../../platform/http/problem.js';
import { ReadModels } from '../../projections/projection.js';
import { DeploymentDirectory, deploymentsProjection, type DeploymentEntry } from '../deployments/index.js';
import { ModelGroupAccess, modelGroupsProjection, type DenyingGroup } from '../model-groups/index.js';
import {
  ALLOW_TTL_SECONDS,
  type Action,
  type DecidedResource,
  type DecidedSubject,
  type Decision,
  type DeploymentReference,
  type Presented,
  type Question,
  type Reason,
  type Subject,
} from './decision.js';
import { DecisionJournal } from './decision-journal.js';

const RULES: Readonly<Record<Action, AccessRule>> = { invoke: mayInvoke, manage: mayManage };

interface Verdict {
  readonly allowed: boolean;
  readonly reason: Reason;
  readonly matchedRoles: readonly string[];
  readonly modelGroup?: DenyingGroup | null;
}

/**
 * Wrong keys are counted where they were presented. When the service that asks doesn't say where, they count together, but
 * apart from the wrong keys that it may send on its own account.
 */
const addressOf = ({ ip, via }: Presented): string => ip ?? `presented to ${via}`;

const deny = (reason: Reason): Verdict => ({ allowed: false, reason, matchedRoles: [] });

const bearer = ({ credentialType, userId, username, credentialId }: Principal): DecidedSubject => ({
  kind: credentialType,
  userId,
  username,
  pskId: credentialType === 'jwt' ? null : credentialId,
});

const touched = ({ deploymentId, status, type, revision }: DeploymentEntry): DecidedResource => ({
  deploymentId,
  status,
  type,
  revision,
});

/** Who may do what to a deployment, answered from memory; every answer is logged and counted. */
@Injectable()
export class Decisions {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly deployments: DeploymentDirectory,
    private readonly modelGroups: ModelGroupAccess,
    private readonly readModels: ReadModels,
    private readonly clock: Clock,
    private readonly journal: DecisionJournal,
  ) {}

  /**
   * About a verified caller. `bad_path`: what he asks for can't be read safely.
   * @throws HttpProblem 503 when the deployments known here may be out of date: better no answer than an old allow
   */
  decide(principal: Principal, question: Question | 'bad_path'): Decision {
    return this.judge(principal, bearer(principal), question);
  }

  /** About a caller whose credential identifies nobody; what he asked for is not looked at. */
  refuse(failure: CredentialFailure): Decision {
    return this.conclude(deny(failure), null, null, null);
  }

  /**
   * About somebody else, for a service that asks.
   * @throws what {@link decide} and {@link Authenticator.verify} throw, but for refused credentials: those are denials
   */
  async decideAbout(subject: Subject, question: Question, presented: Presented): Promise<Decision> {
    try {
      if (subject.type === 'credential') {
        return this.decide(await this.authenticator.verify(subject.value, addressOf(presented)), question);
      }
      const user = await this.authenticator.user(subject.id);
      if (user === undefined) return this.refuse('invalid_credential');
      const { userId, username } = user;
      const credentialType = question.action === 'invoke' ? 'user_psk' : 'jwt';
      return this.judge(
        { ...user, credentialType },
        { kind: 'user', userId, username, pskId: null },
        question,
      );
    } catch (error) {
      if (error instanceof CredentialRefused) return this.refuse(error.failure);
      throw error;
    }
  }

  private judge(principal: Principal, subject: DecidedSubject, question: Question | 'bad_path'): Decision {
    if (question === 'bad_path') return this.conclude(deny('bad_path'), subject, null, null);
    if (!this.readModels.trustworthy(deploymentsProjection.name, modelGroupsProjection.name)) {
      throw new HttpProblem(503, 'cannot-decide', 'What is known of deployments may be out of date', {
        headers: { 'retry-after': '1' },
      });
    }
    const deployment = this.find(question.resource);
    const verdict = this.verdict(principal, question.action, deployment);
    return this.conclude(
      verdict,
      subject,
      deployment === undefined ? null : touched(deployment),
      question.action,
    );
  }

  /** Who has the right on a deployment must also be let through by the groups of its model. */
  private verdict(principal: Principal, action: Action, deployment: DeploymentEntry | undefined): Verdict {
    const verdict = RULES[action](principal, deployment);
    if (!verdict.allowed || deployment === undefined) return verdict;
    const modelGroup = this.modelGroups.denial(principal, deployment);
    return modelGroup === undefined ? verdict : { ...deny('model_group_denied'), modelGroup };
  }

  private find(reference: DeploymentReference): DeploymentEntry | undefined {
    return 'deploymentId' in reference
      ? this.deployments.byId(reference.deploymentId)
      : this.deployments.find(reference.model, reference.deployment);
  }

  private conclude(
    { allowed, reason, matchedRoles, modelGroup = null }: Verdict,
    subject: DecidedSubject | null,
    resource: DecidedResource | null,
    action: Action | null,
  ): Decision {
    const decision = {
      allowed,
      reason,
      matchedRoles,
      subject,
      resource,
      modelGroup,
      decisionId: randomUUID(),
      evaluatedAt: this.clock.now().toISOString(),
      cacheTtlSeconds: allowed ? ALLOW_TTL_SECONDS : 0,
    };
    this.journal.record(decision, action);
    return decision;
  }
}
