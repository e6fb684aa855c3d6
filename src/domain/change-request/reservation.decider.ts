import type { Decider } from '../shared/decider.js';
import type { ChangeRequestReserved } from './change-request.events.js';
import { requestIsOpen } from './refusals.js';

export interface ReserveOpenRequest {
  readonly type: 'ReserveOpenRequest';
  readonly entityId: string;
  readonly action: ChangeRequestReserved['data']['action'];
  readonly changeRequestId: string;
  /** The holder that was found to be terminal, or never to be opened: the place may be taken over from this one alone. */
  readonly closedHolder: string | null;
}

export interface Reservation {
  /** Change request id of the last claim. */
  readonly holder: string | null;
}

/**
 * Stream `openChangeRequest-<entity id>.<action>`: makes the open request of an entity and action the only one.
 * Nothing is given back when a request ends; the next one takes over.
 */
export const reservationDecider: Decider<Reservation, ReserveOpenRequest, ChangeRequestReserved> = {
  name: 'openChangeRequest',
  initialState: { holder: null },
  decide: (command, { holder }) => {
    const { type: _type, closedHolder, ...claim } = command;
    if (holder === claim.changeRequestId) return [];
    if (holder !== null && holder !== closedHolder) throw requestIsOpen(holder);
    return [{ type: 'ChangeRequestReserved', data: { ...claim, takenOverFrom: holder } }];
  },
  evolve: (_, { data }) => ({ holder: data.changeRequestId }),
};
