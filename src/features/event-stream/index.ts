export { EventStreamModule } from './event-stream.module.js';
export { EventStreams, type ReadyStream, type RunningStream, type StreamOrder } from './event-streams.js';
export type { StreamSink } from './stream-sink.js';
