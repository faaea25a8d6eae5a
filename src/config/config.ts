import { isIP } from 'node:net';
import { join } from 'node:path';
import * as z from 'zod';
import { httpSchema } from './http-schema.js';
import { packageInfo } from './package-root.js';
import { ipAddress, listenPort, pathSchema, peerPort, wholeNumber } from './schema-parts.js';

/**
 * All settings of the program: types, defaults, ranges. `config/onekey.yaml` documents them for the
 * people who run it; a test holds the two together. Read them with `loadConfig` of `load.ts`.
 */

const hostName = () =>
  z
    .string()
    .regex(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$|^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$/)
    .meta({ accepts: 'a host name or an IP address without brackets' });

const anyIpAddress = () =>
  z
    .string()
    .refine((text) => isIP(text) !== 0, 'this is no IP address')
    .meta({ accepts: 'an IP address' });

/** An external rtpengine. */
const mediaHostSchema = z
  .strictObject({
    host: anyIpAddress(),
    /** Of its ng protocol (`--listen-ng`). */
    port: peerPort(),
    /** Share of the calls beside the others. */
    weight: wholeNumber(1, 100).default(1),
  })
  .meta({ accepts: '{ host: an IP address, port: 1 to 65535, weight: 1 to 100 }' });

/** `192.0.2.1`, or `192.0.2.1!203.0.113.5` to tell peers the second one: rtpengine's own form. */
const mediaInterface = () =>
  z
    .string()
    .refine((text) => {
      const [own = '', told, ...more] = text.split('!');
      return more.length === 0 && isIP(own) !== 0 && (told === undefined || isIP(told) === isIP(own));
    }, 'this is no address of an interface')
    .meta({
      accepts:
        'an IP address of this machine, or two with ! between: our own and the one that peers are told',
    });

const listenerSchema = z
  .strictObject({
    transport: z.enum(['udp', 'tcp', 'tls', 'ws', 'wss']),
    host: ipAddress(),
    /** 0 takes any free port. */
    port: listenPort(),
    /** What peers are told to send to, where it differs from `host` (all addresses, or behind NAT). */
    externalHost: hostName().optional(),
    externalPort: peerPort().optional(),
    /** tls and wss: the certificate chain and its private key, PEM; absolute once loaded. Read again when they change. */
    cert: pathSchema('the path of a certificate chain (PEM)').optional(),
    key: pathSchema('the path of a private key (PEM)').optional(),
    /** tls: whose certificates we accept when we connect to others; the system's authorities when absent. */
    ca: pathSchema('the path of trusted certificates (PEM)').optional(),
  })
  .meta({ accepts: '{ transport: udp or tcp (also tls, ws, wss), host: an IP address, port: 0 to 65535 }' });

