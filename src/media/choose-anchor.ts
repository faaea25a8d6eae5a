import type { MediaAnchor } from './anchor.js';
import { DirectAnchor } from './direct-anchor.js';

export type AnchorWish = 'auto' | 'direct' | 'rtpengine';

export type AnchorChoice =
  | { readonly ok: true; readonly anchor: MediaAnchor; readonly note: string | null }
  | { readonly ok: false; readonly message: string; readonly remedy: string };

/** The media anchor that the setting `media.anchor` asks for. */
export function chooseAnchor(wish: AnchorWish, newSessionId: () => number): AnchorChoice {
  if (wish === 'rtpengine') {
    return {
      ok: false,
      message: 'media.anchor is rtpengine, which this version cannot use',
      remedy: 'set media.anchor to direct or auto',
    };
  }
  return {
    ok: true,
    anchor: new DirectAnchor(newSessionId),
    note: 'media is direct: no hold prompts, no key codes from RTP, no recording, no WebRTC, no conference',
  };
}
