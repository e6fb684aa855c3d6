import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** A file of the project, by its path there. */
export const projectFile = (path: string): string => readFileSync(path, 'utf8');

export interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** The instructions of a Dockerfile, per stage. */
export const dockerStages = (text = projectFile('Dockerfile')): readonly (readonly Instruction[])[] => {
  const stages: Instruction[][] = [];
  const lines = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n');
  for (const line of lines.filter((one) => one.trim() !== '')) {
    const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    if (name === 'FROM') stages.push([]);
    stages.at(-1)?.push({ name, text: rest });
  }
  return stages;
};

export const instructions = (stage: readonly Instruction[], name: string): readonly string[] =>
  stage.filter((instruction) => instruction.name === name).map(({ text }) => text);

/** What the last stage of the image sets, its start command, and its health check. */
export const image = (): {
  readonly environment: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  readonly healthCheck: readonly string[];
} => {
  const last = dockerStages().at(-1)!;
  const pairs = instructions(last, 'ENV').flatMap((text) => text.split(' '));
  const [healthCheck = ''] = instructions(last, 'HEALTHCHECK');
  return {
    environment: Object.fromEntries(
      pairs.map((pair) => pair.split(/=(.*)/s).slice(0, 2) as [string, string]),
    ),
    command: JSON.parse(instructions(last, 'CMD')[0]!) as string[],
    healthCheck: JSON.parse(/CMD (\[.*\])$/.exec(healthCheck)![1]!) as string[],
  };
};

export interface ComposeService {
  readonly image: string;
  readonly build?: string;
  readonly restart?: string;
  readonly profiles?: readonly string[];
  readonly read_only?: boolean;
  readonly mem_limit?: string;
  readonly stop_grace_period?: string;
  readonly ports?: readonly string[];
  readonly networks?: readonly string[];
  readonly secrets?: readonly string[];
  readonly volumes?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[] };
}

export interface Compose {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>;
  readonly volumes: Readonly<Record<string, null>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

/** `NAME=value` lines. */
export const readVariables = (path: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    projectFile(path)
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]),
  );

/** docker-compose.yml with its variables put in; a variable that is not given is an error. */
export const readCompose = (variables: Readonly<Record<string, string>>): Compose => {
  const text = projectFile('docker-compose.yml').replaceAll(/(?<!\$)\$\{(\w+)\}/g, (_, name: string) => {
    const value = variables[name];
    if (value === undefined) throw new Error(`docker-compose.yml needs ${name}`);
    return value;
  });
  const parsed = parse(text, { merge: true }) as Compose;
  return JSON.parse(JSON.stringify(parsed).replaceAll('$$', '$')) as Compose;
};
