import type { Figures } from './server/shapes.js';

/** Transfers that agents asked for. Alerts are none: nobody is moved by them. */
export interface PassedOn {
  readonly asked: number;
  /** 0 to 1; null of none. */
  readonly completedShare: number | null;
}

export function passedOn({ transfersOut }: Pick<Figures, 'transfersOut'>): PassedOn {
  const { completed, failed, refused, abandoned, interrupted } = transfersOut;
  const asked = completed + failed + refused + abandoned + interrupted;
  return { asked, completedShare: asked === 0 ? null : completed / asked };
}
