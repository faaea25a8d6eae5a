import type { Happenings } from './happenings.js';
import type { Narrator, Sentence } from './narrator.js';
import { Phone, type PhoneEvent } from './phone.js';
import type { Voice } from './rtp/hearing.js';

/** Who takes part; the names are those of {@link Happenings}. */
export type PartyName = 'caller' | '12345' | '110';

export interface Cast {
  readonly caller: Phone;
  readonly city: Phone;
  readonly police: Phone;
  close(): Promise<void>;
}

const voices: Readonly<Record<PartyName, Voice>> = {
  caller: { name: 'caller', frequency: 400 },
  '12345': { name: '12345', frequency: 700 },
  '110': { name: '110', frequency: 1100 },
};

const titles: Readonly<Record<string, Sentence>> = {
  caller: { zh: '来电人', en: 'caller' },
  '12345': { zh: '12345 接线员', en: '12345 agent' },
  '110': { zh: '110 接警员', en: '110 agent' },
};

/** Open the three phones on loopback. What they notice is told as it happens and kept in `happenings`. */
export async function openCast(happenings: Happenings, narrator: Narrator): Promise<Cast> {
  const open: Phone[] = [];
  const phone = async (name: PartyName, user: string): Promise<Phone> => {
    const made = await Phone.open({
      name: user,
      host: '127.0.0.1',
      voice: voices[name],
      others: Object.values(voices).filter((voice) => voice.name !== name),
      onEvent: (event) => tell(name, event, happenings, narrator),
    });
    open.push(made);
    return made;
  };
  const close = async (): Promise<void> => {
    await Promise.all(open.map((made) => made.close()));
  };
  try {
    const caller = await phone('caller', '13800138000');
    const city = await phone('12345', 'desk7');
    const police = await phone('110', 'desk1');
    return { caller, city, police, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function tell(who: PartyName, event: PhoneEvent, happenings: Happenings, narrator: Narrator): void {
  const what = describe(event);
  const sentence = sentenceOf(who, event);
  if (sentence !== undefined) narrator.event(event.at, sentence);
  happenings.note({ who, what, at: event.at });
}

/** The word by which a story waits for an event. */
function describe(event: PhoneEvent): string {
  if (event.type === 'heard') return event.voice === null ? 'hears nobody' : `hears ${event.voice.name}`;
  if (event.type === 'transfer') return `transfer ${event.status}${event.final ? ' final' : ''}`;
  return event.type;
}

function sentenceOf(who: PartyName, event: PhoneEvent): Sentence | undefined {
  const { zh, en } = titles[who] ?? { zh: who, en: who };
  switch (event.type) {
    case 'called':
      return { zh: `${zh} 振铃`, en: `${en}: rings` };
    case 'answered':
      return { zh: `${zh} 接通`, en: `${en}: answered` };
    case 'switched':
      return { zh: `${zh} 的话机切换对端（未挂断）`, en: `${en}: moved to another party, same call` };
    case 'released':
      return { zh: `${zh} 被释放`, en: `${en}: released` };
    case 'hung-up':
      return { zh: `${zh} 挂机`, en: `${en}: hangs up` };
    case 'ringing':
      return { zh: `${zh} 听到回铃`, en: `${en}: hears ring-back` };
    case 'transfer':
      return {
        zh: `${zh} 得知转接${event.final ? '结果' : '进展'}：${event.status}`,
        en: `${en}: told of the transfer: ${event.status}${event.final ? ', final' : ''}`,
      };
    case 'heard':
      return hearingSentence({ zh, en }, event.voice);
  }
}

function hearingSentence(who: Sentence, voice: Voice | null): Sentence {
  if (voice === null) return { zh: `${who.zh} 听不到任何人`, en: `${who.en}: hears nobody` };
  const other = titles[voice.name] ?? { zh: voice.name, en: voice.name };
  return {
    zh: `${who.zh} 听到 ${other.zh}（${voice.frequency} Hz）`,
    en: `${who.en}: hears ${other.en} (${voice.frequency} Hz)`,
  };
}
