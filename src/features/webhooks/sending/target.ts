import { lookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isForbidden } from './forbidden-addresses.js';

/** Why a receiver is not connected to. */
export class ForbiddenTarget extends Error {
  override readonly name = 'ForbiddenTarget';
  readonly code = 'FORBIDDEN_TARGET';
}

/** All addresses of a host name. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

/** As every program of this machine resolves names, its hosts file included. */
export const systemResolve: Resolve = (hostname) =>
  new Promise((resolve, reject) => {
    lookup(hostname, { all: true, verbatim: true }, (error, addresses) => {
      if (error === null) resolve(addresses);
      else reject(error);
    });
  });

/** Without the brackets of an IPv6 address and the dot that ends a full name. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');

const refuse = (host: string): never => {
  throw new ForbiddenTarget(`${host} is inside the own network`);
};

/** One forbidden address of several is enough: which one would be connected to is chance. */
export const requireAllowed = (host: string, addresses: readonly LookupAddress[]): void => {
  if (addresses.length === 0 || addresses.some(({ address }) => isForbidden(address))) refuse(host);
};

/** @throws {@link ForbiddenTarget} for an address, which no look-up would ever see */
export const requireAllowedHost = (host: string): void => {
  if (isIP(host) !== 0 && isForbidden(host)) refuse(host);
};

/**
 * For `connect`: what it gives is what is connected to, with no second look-up in between that could say something else.
 */
export const checkedLookup =
  (resolve: Resolve, allowPrivate: boolean): LookupFunction =>
  (hostname, { family, all }, callback) => {
    const fitting = async (): Promise<readonly [LookupAddress, ...LookupAddress[]]> => {
      const addresses = await resolve(hostname);
      if (!allowPrivate) requireAllowed(hostname, addresses);
      const [first, ...others] = addresses.filter((found) => !family || found.family === family);
      if (first === undefined) throw new Error(`${hostname} has no address that fits`);
      return [first, ...others];
    };
    fitting().then(
      (addresses) => {
        if (all === true) callback(null, [...addresses]);
        else callback(null, addresses[0].address, addresses[0].family);
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    );
  };
