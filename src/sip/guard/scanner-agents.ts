/** What tools that look for open SIP servers call themselves, in lower case. */
const SCANNERS: readonly string[] = [
  'friendly-scanner',
  'friendly-request',
  'sipvicious',
  'sipcli',
  'sip-scan',
  'sipscan',
  'sundayddr',
  'sivus',
  'iwar',
  'smap',
  'pplsip',
  'vaxsipuseragent',
  'siparmyknife',
  'warvox',
];

/** Whether a User-Agent value is the one of a known scanner. */
export function isScannerAgent(agent: string): boolean {
  if (agent.length > 200) return false;
  const lower = agent.toLowerCase();
  return SCANNERS.some((name) => lower.includes(name));
}
