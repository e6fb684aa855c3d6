import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Governance, policyBody } from '../support/governance-app.js';

let g: Governance;
beforeAll(async () => {
  g = await Governance.start();
});
afterAll(() => g.stop());

const DAY = 86_400;
const HIGH = { importance: 'HIGH' };
const timed = (more: {
  automatic?: string;
  period?: string;
  reminder?: string;
  active?: boolean;
  groups?: string[];
}) =>
  policyBody({
    name: 'timed',
    active: more.active ?? true,
    automaticAction: more.automatic ? { action: more.automatic, period: more.period ?? 'P2D' } : null,
    review: {
      groups: (more.groups ?? ['risk', 'legal']).map((id) => ({ id })),
      reminderPeriod: more.reminder ?? null,
    },
  });

const open = async (more: object = {}) => g.request(await g.deployment(), 'changeImportance', HIGH, more);

interface Told {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly occurredAt: string;
}

const told = async (id: string, type: string): Promise<readonly Told[]> => {
  const found: Told[] = [];
  for await (const event of g.app.store.readStream(`changeRequest-${id}`))
    if (event.type === type) found.push({ type, data: event.data, occurredAt: event.metadata.occurredAt });
  return found;
};

/** Waits until there are so many of them. */
const toldTimes = async (id: string, type: string, count: number): Promise<readonly Told[]> => {
  for (;;) {
    const found = await told(id, type);
    if (found.length >= count) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

/** A request of a policy of its own whose timer comes due now or later: when that was acted on, the others were looked at. */
const passed = async (): Promise<void> => {
  await g.under(
    {
      ...timed({ automatic: 'cancel', period: 'PT1S', groups: ['risk'] }),
      trigger: { entityType: 'deploymentStatus', intendedAction: { action: 'update' } },
    },
    async () => {
      const { id } = await g.request(await g.deployment(), 'changeStatus', { status: 'inactive' });
      g.clock.advance(1);
      await g.until(id as string, ({ status }) => status === 'cancelled');
    },
  );
};

describe('the automatic action', () => {
  it('cancels what is open when the period is over, as the system', async () => {
    await g.under(timed({ automatic: 'cancel' }), async () => {
      const { id } = await open();
      g.clock.advance(2 * DAY - 10);
      await passed();
      expect(await g.get(id as string)).toMatchObject({ status: 'pending' });
      g.clock.advance(10);
      expect(await g.until(id as string, ({ status }) => status === 'cancelled')).toMatchObject({
        statusChangedAt: null,
        statusChangedBy: null,
        processedAt: expect.any(String),
      });
      const [acted] = await told(id as string, 'PolicyAutoActioned');
      expect(acted?.data).toMatchObject({ automaticAction: { action: 'cancel', period: 'P2D' } });
    });
  });

  it('cancels an approved one that nobody applied', async () => {
    await g.under(timed({ automatic: 'cancel', groups: ['risk'] }), async () => {
      const request = await open();
      await g.review('rita', request, 'approved');
      g.clock.advance(2 * DAY);
      await g.until(request.id as string, ({ status }) => status === 'cancelled');
    });
  });

  it('approves in place of all that is missing, and applies where that was asked', async () => {
    await g.under(timed({ automatic: 'approve' }), async () => {
      const [waiting, applying] = [await open(), await open({ autoApply: true })];
      g.clock.advance(2 * DAY);
      expect(await g.until(waiting.id as string, ({ status }) => status === 'approved')).toMatchObject({
        statusChangedAt: null,
        statusChangedBy: null,
      });
      expect(await g.resolved(applying.id as string)).toMatchObject({ statusChangedBy: null });
    });
  });

  it('does not override a negative review, but stands in once that is lifted', async () => {
    await g.under(timed({ automatic: 'approve' }), async () => {
      const request = await open();
      await g.review('rita', request, 'changesRequested');
      g.clock.advance(2 * DAY);
      await toldTimes(request.id as string, 'PolicyAutoActioned', 1);
      expect(await g.get(request.id as string)).toMatchObject({
        status: 'changesRequested',
        statusChangedBy: 'rita',
      });
      await g.review('rita', request, 'approved');
      expect(await g.get(request.id as string)).toMatchObject({ status: 'approved' });
    });
  });

  it('is judged once: a version made after it needs its own approvals', async () => {
    await g.under(timed({ automatic: 'approve' }), async () => {
      const request = await open();
      g.clock.advance(2 * DAY);
      await g.until(request.id as string, ({ status }) => status === 'approved');
      const path = `changeRequests/${request.id}/`;
      const revised = await g.call('owner', 'PATCH', path, { change: { importance: 'LOW' } });
      expect(revised.json).toMatchObject({ status: 'pending' });
      g.clock.advance(9 * DAY);
      await passed();
      expect(await g.get(request.id as string)).toMatchObject({ status: 'pending' });
      expect(await told(request.id as string, 'PolicyAutoActioned')).toHaveLength(1);
    });
  });

  it('counts from the creation, whatever is changed later', async () => {
    await g.under(timed({ automatic: 'cancel' }), async () => {
      const request = await open();
      g.clock.advance(2 * DAY - 10);
      await g.call('owner', 'PATCH', `changeRequests/${request.id}/`, { change: { importance: 'LOW' } });
      g.clock.advance(10);
      await g.until(request.id as string, ({ status }) => status === 'cancelled');
    });
  });

  it('passes unused while the policy is switched off, for good', async () => {
    await g.under(timed({ automatic: 'cancel' }), async (policyId) => {
      const { id } = await open();
      const set = (active: boolean) =>
        g.call('admin', 'PUT', `approvalPolicies/${policyId}/`, timed({ automatic: 'cancel', active }));
      await set(false);
      g.clock.advance(2 * DAY);
      await passed();
      expect((await set(true)).status).toBe(200);
      await passed();
      expect(await g.get(id as string)).toMatchObject({ status: 'pending', numApprovalsRequired: 2 });
    });
  });

  it('stops with the policy', async () => {
    let id = '';
    await g.under(timed({ automatic: 'cancel', reminder: 'P1D' }), async () => {
      id = (await open()).id as string;
    });
    g.clock.advance(9 * DAY);
    await passed();
    expect(await g.get(id)).toMatchObject({ status: 'pending' });
    expect(await told(id, 'ReviewReminderSent')).toEqual([]);
  });
});

describe('reminders', () => {
  const recipients = ({ data }: Told | undefined = { type: '', data: {}, occurredAt: '' }) =>
    data['recipients'];

  it('go to those who have not given a verdict, again and again, until it is approved', async () => {
    await g.under(timed({ reminder: 'P1D' }), async () => {
      const request = await open();
      const id = request.id as string;
      g.clock.advance(DAY);
      const [first] = await toldTimes(id, 'ReviewReminderSent', 1);
      expect(recipients(first)).toEqual(['both', 'lea', 'rita', 'ron']);
      await g.review('rita', request, 'approved');
      await g.review('lea', request, 'commented');
      g.clock.advance(DAY);
      expect(recipients((await toldTimes(id, 'ReviewReminderSent', 2))[1])).toEqual(['both', 'lea', 'ron']);
      await g.review('lea', request, 'changesRequested');
      g.clock.advance(DAY);
      expect(recipients((await toldTimes(id, 'ReviewReminderSent', 3))[2])).toEqual(['both', 'ron']);
      await g.review('lea', request, 'approved');
      g.clock.advance(5 * DAY);
      await passed();
      expect(await told(id, 'ReviewReminderSent')).toHaveLength(3);
    });
  });

  it('come once after a long pause, and count anew from then', async () => {
    await g.under(timed({ reminder: 'P1D' }), async () => {
      const { id } = await open();
      g.clock.advance(10 * DAY);
      const [late] = await toldTimes(id as string, 'ReviewReminderSent', 1);
      await passed();
      expect(await told(id as string, 'ReviewReminderSent')).toHaveLength(1);
      const { items } = (await g.native('GET', `change-requests/${id}/schedule`)).json;
      const due = new Date(Date.parse(late?.occurredAt ?? '') + DAY * 1000).toISOString();
      expect(items).toEqual([{ kind: 'reminder', action: null, dueAt: due }]);
    });
  });

  it('are not for the requester, and not said when nobody is left', async () => {
    await g.native('PUT', 'groups/only', { name: 'Only one' });
    await g.native('PUT', 'users/owner', { username: 'owner', email: 'owner@example.com', groups: ['only'] });
    await g.under(timed({ reminder: 'P1D', groups: ['only'] }), async () => {
      const { id, createdAt } = await open();
      g.clock.advance(3 * DAY);
      await passed();
      expect(await told(id as string, 'ReviewReminderSent')).toEqual([]);
      const { items, unsatisfiable } = (await g.native('GET', `change-requests/${id}/schedule`)).json;
      expect(unsatisfiable).toEqual([{ groupId: 'only', name: 'Only one' }]);
      // The third one has passed like those before.
      const dueAt = new Date(Date.parse(createdAt as string) + 4 * DAY * 1000).toISOString();
      expect(items).toEqual([{ kind: 'reminder', action: null, dueAt }]);
    });
    await g.native('PUT', 'users/owner', { username: 'owner', email: 'owner@example.com' });
  });

  it('wait while the policy is switched off', async () => {
    await g.under(timed({ reminder: 'P1D' }), async (policyId) => {
      const { id } = await open();
      const set = (active: boolean) =>
        g.call('admin', 'PUT', `approvalPolicies/${policyId}/`, timed({ reminder: 'P1D', active }));
      await set(false);
      g.clock.advance(3 * DAY);
      await passed();
      expect(await told(id as string, 'ReviewReminderSent')).toEqual([]);
      await set(true);
      await toldTimes(id as string, 'ReviewReminderSent', 1);
    });
  });

  it('are sent once, also by a service that was started again', async () => {
    await g.under(timed({ reminder: 'P1D' }), async () => {
      const { id } = await open();
      g.clock.advance(DAY);
      await toldTimes(id as string, 'ReviewReminderSent', 1);
      await g.app.restart();
      await passed();
      expect(await told(id as string, 'ReviewReminderSent')).toHaveLength(1);
    });
  });
});
