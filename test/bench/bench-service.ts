/**
 * The whole service with two routes more, that do nothing: what the budgets of HTTP are measured against. Run as a process
 * of its own; prints its address as `listening <url>`. `bare` as argument: Fastify alone instead, with a JSON POST.
 */
import 'reflect-metadata';
import { Controller, Get, HttpCode, Module, Post, type DynamicModule } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { fastify } from 'fastify';
import { AppModule, openFoundation } from '../../src/app.module.js';
import { SystemClock } from '../../src/platform/clock/clock.js';
import { loadConfig } from '../../src/platform/config/load-config.js';
import { HttpServer } from '../../src/platform/http/http-server.js';
import { createLogger } from '../../src/platform/logging/logger.js';
import { NestLogger } from '../../src/platform/logging/nest-logger.js';
import { AllowedRolesUpdate } from '../../src/surfaces/nx1/dto/allowed-roles-update.dto.js';
import { DeploymentPath } from '../../src/surfaces/nx1/dto/deployment-path.dto.js';
import { Valid } from '../../src/surfaces/nx1/valid.decorator.js';

class DoNothing extends Command<number> {
  constructor(readonly roles: readonly string[]) {
    super();
  }
}

@CommandHandler(DoNothing)
class DoNothingHandler implements ICommandHandler<DoNothing> {
  async execute({ roles }: DoNothing): Promise<number> {
    return roles.length;
  }
}

@Controller('api/models/:model/deployments/:name')
class NothingController {
  constructor(private readonly commands: CommandBus) {}

  /** As `PUT allowed_roles` up to its handler: same credential, same DTO, same bus. */
  @Post('nothing')
  @HttpCode(200)
  async nothing(
    @Valid({ path: DeploymentPath, body: AllowedRolesUpdate })
    { body }: { path: DeploymentPath; body: AllowedRolesUpdate },
  ): Promise<{ roles: number }> {
    return { roles: await this.commands.execute(new DoNothing(body.allowed_roles)) };
  }

  @Get('empty')
  empty(): void {}
}

@Module({})
class BenchModule {}

const benchModule = (app: DynamicModule): DynamicModule => ({
  module: BenchModule,
  imports: [app],
  controllers: [NothingController],
  providers: [DoNothingHandler],
});

const startService = async (): Promise<string> => {
  const config = loadConfig(process.env);
  const logger = createLogger(config.logLevel);
  const foundation = await openFoundation(config, new SystemClock(), logger);
  const server = new HttpServer();
  const app = await NestFactory.create<NestFastifyApplication>(
    benchModule(AppModule.of(foundation)),
    server.adapter,
    { logger: new NestLogger(logger), bodyParser: false },
  );
  server.prepare(app);
  foundation.readModels.start();
  await app.listen(config.port, config.host);
  return app.getUrl();
};

const startBare = (): Promise<string> => {
  const app = fastify({ logger: false });
  app.post('/', (request) => ({ roles: (request.body as { allowed_roles: string[] }).allowed_roles.length }));
  return app.listen({ port: 0, host: '127.0.0.1' });
};

const url = await (process.argv[2] === 'bare' ? startBare() : startService());
process.stdout.write(`listening ${url}\n`);
