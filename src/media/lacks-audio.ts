import { audioIndex, cutSdp } from './rtpengine/sdp-sections.js';

/** True of a description that has media, none of which is audio, such as video or fax (T.38) alone. */
export function lacksAudio(sdp: string): boolean {
  const sections = cutSdp(sdp);
  return sections.media.length > 0 && audioIndex(sections) === -1;
}
