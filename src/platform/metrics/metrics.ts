import {
  Counter,
  Gauge,
  Histogram,
  openMetricsContentType,
  Registry,
  type OpenMetricsContentType,
} from 'prom-client';

const HTTP_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const APPEND_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5];

/** What is true only at the moment of asking; told by whoever knows it. */
export interface Gauges {
  readonly eventStoreUp: boolean;
  readonly projections: readonly { readonly name: string; readonly lag: string; readonly failed: boolean }[];
  readonly consumers: readonly { readonly name: string; readonly lag: bigint }[];
  readonly webhooks: readonly {
    readonly webhook: string;
    readonly lag: bigint;
    readonly deadLetters: number;
  }[];
}

interface RouteMeters {
  readonly count: Counter.Internal;
  readonly seconds: Histogram.Internal<string>;
}

/**
 * Counters of this process, written out as OpenMetrics. Labels are few and fixed: never a path, an id or a name, but for
 * the webhooks, of which there are a hundred at most.
 */
export class Metrics {
  readonly contentType = openMetricsContentType;

  private readonly registry = new Registry<OpenMetricsContentType>();
  private readonly registers = [this.registry];
  private readonly requests = new Counter({
    name: 'countersign_http_requests_total',
    help: 'Requests answered',
    labelNames: ['method', 'route', 'status'],
    registers: this.registers,
  });
  private readonly requestSeconds = new Histogram({
    name: 'countersign_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer',
    labelNames: ['method', 'route'],
    buckets: HTTP_SECONDS,
    registers: this.registers,
  });
  private readonly appended = new Counter({
    name: 'countersign_events_appended_total',
    help: 'Events appended to the log by this process',
    registers: this.registers,
  });
  private readonly appendSeconds = new Histogram({
    name: 'countersign_append_duration_seconds',
    help: 'Time until an append was durable',
    buckets: APPEND_SECONDS,
    registers: this.registers,
  });
  private readonly decisions = new Counter({
    name: 'countersign_decisions_total',
    help: 'Authorization decisions given',
    labelNames: ['decision', 'reason'],
    registers: this.registers,
  });
  private readonly eventStoreUp = new Gauge({
    name: 'countersign_event_store_up',
    help: '1 while the log can be reached',
    registers: this.registers,
  });
  private readonly projectionLag = new Gauge({
    name: 'countersign_projection_lag_events',
    help: 'Distance of a read model to the head of the log, in positions: events of the embedded log, bytes of EventStoreDB',
    labelNames: ['projection'],
    registers: this.registers,
  });
  private readonly projectionFailed = new Gauge({
    name: 'countersign_projection_failed',
    help: '1 when a read model has stopped at an event it cannot apply',
    labelNames: ['projection'],
    registers: this.registers,
  });
  private readonly consumerLag = new Gauge({
    name: 'countersign_consumer_lag_events',
    help: 'Distance of a stored consumer position to the newest event that is handed out, in positions as above',
    labelNames: ['consumer'],
    registers: this.registers,
  });
  private readonly webhookLag = new Gauge({
    name: 'countersign_webhook_lag_events',
    help: 'Distance, in positions, from what a webhook has delivered to the head of the log',
    labelNames: ['webhook'],
    registers: this.registers,
  });
  private readonly webhookDeadLetters = new Gauge({
    name: 'countersign_webhook_dead_letters',
    help: 'Events that a webhook has given up on',
    labelNames: ['webhook'],
    registers: this.registers,
  });
  /** Looking up labels costs more than counting, so each combination is looked up once. */
  private readonly routeMeters = new Map<string, RouteMeters>();

  constructor() {
    this.registry.setContentType(openMetricsContentType);
  }

  requestAnswered(method: string, route: string, status: number, seconds: number): void {
    const key = `${method} ${route} ${status}`;
    let meters = this.routeMeters.get(key);
    if (meters === undefined) {
      meters = {
        count: this.requests.labels(method, route, String(status)),
        seconds: this.requestSeconds.labels(method, route),
      };
      this.routeMeters.set(key, meters);
    }
    meters.count.inc();
    meters.seconds.observe(seconds);
  }

  appendAcknowledged(events: number, seconds: number): void {
    this.appended.inc(events);
    this.appendSeconds.observe(seconds);
  }

  decisionGiven(decision: 'allow' | 'deny', reason: string): void {
    this.decisions.inc({ decision, reason });
  }

  async text({ eventStoreUp, projections, consumers, webhooks }: Gauges): Promise<string> {
    this.eventStoreUp.set(Number(eventStoreUp));
    for (const { name, lag, failed } of projections) {
      this.projectionLag.set({ projection: name }, Number(lag));
      this.projectionFailed.set({ projection: name }, Number(failed));
    }
    // Those that were removed are gone from here, too.
    this.consumerLag.reset();
    for (const { name, lag } of consumers) this.consumerLag.set({ consumer: name }, Number(lag));
    // Deleted ones must not go on being reported.
    this.webhookLag.reset();
    this.webhookDeadLetters.reset();
    for (const { webhook, lag, deadLetters } of webhooks) {
      this.webhookLag.set({ webhook }, Number(lag));
      this.webhookDeadLetters.set({ webhook }, deadLetters);
    }
    return this.registry.metrics();
  }
}
