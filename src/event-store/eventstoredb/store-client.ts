import { readFileSync } from 'node:fs';
import {
  EventStoreDBClient,
  type ChannelCredentialOptions,
  type SingleNodeOptions,
} from '@eventstore/db-client';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { ClientReadableStream } from '@grpc/grpc-js';
import { BatchAppendStream } from './batch-append-stream.js';
import type { ConnectionSettings } from './connection-string.js';
import { readResponse, type ReadResponse } from './read-response.js';
import { within } from './within.js';

/** How long asking one member of a cluster for the others may take; the client's own default is 5 s. */
const GOSSIP_SECONDS = 1;
/** With the client's own interval of 10 s: a dead connection is noticed 13 s after its last sign of life. */
const KEEP_ALIVE_TIMEOUT_MS = 3_000;
const CLOSE_MS = 500;
const READ_PATH = '/event_store.client.streams.Streams/Read';

type Channel = Awaited<ReturnType<StoreClient['getChannel']>>;

/** The store's client, made from checked settings, with what it lacks for a service that must not end with a connection. */
export class StoreClient extends EventStoreDBClient {
  private appends: Promise<BatchAppendStream> | undefined;
  private channel: Promise<Channel> | undefined;

  private constructor(settings: ConnectionSettings, security: ChannelCredentialOptions) {
    super(clientOptions(settings), security, settings.tls ? settings.credentials : undefined);
    const { handleError, getChannel } = this;
    // The client calls this from event handlers and waits for nothing: a failure in it would end the process.
    this.handleError = (client, error) => handleError(client, error).catch(() => undefined);
    this.getChannel = () => (this.channel = getChannel());
  }

  /** How to make clients of this store. @throws Error when a certificate file can't be read */
  static maker(settings: ConnectionSettings): () => StoreClient {
    const security = readSecurity(settings);
    return () => new StoreClient(settings, security);
  }

  /** The stream that carries appends, a new one where the last one is over. */
  async appendStream(): Promise<BatchAppendStream> {
    const current = this.appends;
    if (current !== undefined) {
      const stream = await current;
      if (stream.usable) return stream;
      if (this.appends !== current) return this.appendStream();
    }
    const opened = this.openAppendStream();
    this.appends = opened;
    opened.catch(() => {
      if (this.appends === opened) this.appends = undefined;
    });
    return opened;
  }

  /** What the server answers to a request to read or to subscribe, message by message. */
  openRead(request: ReadReq): Promise<ClientReadableStream<ReadResponse>> {
    const open = this.GRPCStreamCreator(StreamsClient, 'reads', (client) =>
      client.makeServerStreamRequest(
        READ_PATH,
        (message: ReadReq) => Buffer.from(message.serializeBinary()),
        readResponse,
        request,
        ...this.callArguments({}, { deadline: Infinity }),
      ),
    );
    return open();
  }

  /** Ends everything that is under way and lets go of the connection. */
  async close(): Promise<void> {
    const nothing = (): void => undefined;
    // What is still being opened ends when it is open; that is not waited for.
    const appends = Promise.resolve(
      this.appends?.then((stream) => stream.cancel('the connection is closed'), nothing),
    );
    await within(
      CLOSE_MS,
      appends.then(() => this.dispose()),
    );
    void this.channel?.then((channel) => channel.close(), nothing);
  }

  private async openAppendStream(): Promise<BatchAppendStream> {
    const open = this.GRPCStreamCreator(StreamsClient, 'appends', (client) =>
      client.batchAppend(...this.callArguments({}, { deadline: Infinity })),
    );
    return new BatchAppendStream(await open());
  }
}

/** Three shapes in the client's types, told apart by how the endpoints are called. */
const clientOptions = (settings: ConnectionSettings): SingleNodeOptions => {
  const { endpoints, discover, numbers, nodePreference, connectionName = 'countersign' } = settings;
  const [first] = endpoints;
  const where = !discover ? { endpoint: first } : endpoints.length > 1 ? { endpoints } : { discover: first };
  return {
    ...where,
    gossipTimeout: GOSSIP_SECONDS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    ...numbers,
    ...(nodePreference && { nodePreference }),
    connectionName,
  } as SingleNodeOptions;
};

const readSecurity = ({ tls, files }: ConnectionSettings): ChannelCredentialOptions => {
  if (!tls) return { insecure: true };
  const { tlsCAFile, userCertFile, userKeyFile } = files;
  return {
    ...(tlsCAFile !== undefined && { rootCertificate: readFileSync(tlsCAFile) }),
    ...(userCertFile !== undefined && { userCertFile: readFileSync(userCertFile) }),
    ...(userKeyFile !== undefined && { userKeyFile: readFileSync(userKeyFile) }),
  };
};
