export { LogFollower, type LogListener } from './log-follower.js';
export { LogFollowerModule } from './log-follower.module.js';
