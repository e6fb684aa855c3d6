import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/platform/config/load-config.js';
import { dockerStages, image, instructions, projectFile } from '../support/deployment-files.js';
import { startProcess } from '../support/service-process.js';

interface Package {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(projectFile('package.json')) as Package;
const stages = dockerStages();
const folder = mkdtempSync(join(tmpdir(), 'dockerfile-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the image', () => {
  it('is made in stages of one pinned base', () => {
    const bases = stages.map((stage) => instructions(stage, 'FROM')[0]!.split(' ')[0]);
    expect(new Set(bases).size).toBe(1);
    expect(bases[0]).toMatch(/^node:24\.\d+\.\d+-bookworm-slim$/);
  });

  it('copies what is there and what .dockerignore lets through', () => {
    const letThrough = projectFile('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const copied = stages
      .flatMap((stage) => instructions(stage, 'COPY'))
      .filter((text) => !text.startsWith('--from='))
      .flatMap((text) => text.split(' ').slice(0, -1));
    for (const path of copied) expect(existsSync(path)).toBe(true);
    expect(new Set(copied)).toEqual(new Set(letThrough));
  });

  it('installs for running exactly what the source imports', () => {
    const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
      (path) => path.endsWith('.ts') && !path.endsWith('.spec.ts'),
    );
    const imported = new Set<string>();
    for (const path of sources) {
      const text = readFileSync(join('src', path), 'utf8');
      for (const [, name = ''] of text.matchAll(/^(?:import|export) (?!type\b)[^;]*?from '([^.'][^']*)'/gm)) {
        imported.add(name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : name.split('/')[0]!);
      }
    }
    const builtIn = (name: string): boolean => name.startsWith('node:') || builtinModules.includes(name);
    const missing = [...imported].filter((name) => !builtIn(name) && !(name in manifest.dependencies));
    expect(missing).toEqual([]);
    expect(imported.size).toBeGreaterThan(5);
  });

  it('runs as another user than root, and says where it writes', () => {
    const last = stages.at(-1)!;
    expect(instructions(last, 'USER')).toEqual(['1000:1000']);
    expect(instructions(last, 'VOLUME')).toEqual(['/data']);
    expect(instructions(last, 'RUN')).toEqual(['install -d -o 1000 -g 1000 -m 0700 /data']);
    const { environment } = image();
    expect([environment['DATA_DIR'], environment['SQLITE_TMPDIR']]).toEqual(['/data', '/data']);
  });

  it('sets nothing that the service refuses', () => {
    const { environment } = image();
    expect(loadConfig(environment)).toMatchObject({ host: '0.0.0.0', port: 3000, dataDir: '/data' });
    expect(instructions(stages.at(-1)!, 'EXPOSE')).toEqual([environment['PORT']]);
  });

  it('starts what the build makes, without anything between it and its signals', () => {
    const last = stages.at(-1)!;
    expect(instructions(last, 'ENTRYPOINT')).toEqual([]);
    expect(image().command.join(' ')).toBe(manifest.scripts['start']);
    const { compilerOptions } = JSON.parse(projectFile('tsconfig.build.json')) as {
      compilerOptions: { outDir: string };
    };
    expect(compilerOptions.outDir).toBe('./dist');
  });

  it('is healthy while the service answers, and not afterwards', async () => {
    const { environment, healthCheck } = image();
    const service = await startProcess({
      ...environment,
      DATA_DIR: folder,
      SQLITE_TMPDIR: folder,
      PORT: '0',
    });
    const check = async (): Promise<unknown> => {
      const [command = '', ...args] = healthCheck;
      const { port } = new URL(service.url);
      const child = spawn(command, args, { env: { PATH: process.env['PATH'], PORT: port } });
      return (await once(child, 'exit'))[0];
    };
    expect(await check()).toBe(0);
    expect(await service.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(await check()).toBe(1);
  });
});
