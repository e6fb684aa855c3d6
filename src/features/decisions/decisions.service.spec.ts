import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  Authenticator,
  CredentialRefused,
  IdentityUnavailable,
  TooManyFailures,
  type CredentialFailure,
} from '../../platform/auth/authenticator.js';
import type { Principal } from '../../platform/auth/principal.js';
import { Clock } from '../../platform/clock/clock.js';
import { HttpProblem } from '../../platform/http/problem.js';
import type { ReadModels } from '../../projections/projection.js';
import type { DeploymentDirectory, DeploymentEntry } from '../deployments/index.js';
import type { DenyingGroup, ModelGroupAccess } from '../model-groups/index.js';
import { DecisionJournal } from './decision-journal.js';
import type { Action, Decision, Question } from './decision.js';
import { Decisions } from './decisions.service.js';

const NOW = new Date('2026-01-02T03:04:05.678Z');
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const deployment: DeploymentEntry = {
  deploymentId: 'd1',
  model: 'churn',
  name: 'prod',
  type: 'online',
  status: 'active',
  owner: 'olga',
  ownerId: 'u-olga',
  allowedRoles: ['nx1_engineer', 'nx1_ask'],
  revision: 7n,
  label: 'prod',
  importance: 'MODERATE',
  approvalStatus: 'APPROVED',
  modelId: null,
  modelPackageId: null,
  secondaryDatasetsConfigId: null,
};

const principal = (over: Partial<Principal>): Principal => ({
  kind: 'user',
  userId: 'u-alice',
  username: 'alice',
  verifiedEmail: null,
  roles: [],
  isAdmin: false,
  isApprovalAdmin: false,
  credentialType: 'user_psk',
  email: null,
  displayName: null,
  realmRoles: [],
  clientRoles: {},
  groups: [],
  backendRoles: [],
  scopes: [],
  clientId: null,
  sessionId: null,
  credentialId: 'psk-1',
  ...over,
});

const PRINCIPALS = {
  platform: principal({
    kind: 'platform',
    userId: null,
    username: null,
    credentialType: 'platform_psk',
    credentialId: '0a1b2c3d',
  }),
  engineer: principal({ roles: ['nx1_ask', 'other', 'nx1_engineer'] }),
  stranger: principal({ roles: ['other'] }),
  ownerToken: principal({ userId: 'u-olga', username: 'olga', credentialType: 'jwt', credentialId: 'jti-1' }),
  engineerToken: principal({ roles: ['nx1_ask'], credentialType: 'jwt' }),
  adminToken: principal({ isAdmin: true, credentialType: 'jwt' }),
  strangerToken: principal({ credentialType: 'jwt' }),
} as const;
type Who = keyof typeof PRINCIPALS;

class FakeAuthenticator extends Authenticator {
  outcome: Principal | Error | undefined;
  readonly addresses: string[] = [];

  authenticate(): Promise<Principal> {
    return Promise.reject(new Error('decisions are about principals that were verified before'));
  }

  async verify(_credential: string, address: string): Promise<Principal> {
    this.addresses.push(address);
    if (this.outcome === undefined || this.outcome instanceof Error) throw this.outcome;
    return this.outcome;
  }

  async user(): Promise<Principal | undefined> {
    if (this.outcome instanceof Error) throw this.outcome;
    return this.outcome;
  }
}

class Journal extends DecisionJournal {
  readonly entries: [Decision, Action | null][] = [];

  record(...entry: [Decision, Action | null]): void {
    this.entries.push(entry);
  }
}

let known: DeploymentEntry | undefined;
/** Read models that may be behind. */
let outdated: readonly string[];
let denying: DenyingGroup | undefined;
let authenticator: FakeAuthenticator;
let journal: Journal;
let decisions: Decisions;

beforeEach(() => {
  known = deployment;
  outdated = [];
  denying = undefined;
  authenticator = new FakeAuthenticator();
  journal = new Journal();
  decisions = new Decisions(
    authenticator,
    {
      find: (model: string, name: string) =>
        model === known?.model && name === known.name ? known : undefined,
      byId: (id: string) => (id === known?.deploymentId ? known : undefined),
    } as unknown as DeploymentDirectory,
    { denial: () => denying } as unknown as ModelGroupAccess,
    {
      trustworthy: (...names: string[]) => !names.some((name) => outdated.includes(name)),
    } as unknown as ReadModels,
    new (class extends Clock {
      now = (): Date => NOW;
    })(),
    journal,
  );
});

const PROD = { model: 'churn', deployment: 'prod' };
const ask = (action: Action, resource: Question['resource'] = PROD): Question => ({ action, resource });

