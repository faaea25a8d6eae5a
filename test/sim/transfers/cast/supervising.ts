import type { MonitorMode } from '../../../../src/engine/operations.js';
import { type MemberName, PBX } from '../alliance.js';
import type { Story } from './story.js';

const MODES: readonly (readonly [number, MonitorMode])[] = [
  [40, 'whisper'],
  [40, 'join'],
  [20, 'listen'],
];

/** A supervisor who listens to the caller's call, whomever the caller is moved to. */
export class Supervising {
  /** When it was asked that nobody listens any more, or media failed. */
  endedAt: number | null = null;

  constructor(private readonly story: Story) {}

  begin(): void {
    const { story } = this;
    const { dice } = story;
    const at = dice.between(0, 12_000);
    story.later(at, () => this.listen());
    if (dice.chance(0.3)) story.later(at + dice.between(0, 10_000), () => this.listen());
    for (let changes = dice.between(0, 3); changes >= 1; changes--)
      story.later(at + dice.between(0, 20_000), () => this.change());
    if (dice.chance(0.2)) story.later(at + dice.between(0, 25_000), () => this.stop());
    if (dice.chance(0.06)) story.later(at + dice.between(0, 25_000), () => this.mediaLost());
  }

  private get callId(): string | null {
    const { engine } = this.story.stage;
    const located = engine.locate({ by: 'sipCallId', value: this.story.caller?.callId ?? '' }, 'control');
    return located.ok ? located.value.callId : null;
  }

  private listen(): void {
    const { story, callId } = this;
    if (callId === null) return;
    const members = Object.keys(PBX) as MemberName[];
    const member = members[Math.floor(story.dice.next() * members.length)] ?? 'city';
    void story.stage.engine.monitors.start(
      callId,
      { member, extension: story.number('listening') },
      'chen-jie',
    );
  }

  private change(): void {
    const { story, callId } = this;
    if (callId !== null) void story.stage.engine.monitors.change(callId, story.dice.pick(MODES), 'chen-jie');
  }

  private stop(): void {
    const { story, callId } = this;
    if (callId === null) return;
    this.endedAt ??= story.now;
    story.stage.engine.monitors.stop(callId, 'chen-jie');
  }

  private mediaLost(): void {
    const { story, callId } = this;
    if (callId === null) return;
    this.endedAt ??= story.now;
    story.stage.engine.monitors.mediaLost(callId);
  }
}
