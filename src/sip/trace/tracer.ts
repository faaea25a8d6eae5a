import type { SipLog, Trace, TraceEntry } from '../log.js';
import { passes, type TraceFilter } from './filter.js';
import { HepSender, type HepTarget } from './hep.js';
import { PcapFile } from './pcap.js';
import { screenText } from './screen.js';

export interface TracerOptions {
  readonly filter: TraceFilter;
  /** Gets the text of each message. */
  readonly screen?: (text: string) => void;
  /** Gets each message as it is, for a log. */
  readonly entry?: Trace;
  /** Path of a capture file; written over when it exists. */
  readonly pcap?: string;
  readonly hep?: HepTarget;
  readonly log: SipLog;
}

export interface Tracer {
  /** For `SipServerOptions.trace`. */
  readonly trace: Trace;
  close(): Promise<void>;
}

/** Shows messages that pass the filter: on the screen, in a capture file, at a HEP collector. */
export function createTracer({ filter, screen, entry: onEntry, pcap, hep, log }: TracerOptions): Tracer {
  const file = pcap === undefined ? null : new PcapFile(pcap, log);
  const sender = hep === undefined ? null : new HepSender(hep);
  return {
    trace: (entry: TraceEntry): void => {
      if (!passes(entry, filter)) return;
      screen?.(screenText(entry));
      onEntry?.(entry);
      file?.write(entry);
      sender?.send(entry);
    },
    close: async () => {
      await file?.close();
      await sender?.close();
    },
  };
}
