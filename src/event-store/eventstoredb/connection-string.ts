/** Where the store is and how to talk to it, out of a connection string. */
export interface ConnectionSettings {
  readonly endpoints: readonly Endpoint[];
  /** The members of the cluster are asked for the leader; else the one endpoint is the store. */
  readonly discover: boolean;
  readonly tls: boolean;
  readonly files: { readonly [Name in (typeof FILES)[number]]?: string };
  readonly credentials?: { readonly username: string; readonly password: string };
  readonly numbers: { readonly [Name in keyof typeof NUMBERS]?: number };
  readonly nodePreference?: (typeof PREFERENCES)[number];
  readonly connectionName?: string;
}

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Says what is wrong, and never repeats the connection string: it may hold a password. */
export class InvalidConnectionString extends Error {
  override readonly name = 'InvalidConnectionString';

  constructor(reason: string) {
    super(`the connection string of the event store can't be used: ${reason}`);
  }
}

const DEFAULT_PORT = 2113;
const FILES = ['tlsCAFile', 'userCertFile', 'userKeyFile'] as const;
const PREFERENCES = ['leader', 'follower', 'read_only_replica', 'random'] as const;
/** Names, and the smallest value of each; -1 stands for "never" where it is allowed. */
const NUMBERS = {
  maxDiscoverAttempts: 1,
  discoveryInterval: 1,
  gossipTimeout: 1,
  keepAliveInterval: 10_000,
  keepAliveTimeout: 1,
} as const;
const NEVER: ReadonlySet<string> = new Set(['keepAliveInterval', 'keepAliveTimeout']);
const ALL = [
  ...FILES,
  ...Object.keys(NUMBERS),
  'tls',
  'tlsVerifyCert',
  'throwOnAppendFailure',
  'nodePreference',
  'connectionName',
];

const SHAPE =
  /^esdb(?<discover>\+discover)?:\/\/(?:(?<user>[^/?]*)@)?(?<hosts>[^/?@]+)\/?(?:\?(?<query>.*))?$/s;

/**
 * `esdb://[user:password@]host[:port][,…][?name=value&…]` or `esdb+discover://…`, with the options of the store's own
 * clients. Stricter than those: what they pass over with a warning that shows the whole text is refused.
 * @throws {@link InvalidConnectionString}
 */
export const parseConnectionString = (text: string): ConnectionSettings => {
  const parts = SHAPE.exec(text.trim())?.groups;
  if (parts?.['hosts'] === undefined) {
    throw new InvalidConnectionString('it must look like esdb://host:port or esdb+discover://host:port');
  }
  const endpoints = parts['hosts'].split(',').map(readEndpoint);
  const options = readOptions(parts['query'] ?? '');
  const files = Object.fromEntries(
    FILES.filter((name) => options.has(name)).map((name) => [name, options.get(name)]),
  );
  const numbers = readNumbers(options);
  if ('userCertFile' in files !== 'userKeyFile' in files) {
    throw new InvalidConnectionString('userCertFile and userKeyFile go together: one is missing');
  }
  refuseUnsafe(options);
  const nodePreference = readPreference(options.get('nodePreference'));
  const connectionName = options.get('connectionName');
  const credentials = parts['user'] === undefined ? undefined : readCredentials(parts['user']);
  return {
    endpoints,
    discover: parts['discover'] !== undefined || endpoints.length > 1,
    tls: readBoolean(options, 'tls', true),
    files,
    numbers,
    ...(credentials && { credentials }),
    ...(nodePreference && { nodePreference }),
    ...(connectionName !== undefined && { connectionName }),
  };
};

const readEndpoint = (text: string): Endpoint => {
  const found = /^(?<address>\[[0-9a-fA-F:.]+\]|[\w.-]+)(?::(?<port>\d{1,5}))?$/.exec(text.trim())?.groups;
  const port = Number(found?.['port'] ?? DEFAULT_PORT);
  if (found?.['address'] === undefined || port < 1 || port > 65_535) {
    throw new InvalidConnectionString(
      'a host is a name or an address, with a port from 1 to 65535 after a colon',
    );
  }
  return { address: found['address'], port };
};

const readCredentials = (text: string): ConnectionSettings['credentials'] => {
  const colon = text.indexOf(':');
  if (colon < 1) throw new InvalidConnectionString('before the @ stands user:password');
  return { username: decode(text.slice(0, colon)), password: decode(text.slice(colon + 1)) };
};

const readOptions = (query: string): Map<string, string> => {
  const options = new Map<string, string>();
  for (const pair of query === '' ? [] : query.split('&')) {
    const [given = '', value] = pair.split(/=(.*)/s);
    const name = ALL.find((known) => flat(known) === flat(given));
    if (name === undefined)
      throw new InvalidConnectionString(`it has an unknown option; known are ${ALL.join(', ')}`);
    if (options.has(name)) throw new InvalidConnectionString(`${name} is given twice`);
    if (value === undefined || value === '') throw new InvalidConnectionString(`${name} has no value`);
    options.set(name, decode(value));
  }
  return options;
};

/** The store's clients know their options in any case, with or without separators. */
const flat = (name: string): string => name.toLowerCase().replaceAll(/[_-]/g, '');

const readNumbers = (options: ReadonlyMap<string, string>): ConnectionSettings['numbers'] =>
  Object.fromEntries(
    Object.entries(NUMBERS)
      .filter(([name]) => options.has(name))
      .map(([name, least]) => {
        const text = options.get(name) ?? '';
        const value = Number(text);
        const isNever = NEVER.has(name) && value === -1;
        if (!/^-?\d{1,9}$/.test(text) || (value < least && !isNever)) {
          throw new InvalidConnectionString(
            `${name} must be a whole number from ${least}${NEVER.has(name) ? ', or -1' : ''}`,
          );
        }
        return [name, value];
      }),
  );

const readBoolean = (options: ReadonlyMap<string, string>, name: string, fallback: boolean): boolean => {
  const value = options.get(name) ?? String(fallback);
  if (value !== 'true' && value !== 'false')
    throw new InvalidConnectionString(`${name} must be true or false`);
  return value === 'true';
};

const readPreference = (text: string | undefined): ConnectionSettings['nodePreference'] => {
  if (text === undefined) return undefined;
  const found = PREFERENCES.find((preference) => flat(preference) === flat(text));
  if (found === undefined)
    throw new InvalidConnectionString(`nodePreference must be one of ${PREFERENCES.join(', ')}`);
  return found;
};

const refuseUnsafe = (options: ReadonlyMap<string, string>): void => {
  if (!readBoolean(options, 'tlsVerifyCert', true)) {
    throw new InvalidConnectionString('tlsVerifyCert=false has no effect: name the authority in tlsCAFile');
  }
  if (!readBoolean(options, 'throwOnAppendFailure', true)) {
    throw new InvalidConnectionString('throwOnAppendFailure=false would hide lost races');
  }
};

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new InvalidConnectionString('a % stands before two hexadecimal digits');
  }
};
