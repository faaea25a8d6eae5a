import { Gauge, type Registry } from 'prom-client';
import type { MixerFigures } from './mixer/mixer.js';
import type { EngineStatus } from './rtpengine/engine-pool.js';

/** What media is made of, as {@link Media} tells it. */
export interface MediaState {
  engines(): readonly EngineStatus[];
  mixer(): MixerFigures | null;
}

/** Adds what media servers do to a Prometheus registry; read when it is scraped. */
export function addMediaMetrics(registry: Registry, media: MediaState): void {
  const gauge = (name: string, help: string, read: (engine: EngineStatus) => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      labelNames: ['engine'],
      collect() {
        for (const engine of media.engines()) this.set({ engine: engine.name }, read(engine));
      },
    });
  };
  gauge('onekey_media_engine_up', 'Whether a media server answers: 1 or 0', ({ up }) => (up ? 1 : 0));
  gauge('onekey_media_calls', 'Calls that have their media on a server', ({ calls }) => calls);
  const mixerGauge = (name: string, help: string, read: (mixer: MixerFigures) => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        const mixer = media.mixer();
        if (mixer !== null) this.set(read(mixer));
      },
    });
  };
  mixerGauge('onekey_mixer_up', 'Whether the mixer answers: 1 or 0', ({ up }) => (up ? 1 : 0));
  mixerGauge('onekey_mixer_conferences', 'Conversations in the mixer', ({ rooms }) => rooms);
  mixerGauge('onekey_mixer_parties', 'Parties of these conversations', ({ seats }) => seats);
}

/** Media servers that do not answer, one line each, for people. */
export function mediaProblems(media: MediaState): readonly string[] {
  const down = media.engines().filter(({ up }) => !up);
  const problems = down.map(({ name }) => `the media server ${name} does not answer`);
  return media.mixer()?.up === false ? [...problems, 'the mixer does not answer: no conferences'] : problems;
}
