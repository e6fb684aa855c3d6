import { Global, Module } from '@nestjs/common';
import { KeptAnswers } from '../../platform/http/kept-answers.js';
import { LoggedAnswers } from './logged-answers.js';

/** Global: the hooks around every write ask for kept answers, and know nothing of where they lie. */
@Global()
@Module({ providers: [{ provide: KeptAnswers, useClass: LoggedAnswers }], exports: [KeptAnswers] })
export class IdempotencyModule {}
