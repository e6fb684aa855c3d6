import { Module } from '@nestjs/common';
import { FeedModule } from '../feed/index.js';
import { EventStreams } from './event-streams.js';

@Module({ imports: [FeedModule], providers: [EventStreams], exports: [EventStreams] })
export class EventStreamModule {}
