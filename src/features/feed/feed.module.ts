import { Module } from '@nestjs/common';
import { WorkspacesModule } from '../workspaces/index.js';
import { ReadFeedHandler } from './read-feed.handler.js';

@Module({ imports: [WorkspacesModule], providers: [ReadFeedHandler] })
export class FeedModule {}