describe('who may do what', () => {
  it.each<[Who, Action, Partial<DeploymentEntry> | undefined, boolean, Decision['reason'], string[]]>([
    // allowed
    ['platform', 'invoke', {}, true, 'platform_psk', []],
    ['platform', 'invoke', { allowedRoles: null }, true, 'platform_psk', []],
    ['platform', 'manage', { allowedRoles: [], status: 'archived' }, true, 'platform_psk', []],
    ['engineer', 'invoke', {}, true, 'role_match', ['nx1_engineer', 'nx1_ask']],
    [
      'engineer',
      'manage',
      { type: 'batch', status: 'stopped' },
      true,
      'role_match',
      ['nx1_engineer', 'nx1_ask'],
    ],
    ['ownerToken', 'manage', { allowedRoles: null }, true, 'owner', []],
    ['adminToken', 'manage', { allowedRoles: [] }, true, 'admin', []],
    ['engineerToken', 'manage', {}, true, 'role_match', ['nx1_ask']],
    // denied
    ['ownerToken', 'invoke', {}, false, 'credential_type_not_accepted', []],
    ['adminToken', 'invoke', undefined, false, 'credential_type_not_accepted', []],
    ['platform', 'invoke', undefined, false, 'deployment_not_found', []],
    ['adminToken', 'manage', undefined, false, 'deployment_not_found', []],
    ['platform', 'invoke', { type: 'batch', status: 'stopped' }, false, 'not_online', []],
    ['platform', 'invoke', { status: 'stopped' }, false, 'deployment_not_active', []],
    ['stranger', 'invoke', { status: 'failed', allowedRoles: [] }, false, 'deployment_not_active', []],
    ['stranger', 'invoke', { allowedRoles: null }, false, 'no_roles_configured', []],
    ['engineer', 'manage', { allowedRoles: [] }, false, 'no_roles_configured', []],
    ['stranger', 'invoke', {}, false, 'role_missing', []],
    ['stranger', 'manage', {}, false, 'role_missing', []],
    ['strangerToken', 'manage', {}, false, 'role_missing', []],
  ])('%s, %s, %j: %s %s', (who, action, changes, allowed, reason, matchedRoles) => {
    known = changes && { ...deployment, ...changes };
    const decision = decisions.decide(PRINCIPALS[who], ask(action));
    expect(decision).toMatchObject({ allowed, reason, matchedRoles });
  });

  it('says all there is to say, once to the caller and once to the journal', () => {
    const decision = decisions.decide(PRINCIPALS.engineer, ask('invoke'));
    expect(decision).toStrictEqual({
      allowed: true,
      reason: 'role_match',
      matchedRoles: ['nx1_engineer', 'nx1_ask'],
      subject: { kind: 'user_psk', userId: 'u-alice', username: 'alice', pskId: 'psk-1' },
      resource: { deploymentId: 'd1', status: 'active', type: 'online', revision: 7n },
      modelGroup: null,
      decisionId: expect.stringMatching(UUID),
      evaluatedAt: '2026-01-02T03:04:05.678Z',
      cacheTtlSeconds: 5,
    });
    expect(journal.entries).toStrictEqual([[decision, 'invoke']]);
  });

  it('denies whom a group of the model keeps out, and says which, once all else would let him pass', () => {
    denying = { modelGroupId: 'g1', name: 'fraud scoring', access: 'restricted' };
    for (const [who, action] of [
      ['engineer', 'invoke'],
      ['ownerToken', 'manage'],
    ] as const)
      expect(decisions.decide(PRINCIPALS[who], ask(action))).toMatchObject({
        allowed: false,
        reason: 'model_group_denied',
        matchedRoles: [],
        modelGroup: denying,
        cacheTtlSeconds: 0,
      });
    expect(decisions.decide(PRINCIPALS.stranger, ask('invoke'))).toMatchObject({
      reason: 'role_missing',
      modelGroup: null,
    });
  });

  it('lets nobody keep a denial', () => {
    expect(decisions.decide(PRINCIPALS.stranger, ask('invoke')).cacheTtlSeconds).toBe(0);
  });

  it('names no key where a token was shown', () => {
    const { subject } = decisions.decide(PRINCIPALS.ownerToken, ask('manage'));
    expect(subject).toStrictEqual({ kind: 'jwt', userId: 'u-olga', username: 'olga', pskId: null });
  });

  it('takes the deployment by its id as well', () => {
    expect(decisions.decide(PRINCIPALS.engineer, ask('invoke', { deploymentId: 'd1' })).reason).toBe(
      'role_match',
    );
    expect(decisions.decide(PRINCIPALS.engineer, ask('invoke', { deploymentId: 'd2' })).reason).toBe(
      'deployment_not_found',
    );
  });

  it('refuses a path that is not safe to read, even to the platform', () => {
    const decision = decisions.decide(PRINCIPALS.platform, 'bad_path');
    expect(decision).toMatchObject({ allowed: false, reason: 'bad_path', resource: null });
    expect(decision.subject?.kind).toBe('platform_psk');
  });

  it('decides anew each time', () => {
    expect(decisions.decide(PRINCIPALS.engineer, ask('invoke')).allowed).toBe(true);
    known = { ...deployment, allowedRoles: [] };
    expect(decisions.decide(PRINCIPALS.engineer, ask('invoke')).allowed).toBe(false);
  });
});