const outboundSchema = z
  .strictObject({
    /** A SIP method, or `*` for all that have no rule of their own. */
    method: z
      .string()
      .regex(/^(\*|[A-Z]{2,20})$/)
      .meta({ accepts: 'a SIP method in capitals such as MESSAGE, or "*" for all others' }),
    /** An application that is dialled for each such request, or an HTTP service that names one. */
    target: z
      .string()
      .regex(/^((tcp|tls):\/\/([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):[1-9]\d{0,4}|https?:\/\/\S+)$/)
      .refine((text) => URL.canParse(text), 'this is no address')
      .meta({ accepts: 'tcp://host:port, tls://host:port or the URL of a routing service' }),
    /** tls only: take a certificate that no known authority vouches for. */
    anyCertificate: z.boolean().default(false),
  })
  .meta({ accepts: '{ method: MESSAGE, target: "tcp://host:port" }' });

/** The schema behind {@link Config}; `z.toJSONSchema` of it gives ranges and defaults to tools. */
export const configSchema = z.strictObject({
  sip: z
    .strictObject({
      /** `embedded`: our own SIP server in this process. `drachtio`: an external drachtio-server. */
      server: z.enum(['embedded', 'drachtio']).default('embedded'),
      /** Where the embedded server listens for SIP. */
      listeners: z
        .array(listenerSchema)
        .min(1)
        .default([
          { transport: 'udp', host: '127.0.0.1', port: 5060 },
          { transport: 'tcp', host: '127.0.0.1', port: 5060 },
          // For the phone in the page of an agent at this machine.
          { transport: 'ws', host: '127.0.0.1', port: 5066 },
        ]),
      /** The embedded server as a SIP server for other applications too; used when `server` is `embedded`. */
      embedded: z
        .strictObject({
          control: z
            .strictObject({
              /** Where applications connect on this machine (127.0.0.1); 0 takes a free port that only we know. */
              port: listenPort().default(0),
              /** What applications must show; made anew at each start when empty. */
              secret: z
                .string()
                .regex(/^[\x21-\x7b\x7d\x7e]{0,256}$/)
                .default('')
                .meta({ accepts: 'text without blanks and bars, 256 characters at most', secret: true }),
              /** Where applications connect from other machines; port 0: nowhere. */
              tls: z
                .strictObject({
                  host: ipAddress().default('127.0.0.1'),
                  port: listenPort().default(0),
                  /** Certificate chain and key, PEM; absolute once loaded. Read again when they change. */
                  cert: z
                    .string()
                    .max(1000)
                    .default('')
                    .meta({ accepts: 'the path of a certificate chain (PEM)' }),
                  key: z.string().max(1000).default('').meta({ accepts: 'the path of a private key (PEM)' }),
                })
                .prefault({}),
            })
            .prefault({}),
          /** Methods for which an application is dialled instead of waiting for one that asks for them. */
          outbound: z.array(outboundSchema).max(32).default([]),
          /** In a thread of its own, so that signalling and application use two cores. */
          thread: z.boolean().default(false),
        })
        .prefault({}),
      /** The external drachtio-server; used when `server` is `drachtio`. */
      drachtio: z
        .strictObject({
          host: hostName().default('127.0.0.1'),
          port: peerPort().default(9022),
          secret: z
            .string()
            .max(256)
            .default('')
            .meta({ accepts: 'text of 256 characters at most', secret: true }),
        })
        .prefault({}),
      /** Log every SIP message. They hold callers' numbers. */
      trace: z.boolean().default(false),
      /** Which messages log, capture file and collector get; empty for all. */
      traceFilter: z
        .string()
        .max(500)
        .regex(/^(\s*(call-id|method|address|transport|party)=\S+)*\s*$/i)
        .default('')
        .meta({
          accepts: 'text such as method=INVITE address=192.0.2.1, or call-id=..., party=..., transport=...',
        }),
      /** Capture file (pcap) that every message is written to; empty for none. Absolute once loaded. */
      capture: z.string().max(1000).default('').meta({ accepts: 'the path of a file, or empty' }),
      /** HEP collector (HOMER) that every message is sent to; empty for none. */
      hep: z
        .string()
        .regex(/^$|^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):([1-9][0-9]{0,4})$/)
        .default('')
        .meta({ accepts: 'host:port of a HEP collector, or empty' }),
    })
    .prefault({}),
  http: httpSchema,
  media: z
    .strictObject({
      /** `auto` takes rtpengine where it is installed and reachable for the peers of SIP, else direct. */
      anchor: z.enum(['auto', 'direct', 'rtpengine']).default('auto'),
      /** Language of prompts, the name of a folder of theirs. */
      language: z
        .string()
        .regex(/^[a-z]{2,8}$/)
        .default('zh')
        .meta({ accepts: 'the name of a folder of prompts, such as zh or en' }),
      /** A leg of which no audio comes for so long is told of; 0: none is. Seconds. */
      silenceSeconds: wholeNumber(0, 3600).default(30),
      rtpengine: z
        .strictObject({
          /** Start an engine of our own; else those under `hosts` are used. */
          spawn: z.boolean().default(true),
          /** Name or path of the program to start. */
          program: pathSchema('the name or path of a program').default('rtpengine'),
          /** Where the engine of our own takes media. */
          interfaces: z.array(mediaInterface()).min(1).max(16).default(['127.0.0.1']),
          /** First and last UDP port for media of the engine of our own. Browsers send nothing to 10080, and to some below 6700. */
          portMin: wholeNumber(1024, 65_000).default(10_100),
          portMax: wholeNumber(1024, 65_535).default(32_767),
          /** Threads for media of the engine of our own; more than one stalls some DTLS handshakes. */
          threads: wholeNumber(1, 64).default(1),
          /** External engines. */
          hosts: z.array(mediaHostSchema).max(64).default([]),
          /** Where external engines report keys; empty: they do not. */
          keysAt: z
            .string()
            .regex(/^$|^(\d{1,3}(?:\.\d{1,3}){3}|\[[0-9A-Fa-f:.]+\]):([1-9][0-9]{0,4})$/)
            .default('')
            .meta({ accepts: 'an IP address of this machine and a port, such as 10.0.0.4:2224, or empty' }),
          /** What becomes of new calls while no engine answers. */
          whenDown: z.enum(['direct', 'refuse']).default('direct'),
          /** Codecs that every party is offered beside those of the party it will talk with. */
          transcode: z
            .array(z.enum(['PCMA', 'PCMU', 'G722', 'opus']))
            .max(4)
            .default(['PCMA', 'PCMU']),
        })
        .prefault({}),
      /** Conversations of more than two, where media is anchored. */
      mixer: z
        .strictObject({
          /** `auto` takes Janus where it is installed, or given by `url`. */
          kind: z.enum(['auto', 'janus', 'none']).default('auto'),
          /** Start one of our own; else that of `url` is used. */
          spawn: z.boolean().default(true),
          /** Name or path of the program to start. */
          program: pathSchema('the name or path of a program').default('janus'),
          /** Where the mixer of our own takes audio from the media server. */
          address: ipAddress().default('127.0.0.1'),
          /** First and last UDP port of the mixer of our own. */
          portMin: wholeNumber(1024, 65_000).default(33_000),
          portMax: wholeNumber(1024, 65_535).default(34_999),
          /** WebSocket interface of an external Janus. */
          url: z
            .string()
            .max(200)
            .regex(/^wss?:\/\/([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[1-9][0-9]{0,4})?(\/[A-Za-z0-9._~/-]*)?$/)
            .default('ws://127.0.0.1:8188')
            .meta({ accepts: 'a URL such as ws://10.0.0.5:8188' }),
          /** Its `api_secret`. */
          secret: z
            .string()
            .max(200)
            .default('')
            .meta({ accepts: 'text of 200 characters at most', secret: true }),
        })
        .prefault({}),
    })
    .prefault({}),
  recording: z
    .strictObject({
      /** Folder of recordings; absolute once loaded, empty for `recordings` in the data folder. Made when missing. */
      folder: z.string().max(1000).default('').meta({ accepts: 'the path of a folder, or empty' }),
      /** Folder that external engines record to (their --recording-dir), as this machine sees it; empty: they do not. */
      engineFolder: z.string().max(1000).default('').meta({ accepts: 'the path of a folder, or empty' }),
      /** Files older than this are deleted, their records stay; days, 0 for never. */
      retentionDays: wholeNumber(0, 36_500).default(180),
      /** With less room on the disk nothing is recorded; megabytes. */
      minFreeMegabytes: wholeNumber(1, 1_000_000).default(1024),
    })
    .prefault({}),
  ledger: z
    .strictObject({
      /** There is at most one commit in so long: entries that come meanwhile are gathered; milliseconds. */
      commitMs: wholeNumber(1, 1000).default(10),
      /**
       * Folder on another disk, which takes what the disk of the ledger refuses until that has room; absolute once
       * loaded, empty for none. Made when missing.
       */
      spool: z.string().max(1000).default('').meta({ accepts: 'the path of a folder, or empty' }),
      /** Records that wait in memory at most while no disk takes them; further ones go to the log. */
      mostWaiting: wholeNumber(1000, 10_000_000).default(200_000),
      /** Whole months that are kept besides the current one; 0 keeps all. */
      retentionMonths: wholeNumber(0, 1200).default(0),
    })
    .prefault({}),
  surge: z
    .strictObject({
      /** Whether to look for surges. */
      enabled: z.boolean().default(true),
      /** Window of time that is held against what is usual, beside the last hour; minutes. */
      windowMinutes: wholeNumber(2, 30).default(10),
      /** A surge is at least so many times what is usual. */
      times: wholeNumber(2, 20).default(2),
      /** And lies so many times the usual spread above it. */
      score: wholeNumber(3, 50).default(7),
      /** And is at least so many calls, or transfers of a matter. */
      minimum: wholeNumber(1, 100_000).default(15),
      /** It is over when it has been calm for so long; minutes. */
      calmMinutes: wholeNumber(1, 240).default(15),
    })
    .prefault({}),
  limits: z
    .strictObject({
      /** Calls at the same time; further ones are refused, emergencies are not. */
      maxCalls: wholeNumber(1, 100_000).default(2000),
    })
    .prefault({}),
  calls: z
    .strictObject({
      /** A target that neither rings nor answers for so long counts as unreachable; seconds. */
      noResponseSeconds: wholeNumber(1, 32).default(6),
      /** How long we wait for the answer to a NOTIFY that reports a transfer; seconds. */
      notifyAnswerSeconds: wholeNumber(1, 32).default(8),
      /** How long calls may go on once the program was told to stop; seconds. */
      drainSeconds: wholeNumber(0, 86_400).default(30),
    })
    .prefault({}),
  agents: z
    .strictObject({
      /** Shown to phones, and part of what is kept of passwords: after a change all of them must be set anew. */
      realm: z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9 ._@-]{0,63}$/)
        .default('onekey')
        .meta({ accepts: '1 to 64 letters, digits, blanks or ._@-, beginning with a letter or digit' }),
      /** Digest algorithms that phones are offered, the best one first. */
      algorithms: z
        .array(z.enum(['SHA-256', 'MD5']))
        .min(1)
        .max(2)
        .default(['SHA-256', 'MD5']),
      /** Phones that one agent may have registered at a time. */
      maxContacts: wholeNumber(1, 50).default(5),
      /** Shortest registration that is accepted; seconds. */
      minExpiresSeconds: wholeNumber(10, 3600).default(60),
      /** Registration of phones that do not say how long; seconds. */
      defaultExpiresSeconds: wholeNumber(10, 86_400).default(600),
      /** Longest registration; what asks for more gets this; seconds. */
      maxExpiresSeconds: wholeNumber(10, 86_400).default(3600),
      /** How long a nonce of digest authentication is taken; seconds. */
      nonceSeconds: wholeNumber(10, 86_400).default(300),
      /** OPTIONS to phones behind NAT, and how soon phones with Outbound shall give a sign; 0: no OPTIONS. Seconds. */
      keepAliveSeconds: wholeNumber(0, 3600).default(25),
      lockout: z
        .strictObject({
          /** Wrong passwords in a row from one address before it is locked out of an account. */
          attempts: wholeNumber(1, 100).default(5),
          /** The first lock, each further one lasts twice as long; seconds. */
          firstSeconds: wholeNumber(1, 3600).default(30),
          /** The longest lock; seconds. */
          mostSeconds: wholeNumber(1, 86_400).default(3600),
        })
        .prefault({}),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
      /** `auto`: pretty on a terminal, else JSON. */
      format: z.enum(['auto', 'json', 'pretty']).default('auto'),
    })
    .prefault({}),
  /** Path of the dial plan; absolute once loaded. */
  dialplan: pathSchema('the path of a dial plan').default(() =>
    join(packageInfo().root, 'dialplans', 'alliance.yaml'),
  ),
  /** Folder of the ledger and the journal; absolute once loaded. Made when missing. */
  data: pathSchema('the path of a folder').default(() => join(packageInfo().root, 'data')),
});

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** The settings in force: complete, checked, frozen. */
export type Config = DeepReadonly<z.output<typeof configSchema>>;
/** One holder of an API token. */
export type ApiToken = Config['http']['tokens'][number];
