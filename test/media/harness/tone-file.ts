import { writeFileSync } from 'node:fs';

/** Write a WAV file (48 kHz, mono, 16 bit) of one tone. @param seconds whole or not */
export function writeToneFile(path: string, frequency: number, seconds: number): void {
  const rate = 48_000;
  const count = Math.round(rate * seconds);
  const file = Buffer.alloc(44 + count * 2);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(36 + count * 2, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(rate * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(count * 2, 40);
  for (let index = 0; index < count; index += 1)
    file.writeInt16LE(Math.round(8000 * Math.sin((2 * Math.PI * frequency * index) / rate)), 44 + index * 2);
  writeFileSync(path, file);
}
