import { describe, expect, it } from '@jest/globals';
import { deciderSpec, GIVEN_AT } from '../../../test/support/decider-spec.js';
import { artifactNumberDecider } from './artifact-number.decider.js';
import { artifactDecider } from './artifact.decider.js';
import type { ArtifactEvent, ArtifactFacts } from './artifact.events.js';

const given = deciderSpec(artifactDecider);
const names = { kind: 'model', artifactId: 'm-1' } as const;
const facts: ArtifactFacts = { name: 'Churn', version: '3', workspaceId: null, modelGroupId: null };
const registered: ArtifactEvent = { type: 'ArtifactRegistered', data: { ...names, ...facts, number: 7 } };
const withdrawn: ArtifactEvent = { type: 'ArtifactWithdrawn', data: { ...names, name: 'Churn' } };
const record = (more: Partial<ArtifactFacts> = {}, number: number | null = 8) =>
  ({ type: 'RecordArtifact', ...names, facts: { ...facts, ...more }, number }) as const;

describe('an artifact', () => {
  it('is registered with the number drawn for it', () =>
    given()
      .when(record())
      .then({ type: 'ArtifactRegistered', data: { ...names, ...facts, number: 8 } }));

  it('is recorded once: equal facts change nothing, and its number stays', () =>
    given(registered).when(record()).thenNothing());

  it.each<[string, Partial<ArtifactFacts>]>([
    ['name', { name: 'Churn 2' }],
    ['version', { version: null }],
    ['workspace', { workspaceId: 4 }],
    ['model group', { modelGroupId: 'g-1' }],
  ])('is changed in its %s, before and after in one event', (_, change) =>
    given(registered)
      .when(record(change))
      .then({ type: 'ArtifactChanged', data: { ...names, before: facts, after: { ...facts, ...change } } }),
  );

  it('keeps its number and its birth through changes', () => {
    const after = { ...facts, name: 'Churn 2' };
    const changed = {
      type: 'ArtifactChanged',
      data: { ...names, before: facts, after },
      occurredAt: '2026-02-02T00:00:00.000Z',
    } as const;
    expect(given(registered, changed).state()).toEqual({
      ...after,
      number: 7,
      createdAt: GIVEN_AT,
      updatedAt: '2026-02-02T00:00:00.000Z',
    });
  });

  it('is withdrawn once', () => {
    given(registered)
      .when({ type: 'WithdrawArtifact', ...names })
      .then(withdrawn);
    given(registered, withdrawn)
      .when({ type: 'WithdrawArtifact', ...names })
      .thenRejects('artifact-not-found');
    given()
      .when({ type: 'WithdrawArtifact', ...names })
      .thenRejects('artifact-not-found');
  });

  it('comes back after its withdrawal as a new one, with a new number', () =>
    given(registered, withdrawn)
      .when(record({}, 9))
      .then({ type: 'ArtifactRegistered', data: { ...names, ...facts, number: 9 } }));
});

describe('the numbers of a kind', () => {
  const numbers = deciderSpec(artifactNumberDecider);
  const drawn = (number: number) => ({ type: 'ArtifactNumberDrawn', data: { ...names, number } }) as const;
  const draw = { type: 'DrawArtifactNumber', ...names } as const;

  it('begin with 1', () => numbers().when(draw).then(drawn(1)));
  it('go on after the last one given out', () => numbers(drawn(1), drawn(2)).when(draw).then(drawn(3)));
});
