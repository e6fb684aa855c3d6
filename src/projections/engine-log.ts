/** What the engine has to say to operators: fields first, then one sentence, as the service's logger takes it. */
export interface EngineLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export const silentLog: EngineLog = { info: () => {}, warn: () => {}, error: () => {} };