describe.each(['deployments', 'model_groups'])('when the read model %s may be out of date', (name) => {
  beforeEach(() => {
    outdated = [name];
  });

  it.each(['platform', 'engineer', 'ownerToken'] as const)('nobody is told anything: %s', (who) => {
    const decide = (): unknown => decisions.decide(PRINCIPALS[who], ask('manage'));
    expect(decide).toThrow(HttpProblem);
    expect(decide).toThrow('What is known of deployments may be out of date');
    expect(journal.entries).toStrictEqual([]);
  });

  it('a refused credential stays refused', () => {
    expect(decisions.refuse('revoked_credential').reason).toBe('revoked_credential');
  });
});

describe('about a credential that was presented elsewhere', () => {
  const subject = { type: 'credential', value: 'gpu_secret' } as const;
  const via = '10.0.0.1';

  it('decides about whom it belongs to', async () => {
    authenticator.outcome = PRINCIPALS.engineer;
    const decision = await decisions.decideAbout(subject, ask('invoke'), { ip: '192.0.2.7', via });
    expect(decision).toMatchObject({ allowed: true, reason: 'role_match', subject: { kind: 'user_psk' } });
  });

  it.each<CredentialFailure>([
    'invalid_credential',
    'revoked_credential',
    'expired_credential',
    'user_disabled',
  ])('%s is a denial that looks at nothing', async (failure) => {
    authenticator.outcome = new CredentialRefused(failure, 'psk', 'why');
    const decision = await decisions.decideAbout(subject, ask('invoke'), { ip: undefined, via });
    expect(decision).toMatchObject({ allowed: false, reason: failure, subject: null, resource: null });
  });

  it('counts wrong keys where they were presented, never against the service that asks', async () => {
    authenticator.outcome = PRINCIPALS.engineer;
    await decisions.decideAbout(subject, ask('invoke'), { ip: '192.0.2.7', via });
    await decisions.decideAbout(subject, ask('invoke'), { ip: undefined, via });
    expect(authenticator.addresses).toStrictEqual(['192.0.2.7', 'presented to 10.0.0.1']);
  });

  it.each([new TooManyFailures(60), new IdentityUnavailable('no keys')])(
    'is not a denial: %s',
    async (outage) => {
      authenticator.outcome = outage;
      await expect(decisions.decideAbout(subject, ask('invoke'), { ip: undefined, via })).rejects.toBe(
        outage,
      );
      expect(journal.entries).toStrictEqual([]);
    },
  );
});

describe('about a person', () => {
  const olga = { type: 'user', id: 'u-olga' } as const;
  const presented = { ip: undefined, via: '10.0.0.1' };

  it('invokes with a key: being the owner does not help', async () => {
    authenticator.outcome = principal({ userId: 'u-olga', username: 'olga' });
    const decision = await decisions.decideAbout(olga, ask('invoke'), presented);
    expect(decision).toMatchObject({ allowed: false, reason: 'role_missing' });
    expect(decision.subject).toStrictEqual({ kind: 'user', userId: 'u-olga', username: 'olga', pskId: null });
  });

  it('invokes by role', async () => {
    authenticator.outcome = principal({ roles: ['nx1_ask'] });
    expect((await decisions.decideAbout(olga, ask('invoke'), presented)).reason).toBe('role_match');
  });

  it('manages with a token: the owner may, whatever the list says', async () => {
    known = { ...deployment, allowedRoles: [] };
    authenticator.outcome = principal({ userId: 'u-olga', username: 'olga' });
    expect((await decisions.decideAbout(olga, ask('manage'), presented)).reason).toBe('owner');
  });

  it('is denied when nobody has that id, and when he was disabled', async () => {
    authenticator.outcome = undefined;
    expect((await decisions.decideAbout(olga, ask('invoke'), presented)).reason).toBe('invalid_credential');
    authenticator.outcome = new CredentialRefused('user_disabled', 'none', 'disabled');
    expect((await decisions.decideAbout(olga, ask('invoke'), presented)).reason).toBe('user_disabled');
  });
});
