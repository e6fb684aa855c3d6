import { Module } from '@nestjs/common';
import { LogFollower } from './log-follower.js';

@Module({ providers: [LogFollower], exports: [LogFollower] })
export class LogFollowerModule {}
