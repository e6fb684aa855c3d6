import { Module } from '@nestjs/common';
import { ChangeRequestsModule } from '../change-requests/index.js';
import { WorkspacesModule } from '../workspaces/index.js';
import { EventAccess } from './event-access.js';
import { ReadFeedHandler } from './read-feed.handler.js';

@Module({
  imports: [ChangeRequestsModule, WorkspacesModule],
  providers: [EventAccess, ReadFeedHandler],
  exports: [EventAccess],
})
export class FeedModule {}
