import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import { GossipService } from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { Server, ServerCredentials, status, type sendUnaryData } from '@grpc/grpc-js';
import type { EventStore } from '../../src/event-store/event-store.js';
import { SqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';
import { serveAppends, type AppendCall } from './eventstoredb-appends.js';
import { noFaults } from './eventstoredb-faults.js';
import { serveRead, type ReadCall } from './eventstoredb-reads.js';
import { TcpGateway } from './tcp-gateway.js';

/**
 * Speaks EventStoreDB's protocol as far as its client needs it for a log, on loopback, over the embedded log; and fails in
 * the ways that a real one can, when it is told to.
 */
export class EventStoreDbServer {
  readonly faults = noFaults();
  readonly gateway = new TcpGateway(() => this.port);
  private readonly grpc = new Server({ 'grpc.max_receive_message_length': 17 * 1024 * 1024 });
  private port = 0;
  /** What they have shown to be let in. */
  readonly callers: string[] = [];
  /** By reads and subscriptions, as far as the connections took them. */
  eventsSent = 0;
  private readonly folders: string[] = [];
  private log!: EventStore;

  /** With a key and its certificate it speaks TLS. */
  static async start(tls?: { key: Buffer; certificate: Buffer }): Promise<EventStoreDbServer> {
    const server = new EventStoreDbServer(
      tls === undefined
        ? ServerCredentials.createInsecure()
        : ServerCredentials.createSsl(null, [{ private_key: tls.key, cert_chain: tls.certificate }]),
    );
    await server.openLog();
    server.serve();
    server.port = await server.bind();
    await server.gateway.open();
    return server;
  }

  private constructor(private readonly credentials: ServerCredentials) {}

  /** What an application that uses this store is configured with. */
  get url(): string {
    return `esdb://127.0.0.1:${this.gateway.port}?tls=false`;
  }

  /** What the store holds, without any connection. */
  get content(): EventStore {
    return this.log;
  }

  /** Comes back without anything that it held. */
  async restartEmpty(): Promise<void> {
    await this.gateway.refuse();
    await this.log.close();
    await this.openLog();
    await this.gateway.open();
  }

  async stop(): Promise<void> {
    await this.gateway.refuse();
    this.grpc.forceShutdown();
    await this.log.close();
    await Promise.all(this.folders.map((folder) => rm(folder, { recursive: true })));
  }

  private async openLog(): Promise<void> {
    const dataDir = await mkdtemp(join(tmpdir(), 'countersign-eventstoredb-'));
    this.folders.push(dataDir);
    this.log = await SqliteEventStore.open({ dataDir });
  }

  private serve(): void {
    const { grpc } = this;
    grpc.addService(StreamsService, {
      read: (call: ReadCall) => {
        this.callers.push(...call.metadata.get('authorization').map(String));
        void serveRead(call, this.context());
      },
      batchAppend: (call: AppendCall) => {
        this.callers.push(...call.metadata.get('authorization').map(String));
        serveAppends(call, this.context());
      },
      append: unimplemented,
      delete: unimplemented,
      tombstone: unimplemented,
    });
    grpc.addService(ServerFeaturesService, {
      getSupportedMethods: (_: unknown, reply: sendUnaryData<unknown>) => reply(null, supported()),
    });
    grpc.addService(GossipService, {
      read: (_: unknown, reply: sendUnaryData<unknown>) => reply(null, this.members()),
    });
  }

  private context() {
    return {
      log: this.log,
      faults: this.faults,
      cutConnections: () => this.gateway.cut(),
      sent: () => void (this.eventsSent += 1),
    };
  }

  private bind(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.grpc.bindAsync('127.0.0.1:0', this.credentials, (error, port) => {
        if (error === null) resolve(port);
        else reject(error);
      });
    });
  }

  /** A cluster of one. */
  private members() {
    const member = new gossip.MemberInfo()
      .setInstanceId(new shared.UUID().setString('00000000-0000-0000-0000-000000000001'))
      .setState(gossip.MemberInfo.VNodeState.LEADER)
      .setIsAlive(true)
      .setHttpEndPoint(new gossip.EndPoint().setAddress('127.0.0.1').setPort(this.gateway.port));
    return new gossip.ClusterInfo().setMembersList([member]);
  }
}

const supported = () =>
  new features.SupportedMethods()
    .setEventStoreServerVersion('23.10.6')
    .setMethodsList([
      new features.SupportedMethod()
        .setServiceName('event_store.client.streams.Streams')
        .setMethodName('batchappend'),
    ]);

const unimplemented = (_: unknown, reply: sendUnaryData<unknown>): void =>
  reply({ code: status.UNIMPLEMENTED });
