/** One event of a stream of server-sent events. */
export interface StreamEvent {
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

/** More of one event than any server of ours sends; characters. */
const MOST = 1_000_000;

/** Takes a stream of server-sent events apart (WHATWG HTML §9.2.6) as its text comes, cut anywhere. */
export class EventReader {
  #rest = '';
  #id = '';
  #type = '';
  #data: string[] = [];

  /** The events that are whole with this piece of text. */
  read(text: string): readonly StreamEvent[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = (lines.pop() ?? '').slice(-MOST);
    return lines.flatMap((line) => this.#line(line.endsWith('\r') ? line.slice(0, -1) : line));
  }

  #line(line: string): StreamEvent[] {
    if (line === '') return this.#end();
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
    if (field === 'id') this.#id = value;
    else if (field === 'event') this.#type = value;
    else if (field === 'data') this.#data.push(value);
    return [];
  }

  #end(): StreamEvent[] {
    const event = {
      id: this.#id,
      type: this.#type === '' ? 'message' : this.#type,
      data: this.#data.join('\n'),
    };
    const has = this.#data.length > 0;
    this.#type = '';
    this.#data = [];
    return has ? [event] : [];
  }
}
