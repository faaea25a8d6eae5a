import { EXIT, parseCommandLine } from '../options.js';
import { openCast } from './cast.js';
import { EngineProcess } from './engine-process.js';
import { Happenings, StoryError } from './happenings.js';
import { tellLedger } from './ledger-rows.js';
import { type Language, Narrator } from './narrator.js';
import { playBusy, playTransfer } from './story.js';

export const summary = 'show a one-key transfer between three phones, with sound';

export const help = `Usage: onekey demo [--lang zh|en] [--fast] [--media]

Starts the engine with a dial plan of its own and three phones around it, all on loopback, and plays two
calls. A citizen calls 12345, whose agent moves them to 110 with one key; then 110 is busy, and the citizen
stays with the agent. Every phone sends its own tone as G.711 over RTP (caller 400 Hz, 12345 700 Hz, 110
1100 Hz); who hears whom is measured from the packets that arrive. At the end come the rows of the ledger.
Nothing has to be configured, nothing is left behind.

  --lang zh|en  Chinese with English beside (default), or English alone
  --fast        people talk for 0.8 s instead of 3 s
  --media       audio through rtpengine (Debian package rtpengine-daemon), which moves the caller: the
                caller's phone is told nothing. Without it phones send to each other, and the caller's is
                switched by a re-INVITE
  --help        this text

Exit code: 0 when the story came out as told, 1 when not, 2 for a wrong command line.`;

/** Play the demo. Resolves to the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  const parsed = parseCommandLine({
    args: [...argv],
    options: {
      lang: { type: 'string', default: 'zh' },
      fast: { type: 'boolean', default: false },
      media: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (!parsed.ok) return usage(parsed.message);
  const { lang, fast, media, help: wantsHelp } = parsed.line.values;
  if (wantsHelp) {
    console.log(help);
    return EXIT.ok;
  }
  if (!isLanguage(lang)) return usage(`--lang ${String(lang)}: there are zh and en`);
  const narrator = new Narrator(lang, (line) => console.log(line), performance.now());
  try {
    await play(narrator, { talkMs: fast ? 800 : 3000, anchored: media });
    narrator.heading({ zh: '结果与讲述一致', en: 'the story came out as told' });
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof StoryError)) throw error;
    narrator.heading({
      zh: `故事走样了：${error.message}`,
      en: `the story came out otherwise: ${error.message}`,
    });
    return EXIT.failed;
  }
}

async function play(
  narrator: Narrator,
  manner: { readonly talkMs: number; readonly anchored: boolean },
): Promise<void> {
  const happenings = new Happenings();
  const cast = await openCast(happenings, narrator);
  try {
    const ports = {
      caller: cast.caller.sipPort,
      city: cast.city.sipPort,
      police: cast.police.sipPort,
    };
    const engine = await EngineProcess.start(ports, manner.anchored);
    try {
      const stage = { cast, happenings, narrator, sip: engine.sip, ...manner };
      narrator.say({ zh: `引擎已启动：${engine.sip}`, en: `the engine is up at ${engine.sip}` });
      await playTransfer(stage);
      await playBusy(stage);
      await tellLedger(engine, narrator);
    } finally {
      await engine.stop();
    }
  } finally {
    await cast.close();
  }
}

function isLanguage(text: unknown): text is Language {
  return text === 'zh' || text === 'en';
}

function usage(message: string): number {
  console.error(`onekey demo: ${message}\nTry: onekey demo --help`);
  return EXIT.usage;
}
