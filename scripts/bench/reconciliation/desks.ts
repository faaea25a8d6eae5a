/** How desks of the load behave when they are called. */
import type { PhoneCall } from './phone-call.js';
import { type Behaviour, must, type Scene } from './scene.js';

/** Rings (180, or 183 with a description), then answers. */
export function answers(scene: Scene, by: 180 | 183 = 180): Behaviour {
  return async (call) => {
    await scene.pause(10, 120);
    call.ring(by);
    await scene.pause(50, 400);
    call.answer();
  };
}

/** Answers without a ring. */
export function answersAtOnce(scene: Scene): Behaviour {
  return async (call) => {
    await scene.pause(0, 60);
    call.answer();
  };
}

/** Refuses with this status, at once or after it has rung. */
export function refuses(scene: Scene, status: number): Behaviour {
  return async (call) => {
    await scene.pause(0, 80);
    if (scene.between(0, 1) === 1) {
      call.ring(180);
      await scene.pause(50, 300);
    }
    call.refuse(status);
  };
}

/** Rings until it is cancelled. */
export function rings(scene: Scene): Behaviour {
  return async (call) => {
    await scene.pause(0, 100);
    call.ring(180);
  };
}

/** Rings until it is cancelled, and answers then (RFC 3261 §9.1). */
export function answersWhenCancelled(scene: Scene): Behaviour {
  return async (call) => {
    call.habits = { ...call.habits, answersCancelled: true };
    await scene.pause(0, 40);
    call.ring(180);
  };
}

/** Does not say a word. */
export const isSilent: Behaviour = () => undefined;

/** How the two talk: a while. */
export function talk(scene: Scene): Promise<void> {
  return scene.pause(150, 1200);
}

/** A citizen who calls this member has been answered by this desk. */
export async function connected(
  scene: Scene,
  dials: string,
  desk: 'city' | 'police' | 'legal' | 'duty' | 'funeral' | 'health',
): Promise<{ readonly caller: PhoneCall; readonly agent: PhoneCall }> {
  const caller = scene.dial(dials);
  const agent = await scene.up(desk);
  await must(caller.until(({ up }) => up));
  await scene.pause(80, 500);
  return { caller, agent };
}
