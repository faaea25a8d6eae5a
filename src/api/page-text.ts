/** In the time zone of this machine: `2026-03-02 16:00:00 +08:00`. */
export function localTime(milliseconds: number | null): string {
  if (milliseconds === null) return '…';
  const date = new Date(milliseconds);
  const minutes = -date.getTimezoneOffset();
  const local = new Date(milliseconds + minutes * 60_000);
  if (Number.isNaN(local.getTime())) return String(milliseconds);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const zone = `${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
  return `${local.toISOString().slice(0, 19).replace('T', ' ')} ${zone}`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Safe in text and attributes of HTML. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
