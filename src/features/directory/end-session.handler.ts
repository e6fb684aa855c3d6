import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { sessionDecider } from '../../domain/directory/session.decider.js';
import { DeciderRunner } from '../../event-store/decider-runner.js';
import { EndSession, type Written } from './commands.js';
import { sessionStream } from './streams.js';

@CommandHandler(EndSession)
export class EndSessionHandler implements ICommandHandler<EndSession> {
  constructor(private readonly runner: DeciderRunner) {}

  async execute({ logout, context }: EndSession): Promise<Written> {
    const { revision, position } = await this.runner.run(
      sessionDecider,
      sessionStream(logout.logoutTokenId),
      { type: 'EndSession', ...logout },
      context,
    );
    return { revision, position };
  }
}
