import type { Decider } from '../../domain/shared/decider.js';
import type { RequestAnswered } from '../../domain/shared/request.events.js';

/** The first answer, once there is one. */
export type AnsweredRequest = RequestAnswered['data'] | null;

/** A request is answered once; whoever answers it again finds the first answer as the state. */
export const requestDecider: Decider<AnsweredRequest, RequestAnswered['data'], RequestAnswered> = {
  name: 'request',
  initialState: null,
  decide: (answer, first) => (first === null ? [{ type: 'RequestAnswered', data: answer }] : []),
  evolve: (_first, { data }) => data,
};
