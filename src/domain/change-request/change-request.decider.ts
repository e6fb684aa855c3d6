import type { Decider } from '../shared/decider.js';
import { conclude, resolve, type ConcludeApplication, type ResolveRequest } from './applying.js';
import { cancel, cancelOrphan, type CancelOrphan, type CancelRequest } from './cancelling.js';
import type { ChangeRequestEvent } from './change-request.events.js';
import { evolve } from './change-request.evolve.js';
import { initialState, isOpened, type ChangeRequestState } from './change-request.state.js';
import { abandonOpening, open, type AbandonOpening, type OpenRequest } from './opening.js';
import { submitReview, type SubmitReview } from './reviewing.js';
import { revise, type ReviseRequest } from './revising.js';
import { sendReminder, takeAutomaticAction, type SendReminder, type TakeAutomaticAction } from './timers.js';

export type ChangeRequestCommand =
  | OpenRequest
  | AbandonOpening
  | ReviseRequest
  | SubmitReview
  | ResolveRequest
  | ConcludeApplication
  | CancelRequest
  | CancelOrphan
  | SendReminder
  | TakeAutomaticAction;

const decide = (command: ChangeRequestCommand, state: ChangeRequestState): readonly ChangeRequestEvent[] => {
  if (command.type === 'OpenRequest') return open(command, state);
  if (command.type === 'AbandonOpening') return abandonOpening(command, state);
  if (!isOpened(state)) throw new Error('this request was never opened');
  switch (command.type) {
    case 'ReviseRequest':
      return revise(command, state);
    case 'SubmitReview':
      return submitReview(command, state);
    case 'ResolveRequest':
      return resolve(command, state);
    case 'ConcludeApplication':
      return conclude(command, state);
    case 'CancelRequest':
      return cancel(command, state);
    case 'CancelOrphan':
      return cancelOrphan(command, state);
    case 'SendReminder':
      return sendReminder(command, state);
    case 'TakeAutomaticAction':
      return takeAutomaticAction(command, state);
  }
};

/** Stream `changeRequest-<changeRequestId>`. Who may see the request is asked before. */
export const changeRequestDecider: Decider<ChangeRequestState, ChangeRequestCommand, ChangeRequestEvent> = {
  name: 'changeRequest',
  initialState,
  decide,
  evolve,
};
