import { cp, mkdtemp, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/** Copies the test suite out of drachtio-srf's package and moves it from its Docker network to loopback. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PACKAGE = join(ROOT, 'node_modules', 'drachtio-srf');
const LOCAL_SIPP = fileURLToPath(new URL('local-sipp.cjs', import.meta.url));

/** A sipp that waits for calls during a test file. */
export interface WaitingSipp {
  readonly address: string;
  /** File name in `test/scenarios`. */
  readonly scenario: string;
}

/** The suite, ready to run in `folder`. */
export interface PreparedSuite {
  readonly folder: string;
  /** First three numbers of every address, e.g. `127.93.7`. */
  readonly network: string;
  /** Waiting sipps by the name of their container. */
  readonly sipps: ReadonlyMap<string, WaitingSipp>;
}

interface ComposeFile {
  readonly services: Readonly<
    Record<
      string,
      { readonly command: string; readonly networks: { readonly testbed: { readonly ipv4_address: string } } }
    >
  >;
}

/** The network of the suite's compose file. */
const DOCKER_NETWORK = '172.29.0';

/** A loopback network of our own, so that runs beside each other do not meet. */
function pickNetwork(): string {
  const number = (): number => 1 + Math.floor(Math.random() * 250);
  return `127.${number()}.${number()}`;
}

export async function prepareSuite(): Promise<PreparedSuite> {
  const folder = await mkdtemp(join(tmpdir(), 'drachtio-suite-'));
  const network = pickNetwork();
  await cp(PACKAGE, folder, { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const compose = parse(
    await readFile(join(folder, 'test', 'docker-compose-testbed.yaml'), 'utf8'),
  ) as ComposeFile;
  const sipps = new Map<string, WaitingSipp>();
  for (const [name, service] of Object.entries(compose.services)) {
    const scenario = /-sf \/tmp\/(\S+)/.exec(service.command)?.[1];
    const address = service.networks.testbed.ipv4_address.replace(DOCKER_NETWORK, network);
    if (scenario !== undefined) sipps.set(name, { address, scenario });
  }
  await cp(LOCAL_SIPP, join(folder, 'test', 'sipp.js'));
  await rewriteAddresses(join(folder, 'test'), network, sipps);
  return { folder, network, sipps };
}

/** Puts addresses where the suite names containers; a container that a test starts itself gets the next one. */
async function rewriteAddresses(
  folder: string,
  network: string,
  sipps: ReadonlyMap<string, WaitingSipp>,
): Promise<void> {
  const started = new Map<string, string>();
  const addressOf = (name: string): string => {
    const known = sipps.get(name)?.address ?? started.get(name);
    if (known !== undefined) return known;
    const address = `${network}.${100 + started.size}`;
    started.set(name, address);
    return address;
  };
  for (const entry of await readdir(folder, { recursive: true })) {
    const isScript = entry.endsWith('.js') && entry !== 'sipp.js';
    if (!isScript && !entry.endsWith('.xml')) continue;
    const text = await readFile(join(folder, entry), 'utf8');
    const named = isScript
      ? text.replace(/(?<=['":])sipp-[a-z0-9-]+(?=['"])/g, addressOf)
      : plainAngles(text);
    const moved = named.replaceAll(DOCKER_NETWORK, network);
    if (moved !== text) await writeFile(join(folder, entry), moved);
  }
}

/**
 * XML forbids `<` inside an attribute. The suite's scenarios have it in a regular expression, which newer sipps
 * forgive and the packaged one (3.6) does not; that one does not read `&lt;` either, so a character class stands in.
 */
function plainAngles(scenario: string): string {
  return scenario.replace(/regexp="<sip:\(\.\*\)>"/g, 'regexp="[[:punct:]]sip:(.*)[[:punct:]]"');
}
