/** The legs of a capture, as legs-of-capture.py tells them. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import * as z from 'zod';

const SCRIPT = join(import.meta.dirname, 'legs-of-capture.py');
/** Of what the script writes. */
const MOST_BYTES = 512 * 1024 * 1024;

const time = z.number().nullable();
const side = z.enum(['server', 'peer']);

/** REFER, or a key by INFO, of a peer. */
const askSchema = z.discriminatedUnion('by', [
  z.object({
    by: z.literal('refer'),
    side,
    at: z.number(),
    status: z.number().nullable(),
    /** User part of Refer-To. */
    to: z.string(),
    /** Call-ID that its Replaces names. */
    replaces: z.string().nullable(),
    /** Statuses of its NOTIFYs, and that of the one which ended the subscription. */
    news: z.array(z.number()),
    told: z.number().nullable(),
  }),
  z.object({ by: z.literal('info'), at: z.number(), status: z.number().nullable(), key: z.string() }),
]);

/** `status`: what was answered to it; null: nothing. */
const offerSchema = z.object({ at: z.number(), status: z.number().nullable() });

/** Times are UTC milliseconds of the kernel. */
const legSchema = z.object({
  callId: z.string(),
  serverTag: z.string().nullable(),
  peerTag: z.string().nullable(),
  /** As the server sees it. */
  direction: z.enum(['in', 'out']),
  /** `host:port/transport`. */
  peer: z.string(),
  /** User part of the Request-URI. */
  number: z.string(),
  /** Who calls: P-Asserted-Identity, else From. */
  identity: z.string(),
  /** Call-ID that the Replaces of the INVITE names. */
  replaces: z.string().nullable(),
  invitedAt: z.number(),
  rangAt: time,
  answeredAt: time,
  ackedAt: time,
  cancelledAt: time,
  /** Statuses after which the INVITE came again. */
  challenged: z.array(z.number()),
  /** Final status of the INVITE. */
  status: z.number().nullable(),
  finalAt: time,
  endedBy: z.enum(['server', 'peer', 'nobody']).nullable(),
  endedAt: time,
  byeAt: z.object({ server: z.number().optional(), peer: z.number().optional() }),
  /** re-INVITE and UPDATE. */
  offers: z.object({ server: z.array(offerSchema), peer: z.array(offerSchema) }),
  asks: z.array(askSchema),
});

const captureSchema = z.object({
  messages: z.number(),
  retransmitted: z.number(),
  /** Packets that are no SIP. */
  strange: z.number(),
  legs: z.array(legSchema),
});

export type WireLeg = z.output<typeof legSchema>;
export type Ask = z.output<typeof askSchema>;
export type WireLegs = z.output<typeof captureSchema>;

/**
 * Read a capture.
 *
 * @param dialled TCP ports to which the server connects
 */
export function legsOfCapture(file: string, server: number, dialled: readonly number[]): WireLegs {
  const more = dialled.flatMap((port) => ['--dialled', String(port)]);
  const text = execFileSync('python3', [SCRIPT, file, '--server', String(server), ...more], {
    encoding: 'utf8',
    maxBuffer: MOST_BYTES,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return captureSchema.parse(JSON.parse(text));
}
