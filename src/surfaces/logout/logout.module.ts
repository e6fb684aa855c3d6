import { Module } from '@nestjs/common';
import { LogoutController } from './logout.controller.js';
import { LogoutSurface } from './logout.surface.js';

/** What the identity provider calls when somebody signs out. */
@Module({ controllers: [LogoutController], providers: [LogoutSurface] })
export class LogoutModule {}
