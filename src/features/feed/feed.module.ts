import { Module } from '@nestjs/common';
import { ReadFeedHandler } from './read-feed.handler.js';

@Module({ providers: [ReadFeedHandler] })
export class FeedModule {}
