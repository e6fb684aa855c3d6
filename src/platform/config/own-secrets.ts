import type { Config } from './config.js';

/**
 * Secrets that this process will make for itself although other replicas may share its store: they would know neither the
 * keys that it issues nor its platform key. Allowed, because one replica alone may run so; to be warned of.
 *
 * @returns names of the settings that are missing
 */
export const ownSecrets = ({ eventStoreUrl, pskPepper, platformKey }: Config): readonly string[] =>
  eventStoreUrl === 'sqlite:'
    ? []
    : [
        ...(pskPepper === null ? ['PSK_PEPPER'] : []),
        ...(platformKey.plain === null && platformKey.digests.length === 0 ? ['PLATFORM_PSK'] : []),
      ];
