import { Module } from '@nestjs/common';
import { FeedModule } from '../feed/index.js';
import { LogFollowerModule } from '../log-follower/index.js';
import { EventStreams } from './event-streams.js';

@Module({ imports: [FeedModule, LogFollowerModule], providers: [EventStreams], exports: [EventStreams] })
export class EventStreamModule {}
