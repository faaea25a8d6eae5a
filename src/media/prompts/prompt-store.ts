import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, extname, join, relative } from 'node:path';
import { atRate, readWav, writeWav } from './wav.js';

/** A prompt that cannot be played, and what helps. */
export interface PromptFault {
  readonly file: string;
  readonly message: string;
  readonly remedy: string;
}

/** rtpengine sends a file in the pieces that it reads: at 48 kHz one is as long as a packet, below that they come in bursts. */
const bestRate = 48_000;
const largestFile = 50_000_000;
const remedy = 'make it a WAV file: PCM of 16 bits, one channel, 48 kHz; sox can';

/**
 * The prompts of a folder, `LANGUAGE/NAME.wav`, and what is for all languages beside them, `NAME.wav`; each in a copy
 * that the engine plays evenly, whatever its rate was.
 */
export class PromptStore {
  private constructor(
    private readonly paths: ReadonlyMap<string, string>,
    /** Files that are not used. */
    readonly faults: readonly PromptFault[],
  ) {}

  /**
   * Read all prompts and write the copies. A folder that is not there has none.
   *
   * @param folder where the prompts are
   * @param copies folder of our own; made when missing, and what an earlier start left in it is replaced
   * @throws when the copies cannot be written
   */
  static load(folder: string, copies: string): PromptStore {
    const paths = new Map<string, string>();
    const faults: PromptFault[] = [];
    rmSync(copies, { recursive: true, force: true });
    for (const file of wavFiles(folder)) {
      const read = readPrompt(file);
      if (typeof read === 'string') {
        faults.push({ file, message: `this prompt cannot be played: ${read}`, remedy });
        continue;
      }
      const key = relative(folder, file).slice(0, -extname(file).length);
      const copy = join(copies, `${key}.wav`);
      mkdirSync(join(copy, '..'), { recursive: true });
      // Never half a file, should a call want it at this moment.
      writeFileSync(`${copy}.new`, read);
      renameSync(`${copy}.new`, copy);
      paths.set(key, copy);
    }
    return new PromptStore(paths, faults);
  }

  /** Absolute path of a prompt, in this language or else for all; null when there is none. */
  path(name: string, language: string): string | null {
    return this.paths.get(`${language}/${name}`) ?? this.paths.get(name) ?? null;
  }
}

/** WAV files of a folder and of the folders in it. */
function wavFiles(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch {
    return [];
  }
  const wav = names.filter((name) => extname(name) === '.wav' && !basename(name).startsWith('.'));
  return wav
    .filter((name) => name.split('/').length <= 2)
    .sort()
    .map((name) => join(folder, name));
}

/** The bytes to play, or what is wrong. */
function readPrompt(file: string): Buffer | string {
  try {
    if (statSync(file).size > largestFile) return `it has more than ${largestFile / 1_000_000} MB`;
    const read = readWav(readFileSync(file));
    return read.ok ? writeWav(atRate(read.sound, bestRate)) : read.what;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
