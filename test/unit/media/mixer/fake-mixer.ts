import {
  type Mixer,
  MixerFailure,
  type MixerRoom,
  type RtpAddress,
} from '../../../../src/media/mixer/mixer.js';

/** Rooms that do everything, and write it down. */
export class FakeMixer implements Mixer {
  up = true;
  readonly asked: string[] = [];
  fails: (what: string) => boolean = () => false;
  #port = 33_000;

  async open(): Promise<MixerRoom> {
    this.#note('open');
    return {
      add: async (name, { address, port }): Promise<RtpAddress> => {
        this.#note(`add ${name} ${address}:${port}`);
        this.#port += 1;
        return { address: '127.0.0.1', port: this.#port };
      },
      mute: async (name, muted) => this.#note(`${muted ? 'mute' : 'unmute'} ${name}`),
      remove: async (name) => this.#note(`remove ${name}`),
      close: async () => this.#note('close'),
    };
  }

  figures() {
    return { up: this.up, rooms: 0, seats: 0 };
  }

  take(): string[] {
    return this.asked.splice(0);
  }

  #note(what: string): void {
    this.asked.push(what);
    if (this.fails(what)) throw new MixerFailure('no');
  }
}
