import { describe, expect, it } from '@jest/globals';
import { createLogger, type Logger } from './logger.js';
import { NestLogger } from './nest-logger.js';
import { redact } from './redact.js';
import { BatchWriter } from './batch-writer.js';

const PSK = 'gpu_abcdefghijkl_0123456789abcdefghijABCDEFGHIJ0123456789abc123456';
const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl';

const logged = (act: (logger: Logger) => void, level: 'info' | 'trace' = 'info'): unknown[] => {
  const lines: string[] = [];
  act(createLogger(level, { write: (line) => void lines.push(line) }));
  return lines.map((line) => JSON.parse(line) as unknown);
};

describe('the log', () => {
  it('is one JSON object per line, with the time in words', () => {
    expect(logged((logger) => logger.info({ port: 3000 }, 'listening'))).toStrictEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        port: 3000,
        message: 'listening',
      },
    ]);
  });

  it('keeps quiet below its level', () => {
    expect(logged((logger) => logger.debug('detail'))).toStrictEqual([]);
  });

  it('tells an error with its causes and without the credentials in it', () => {
    const cause = Object.assign(new Error(`refused ${TOKEN}`), { code: 'E_REFUSED' });
    const [line] = logged((logger) => logger.error({ err: new Error(`key ${PSK} failed`, { cause }) }, 'no'));
    expect(line).toMatchObject({
      err: {
        type: 'Error',
        message: 'key [redacted] failed',
        cause: { message: 'refused [redacted]', code: 'E_REFUSED' },
      },
    });
    expect(JSON.stringify(line)).not.toMatch(/abcdefghijkl|eyJhbGci/);
  });

  it('tells what is no error as well', () => {
    expect(logged((logger) => logger.error({ err: 'just a text' }, 'no'))).toMatchObject([
      { err: { message: 'just a text' } },
    ]);
  });

  it('takes what the framework says, as detail unless it is a warning', () => {
    const say = (logger: Logger): void => {
      const nest = new NestLogger(logger);
      nest.log('Mapped route', 'RouterExplorer');
      nest.warn('odd', 'Router');
      nest.error('bad', 'the stack', 'Injector');
    };
    expect(logged(say)).toMatchObject([
      { level: 'warn', context: 'Router', message: 'odd' },
      { level: 'error', context: 'Injector', stack: 'the stack', message: 'bad' },
    ]);
    expect(logged(say, 'trace')).toHaveLength(3);
  });
});

describe('redaction', () => {
  it.each([
    [`Authorization-PSK: ${PSK}`, 'Authorization-PSK: [redacted]'],
    [PSK.replace('gpu', 'gpp'), '[redacted]'],
    [`Bearer ${TOKEN} refused`, 'Bearer [redacted] refused'],
    ['secret whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'secret [redacted]'],
    ['/api/models/churn/deployments/gpu-cluster', '/api/models/churn/deployments/gpu-cluster'],
    ['eyJ', 'eyJ'],
  ])('makes of %j', (text, expected) => {
    expect(redact(text)).toBe(expected);
  });
});

describe('writing in batches', () => {
  it('hands over in one piece what was said within a moment', async () => {
    const pieces: string[] = [];
    let handedOver = (): void => undefined;
    const writer = new BatchWriter({
      write: (text) => {
        pieces.push(text);
        handedOver();
      },
    });
    const next = (): Promise<void> => new Promise((resolve) => (handedOver = resolve));

    const first = next();
    writer.write('one\n');
    writer.write('two\n');
    expect(pieces).toStrictEqual([]);
    await first;
    const second = next();
    writer.write('three\n');
    await second;
    expect(pieces).toStrictEqual(['one\ntwo\n', 'three\n']);
  });
});
