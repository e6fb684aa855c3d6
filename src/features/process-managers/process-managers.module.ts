import { Module } from '@nestjs/common';
import { ProcessManagers } from './process-managers.js';

@Module({ providers: [ProcessManagers], exports: [ProcessManagers] })
export class ProcessManagersModule {}
