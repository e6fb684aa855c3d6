import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '../../domain/shared/domain-error.js';
import {
  ForbiddenTarget,
  hostOf,
  requireAllowed,
  requireAllowedHost,
  type Resolve,
} from './sending/target.js';

/** A name that is not found in time is looked up again whenever something is sent. */
const LOOK_UP_MS = 2_000;

const notAllowed = (message: string): DomainError =>
  new DomainError('invalid', 'target-not-allowed', message);

/**
 * What a webhook may be sent to, as far as it can be told beforehand: https, and nothing inside the own network. A name
 * that can't be looked up now is taken; what it leads to is checked again each time that it is connected to.
 * @throws DomainError `target-malformed`, `target-not-allowed`
 */
export const requireTarget = async (url: string, allowPrivate: boolean, resolve: Resolve): Promise<void> => {
  if (!URL.canParse(url)) throw new DomainError('invalid', 'target-malformed', 'The url is no absolute URL');
  const target = new URL(url);
  if (target.username !== '' || target.password !== '')
    throw notAllowed('A url must not hold a user or a password: receivers know us by our signature');
  if (target.hash !== '') throw notAllowed('A url must not hold a fragment: it would never be sent');
  if (target.protocol !== 'https:' && !(allowPrivate && target.protocol === 'http:'))
    throw notAllowed(
      allowPrivate
        ? 'A url must begin with https:// or http://'
        : 'A url must begin with https:// (http:// only with WEBHOOK_ALLOW_PRIVATE_TARGETS=true)',
    );
  if (allowPrivate) return;
  try {
    const host = hostOf(target);
    requireAllowedHost(host);
    const addresses = await Promise.race([
      resolve(host).catch(() => undefined),
      sleep(LOOK_UP_MS, undefined, { ref: false }),
    ]);
    if (addresses !== undefined) requireAllowed(host, addresses);
  } catch (error) {
    if (!(error instanceof ForbiddenTarget)) throw error;
    throw notAllowed(
      `${error.message}: loopback, private, link-local and reserved addresses are refused unless WEBHOOK_ALLOW_PRIVATE_TARGETS=true`,
    );
  }
};
