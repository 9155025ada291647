/** The sinks that config's `telemetry` asks for. */
import type { RequestRecord } from '../../core/slo/record.ts';
import type { VerdictSettings } from '../../core/slo/rules.ts';
import { logLine } from '../../core/telemetry/log-line.ts';
import { metricsBody } from '../../core/telemetry/metrics.ts';
import type { Origin } from '../../core/telemetry/otlp.ts';
import { traceBody } from '../../core/telemetry/spans.ts';
import type { Receiver, Telemetry } from '../../core/telemetry/telemetry.ts';
import type { Clock, RecordSink } from '../../ports.ts';
import { HttpSink, type SinkLinks } from './http-sink.ts';

/** What the sinks need besides config. */
export interface TelemetryLinks extends Omit<SinkLinks, 'encode'> {
  origin: Origin;
  /** Writes a line to the log. */
  print(line: string): void;
}

/** The sinks; none if config has no `telemetry`. */
export function telemetrySinks(
  { receivers, logs }: Telemetry,
  slo: VerdictSettings,
  links: TelemetryLinks,
): RecordSink[] {
  const { origin, clock, print } = links;
  const sinks: RecordSink[] = receivers.map((receiver) => {
    const encode =
      receiver.name === 'otlp_metrics'
        ? metricsEncoder(receiver, slo, origin, clock)
        : (records: readonly RequestRecord[]) => traceBody(records, receiver.dialect, origin);
    return new HttpSink(receiver, { ...links, encode });
  });
  if (logs) sinks.push(logSink(slo, print));
  return sinks;
}

/** Encodes records as metrics. The window of each call begins where the window before it ended. */
function metricsEncoder({ dialect }: Receiver, slo: VerdictSettings, origin: Origin, clock: Clock) {
  let from = clock.now();
  return (records: readonly RequestRecord[]): string => {
    const to = Math.max(clock.now(), from + 1);
    const body = metricsBody(records, { from, to }, slo, dialect, origin);
    from = to;
    return body;
  };
}

const logSink = (slo: VerdictSettings, print: (line: string) => void): RecordSink => ({
  name: 'logs',
  dropped: 0,
  take: async (records) => {
    for (const record of records) print(logLine(record, slo));
  },
});
