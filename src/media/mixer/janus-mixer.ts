import { randomInt } from 'node:crypto';
import { z } from 'zod';
import type { MediaLog } from '../log.js';
import type { JanusClient, JanusHandle } from './janus-client.js';
import { type Mixer, MixerFailure, type MixerFigures, type MixerRoom, type RtpAddress } from './mixer.js';

/** Packets of a participant that are kept before the first is mixed, of 20 ms each; Janus needs 1 or more. */
const PREBUFFER = 2;
/** G.711 has no more. */
const SAMPLES_A_SECOND = 8000;
/** Names our rooms, so that those of a run that was killed are found. */
const OURS = 'onekey';

const joinedSchema = z.object({ rtp: z.object({ ip: z.string(), port: z.int().min(1).max(65_535) }) });
const listSchema = z.object({
  list: z.array(z.object({ room: z.number(), description: z.string(), num_participants: z.number() })),
});

/** Rooms of the AudioBridge plugin of Janus (measured with 1.1.2), whose participants send and get plain RTP. */
export class JanusMixer implements Mixer {
  #client: JanusClient | null = null;
  /** Opens and closes rooms. */
  #desk: JanusHandle | null = null;
  readonly #rooms = new Set<JanusRoom>();

  constructor(private readonly log: MediaLog) {}

  get up(): boolean {
    return this.#client !== null;
  }

  /** There is a connection. */
  connected(client: JanusClient): void {
    this.#client = client;
    this.#desk = null;
  }

  /** It is lost, and all rooms with it. */
  lost(): void {
    this.#client = null;
    this.#rooms.clear();
  }

  figures(): MixerFigures {
    let seats = 0;
    for (const room of this.#rooms) seats += room.size;
    return { up: this.up, rooms: this.#rooms.size, seats };
  }

  async open(): Promise<MixerRoom> {
    const client = this.#client;
    if (client === null) throw new MixerFailure('there is no mixer');
    const desk = await this.#deskOf(client);
    const id = randomInt(1, 2 ** 47);
    await client.request(desk, {
      request: 'create',
      room: id,
      description: OURS,
      sampling_rate: SAMPLES_A_SECOND,
      allow_rtp_participants: true,
      default_prebuffering: PREBUFFER,
      audiolevel_ext: false,
    });
    const room = new JanusRoom(client, desk, id, () => this.#rooms.delete(room));
    this.#rooms.add(room);
    return room;
  }

  async #deskOf(client: JanusClient): Promise<JanusHandle> {
    if (this.#desk !== null) return this.#desk;
    const desk = await client.attach();
    this.#desk = desk;
    await this.#sweep(client, desk).catch((err: unknown) =>
      this.log.debug({ err }, 'rooms not looked through'),
    );
    return desk;
  }

  /** A mixer that others run keeps empty rooms of a run of ours that was killed. */
  async #sweep(client: JanusClient, desk: JanusHandle): Promise<void> {
    const { list } = listSchema.parse(await client.request(desk, { request: 'list' }));
    const left = list.filter(
      ({ description, num_participants }) => description === OURS && num_participants === 0,
    );
    for (const { room } of left) await client.request(desk, { request: 'destroy', room });
  }
}

class JanusRoom implements MixerRoom {
  readonly #handles = new Map<string, JanusHandle>();
  #closed = false;

  constructor(
    private readonly client: JanusClient,
    private readonly desk: JanusHandle,
    private readonly id: number,
    private readonly onClosed: () => void,
  ) {}

  get size(): number {
    return this.#handles.size;
  }

  async add(name: string, at: RtpAddress, { muted }: { readonly muted: boolean }): Promise<RtpAddress> {
    const handle = await this.client.attach();
    const said = await this.client.request(handle, {
      request: 'join',
      room: this.id,
      codec: 'pcma',
      muted,
      rtp: { ip: at.address, port: at.port, payload_type: 8 },
    });
    const joined = joinedSchema.safeParse(said);
    if (!joined.success || this.#closed) {
      await this.client.detach(handle);
      throw new MixerFailure(this.#closed ? 'the room was closed' : 'Janus did not say where it takes audio');
    }
    this.#handles.set(name, handle);
    const { ip: address, port } = joined.data.rtp;
    return { address, port };
  }

  async mute(name: string, muted: boolean): Promise<void> {
    const handle = this.#handles.get(name);
    if (handle === undefined) throw new MixerFailure(`there is no participant ${name}`);
    await this.client.request(handle, { request: 'configure', muted });
  }

  async remove(name: string): Promise<void> {
    const handle = this.#handles.get(name);
    this.#handles.delete(name);
    if (handle !== undefined) await this.client.detach(handle);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.onClosed();
    const handles = [...this.#handles.values()];
    this.#handles.clear();
    await this.client.request(this.desk, { request: 'destroy', room: this.id });
    await Promise.all(handles.map((handle) => this.client.detach(handle)));
  }
}
