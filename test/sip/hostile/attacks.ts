import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SERVER } from './guarded-server.js';
import { Mask } from './mask.js';

/** A tool that looks for open SIP servers, or floods them. */
export interface Attack {
  readonly name: string;
  /** The address that it comes from; each attack has its own. */
  readonly source: string;
  readonly program: string;
  readonly args: readonly string[];
}

export interface Attacks {
  readonly list: readonly Attack[];
  close(): void;
}

/** Every attack against the server on that port; scenarios are written to `folder`. */
export async function prepareAttacks(port: number, folder: string): Promise<Attacks> {
  const masks: Mask[] = [];
  const mask = async (source: string): Promise<string> => {
    const put = await Mask.put(source, { host: SERVER, port });
    masks.push(put);
    return String(put.port);
  };
  /** svwar and svcrack cannot choose an address. */
  const masked = async (tool: string, source: string, more: string[]): Promise<Attack> => ({
    name: `sipvicious ${tool}`,
    source,
    program: tool,
    args: ['-p', await mask(source), ...more, '127.0.0.1'],
  });
  const flood = (method: string, source: string): Attack => floodBySipp(method, source, port, folder);
  const list = [
    // sipsak takes the address that the system chooses.
    {
      name: 'sipsak OPTIONS flood',
      source: '127.0.0.1',
      program: 'sipsak',
      args: ['-F', '-H', '127.0.0.1', '-s', `sip:100@${SERVER}:${port}`],
    },
    {
      name: 'sipvicious svmap',
      source: '127.0.0.21',
      program: 'svmap',
      args: ['-p', String(port), '-b', '127.0.0.21', SERVER],
    },
    await masked('svwar', '127.0.0.22', ['-e', '100-9999', '-m', 'INVITE', '--force']),
    await masked('svcrack', '127.0.0.23', ['-u', '100', '-r', '1-9999']),
    flood('INVITE', '127.0.0.24'),
    flood('REGISTER', '127.0.0.25'),
    flood('OPTIONS', '127.0.0.26'),
    flood('malformed', '127.0.0.27'),
  ];
  return {
    list,
    close: () => {
      for (const put of masks) put.close();
    },
  };
}

/** 1000 messages a second that expect no answer. */
function floodBySipp(method: string, source: string, port: number, folder: string): Attack {
  const name = `sipp ${method} flood`;
  const file = join(folder, `${name.replaceAll(' ', '-')}.xml`);
  const lines = method === 'malformed' ? malformed() : request(method);
  const message = [...lines, 'Content-Length: 0', '', ''].join('\n');
  const scenario = `<scenario name="${name}"><send><![CDATA[\n${message}\n]]></send></scenario>\n`;
  writeFileSync(file, `<?xml version="1.0"?>\n${scenario}`);
  const rate = ['-r', '1000', '-m', '100000', '-nostdin', '-nd'];
  return {
    name,
    source,
    program: 'sipp',
    args: ['-sf', file, '-i', source, '-t', 'u1', ...rate, `${SERVER}:${port}`],
  };
}

const request = (method: string): string[] => [
  `${method} sip:100@[remote_ip]:[remote_port] SIP/2.0`,
  'Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]',
  'Max-Forwards: 70',
  'From: <sip:flood@[local_ip]:[local_port]>;tag=[call_number]',
  'To: <sip:100@[remote_ip]:[remote_port]>',
  'Call-ID: [call_id]',
  `CSeq: 1 ${method}`,
  'Contact: <sip:flood@[local_ip]:[local_port]>',
];

/** Another method and too large a number in CSeq, a To that is no header line. */
function malformed(): string[] {
  return request('INVITE').map((line) => {
    if (line.startsWith('CSeq')) return 'CSeq: 99999999999 BYE';
    return line.startsWith('To') ? 'To "unbalanced <<<' : line;
  });
}
