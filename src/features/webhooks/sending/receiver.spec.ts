import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Receiver, type ReceiverOptions } from './receiver.js';

const TIMEOUT_MS = 300;
const KIB = 1024;

describe('what a receiver does to a delivery', () => {
  let server: Server;
  let receiver: Receiver;
  let connections: number;
  let behave: (socket: Socket) => void;

  beforeEach(async () => {
    connections = 0;
    server = createServer((socket) => {
      connections++;
      socket.on('error', () => undefined);
      socket.on('data', () => behave(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    receiver = receiverOf({});
  });
  afterEach(async () => {
    receiver.close();
    await new Promise((resolve) => server.close(resolve));
  });

  const port = (): number => (server.address() as AddressInfo).port;
  const receiverOf = (options: Partial<ReceiverOptions>): Receiver =>
    new Receiver({
      url: `http://127.0.0.1:${port()}/`,
      allowPrivate: true,
      timeoutMs: TIMEOUT_MS,
      connections: 2,
      ...options,
    });
  const post = () => receiver.post('{"a":1}', { 'webhook-id': 'x' }, new AbortController().signal);
  const saying = (text: string) => (socket: Socket) => void socket.end(text);

  it.each<[string, (socket: Socket) => void, object]>([
    ['204', saying('HTTP/1.1 204 No Content\r\n\r\n'), { statusCode: 204, body: null, error: null }],
    [
      'text until it closes',
      saying('HTTP/1.1 200 OK\r\n\r\nhello'),
      { statusCode: 200, body: 'hello', error: null },
    ],
    [
      'more than it has announced',
      saying('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokokok'),
      { statusCode: 200, body: 'ok', error: null },
    ],
    [
      'less than it has announced',
      saying('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nok'),
      { statusCode: null, body: null, error: 'connection closed before the answer was complete' },
    ],
    [
      'nothing, and closes',
      (socket) => void socket.destroy(),
      { statusCode: null, body: null, error: 'connection closed before the answer was complete' },
    ],
    ['nothing at all', () => undefined, { statusCode: null, body: null, error: 'timed out' }],
    [
      'the beginning of an answer',
      (socket) => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nok'),
      { statusCode: null, body: null, error: 'timed out' },
    ],
    [
      'something else than HTTP',
      saying('hello\r\n\r\n'),
      { statusCode: null, error: 'the answer is not HTTP' },
    ],
    [
      'a negative length',
      saying('HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n'),
      { statusCode: null, error: 'the answer is not HTTP' },
    ],
    [
      'endless headers',
      saying(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(20 * KIB)}\r\n\r\n`),
      { statusCode: null, error: 'the headers of the answer are too large' },
    ],
    [
      'a redirect, which is not followed',
      saying('HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n'),
      { statusCode: 307, error: 'answered 307; redirects are not followed' },
    ],
    [
      '500 with a reason',
      saying('HTTP/1.1 500 Oops\r\ncontent-length: 3\r\n\r\nwhy'),
      { statusCode: 500, body: 'why', error: 'answered 500' },
    ],
    [
      'when to come again',
      saying('HTTP/1.1 429 Slow Down\r\nretry-after: 120\r\ncontent-length: 0\r\n\r\n'),
      { statusCode: 429, retryAfter: '120' },
    ],
  ])('it says %s', async (_, behaviour, expected) => {
    behave = behaviour;
    expect(await post()).toMatchObject(expected);
  });

  it('keeps the first KiB of an answer and reads no more than 64', async () => {
    let stopped = false;
    behave = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.on('close', () => (stopped = true));
      const more = (): void => {
        if (!socket.destroyed) socket.write('x'.repeat(16 * KIB), () => setImmediate(more));
      };
      more();
    };
    const { statusCode, body, error } = await post();
    expect({ statusCode, error, length: body?.length }).toEqual({
      statusCode: 200,
      error: null,
      length: KIB,
    });
    while (!stopped) await new Promise((resolve) => setImmediate(resolve));
  });

  it('shows what is no text as such', async () => {
    behave = (socket) =>
      void socket.end(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n\r\na'), Buffer.from([0, 0xff])]));
    expect((await post()).body).toBe('a\ufffd\ufffd');
  });

  it('is asked once more when it closes a kept connection just as that is used again', async () => {
    let answered = 0;
    behave = (socket) => {
      if (answered++ === 1) socket.destroy();
      else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
    };
    expect(await post()).toMatchObject({ statusCode: 200 });
    expect(await post()).toMatchObject({ statusCode: 200 });
    expect([answered, connections]).toEqual([3, 2]);
  });

  it('is left when sending has to stop', async () => {
    const stop = new AbortController();
    behave = () => stop.abort();
    await expect(receiver.post('{}', {}, stop.signal)).rejects.toMatchObject({ name: 'Abandoned' });
  });

  describe('inside the own network', () => {
    beforeEach(() => {
      behave = saying('HTTP/1.1 200 OK\r\n\r\nsecret');
    });

    it.each([
      'https://127.0.0.1:PORT/',
      'https://[::1]:PORT/',
      'https://[::ffff:127.0.0.1]:PORT/',
      'https://0x7f.1:PORT/',
      'https://2130706433:PORT/',
      'https://localhost:PORT/',
      'https://169.254.169.254/latest/meta-data/',
    ])('%s is not connected to', async (url) => {
      receiver = receiverOf({ url: url.replace('PORT', String(port())), allowPrivate: false });
      expect(await post()).toMatchObject({ statusCode: null, error: 'address inside the own network' });
      expect(connections).toBe(0);
    });

    it('a name is not connected to that has come to lead there since it was registered', async () => {
      const answers = [[{ address: '93.184.215.14', family: 4 }], [{ address: '127.0.0.1', family: 4 }]];
      let asked = 0;
      const resolve = async () => answers[asked++] ?? [];
      await resolve();
      receiver = receiverOf({ url: `https://rebind.example:${port()}/`, allowPrivate: false, resolve });
      expect(await post()).toMatchObject({ error: 'address inside the own network' });
      expect([asked, connections]).toEqual([2, 0]);
    });

    it('one forbidden address among several is enough', async () => {
      const resolve = async () => [
        { address: '93.184.215.14', family: 4 },
        { address: '10.0.0.1', family: 4 },
      ];
      receiver = receiverOf({ url: 'https://both.example/', allowPrivate: false, resolve });
      expect(await post()).toMatchObject({ error: 'address inside the own network' });
    });

    it('what was looked up is what is connected to', async () => {
      const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
      receiver = receiverOf({ url: `http://anywhere.example:${port()}/`, resolve });
      expect(await post()).toMatchObject({ statusCode: 200 });
    });

    it('http is for those who have allowed it', async () => {
      const resolve = async () => [{ address: '93.184.215.14', family: 4 }];
      receiver = receiverOf({ url: 'http://public.example/', allowPrivate: false, resolve });
      expect(await post()).toMatchObject({ error: 'only https is allowed' });
    });
  });

  it('a look-up that takes for ever counts towards the time', async () => {
    receiver = receiverOf({ url: 'http://slow.example/', resolve: () => new Promise(() => undefined) });
    expect(await post()).toMatchObject({ statusCode: null, error: 'timed out' });
  });
});
