import { describe, it } from '@jest/globals';
import { deciderSpec } from '../../../test/support/decider-spec.js';
import { consumerDecider } from './consumer.decider.js';
import type { ConsumerEvent } from './consumer.events.js';

const given = deciderSpec(consumerDecider);
const stored = (before: string | null, after: string): ConsumerEvent => ({
  type: 'ConsumerPositionStored',
  data: { name: 'siem', before, after },
});
const removed = (position: string): ConsumerEvent => ({
  type: 'ConsumerRemoved',
  data: { name: 'siem', position },
});
const store = (position: string) => ({ type: 'StoreConsumerPosition', name: 'siem', position }) as const;
const remove = { type: 'RemoveConsumer', name: 'siem' } as const;

describe("a consumer's position", () => {
  it('is stored for the first time', () => given().when(store('7')).then(stored(null, '7')));
  it('moves on', () => given(stored(null, '7')).when(store('9')).then(stored('7', '9')));
  it('is set back', () => given(stored(null, '7')).when(store('3')).then(stored('7', '3')));
  it('that is stored already changes nothing', () =>
    given(stored(null, '3'), stored('3', '7')).when(store('7')).thenNothing());
  it('is removed', () => given(stored(null, '7')).when(remove).then(removed('7')));
  it('begins anew after its removal', () =>
    given(stored(null, '7'), removed('7')).when(store('7')).then(stored(null, '7')));
  it.each([[[]], [[stored(null, '7'), removed('7')]]])('can not be removed when none is stored', (history) =>
    given(...history)
      .when(remove)
      .thenRejects('consumer-not-found'),
  );
});
