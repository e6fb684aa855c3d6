import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule, openFoundation, type Foundation } from './app.module.js';
import { PlatformKey } from './platform/auth/platform-key.js';
import { SystemClock, type Clock } from './platform/clock/clock.js';
import type { Config } from './platform/config/config.js';
import { HttpServer } from './platform/http/http-server.js';
import { RouteTable, type Route } from './platform/http/route-table.js';
import type { Logger } from './platform/logging/logger.js';
import { NestLogger } from './platform/logging/nest-logger.js';
import { ApiDocument } from './surfaces/operations/api-document.js';

/** How long requests under way may take after the service was told to stop. */
const DRAIN_MS = 10_000;

export interface ServiceOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly clock?: Clock;
}

/** The whole service, answering on its port. */
export class Service {
  private stopping: Promise<void> | undefined;

  private constructor(
    readonly foundation: Foundation,
    private readonly app: NestFastifyApplication,
    readonly url: string,
  ) {}

  /** Nothing is left open when it fails. */
  static async start({ config, logger, clock = new SystemClock() }: ServiceOptions): Promise<Service> {
    const foundation = await openFoundation(config, clock, logger);
    let app: NestFastifyApplication | undefined;
    try {
      const server = new HttpServer();
      app = await NestFactory.create<NestFastifyApplication>(AppModule.of(foundation), server.adapter, {
        logger: new NestLogger(logger),
        bodyParser: false,
        abortOnError: false,
      });
      server.prepare(app);
      app.get(ApiDocument, { strict: false }).describe(app);
      foundation.readModels.start();
      await app.listen(config.port, config.host);
      return new Service(foundation, app, await app.getUrl());
    } catch (error) {
      await app?.close();
      await closeFoundation(foundation);
      throw error;
    }
  }

  get routes(): readonly Route[] {
    return this.app.get(RouteTable, { strict: false }).routes();
  }

  /** Where the platform's key lies, if it was made by this start. */
  get newPlatformKeyPath(): string | null {
    const { created, path } = this.app.get(PlatformKey, { strict: false });
    return created ? path : null;
  }

  /** Finishes the requests under way, then closes everything. Calling it again waits for the same end. */
  stop(): Promise<void> {
    return (this.stopping ??= this.finish());
  }

  private async finish(): Promise<void> {
    this.foundation.state.stop();
    const server = this.app.getHttpServer();
    const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    try {
      // First of all, so that no module shuts down under a request that still needs it.
      await this.app.getHttpAdapter().getInstance().close();
      await this.app.close();
    } finally {
      clearTimeout(cut);
      await closeFoundation(this.foundation);
    }
  }
}

const closeFoundation = async ({ readModels, store }: Foundation): Promise<void> => {
  await readModels.stop();
  await store.close();
};
