/** One server-sent event; `type` is `message` when the stream didn't name one. */
export type StreamEvent = { readonly type: string; readonly data: string };

/** Characters of one event, so that a stream without line ends can't fill the memory. */
export const eventCharactersMax: number = 16 * 1024 * 1024;

/**
 * Reads `text/event-stream` piece by piece (WHATWG HTML 9.2.6): `event` and `data` fields and
 * comments; ids and retry times are not used here. Throws when one event exceeds 16 Mi characters.
 */
export class EventStreamReader {
  /** The line that has begun; searched once, however many pieces it comes in. */
  private begun = '';
  /** A CR at the end of a piece, whose LF may follow. */
  private held = '';
  private type = 'message';
  private data: string[] = [];
  private characters = 0;

  /** The events that `text` completes. */
  take(text: string): readonly StreamEvent[] {
    const lines = (this.held + text).split(/\r\n|\n|\r(?!$)/);
    const last = lines.pop() ?? '';
    const events: StreamEvent[] = [];
    for (const line of lines) {
      this.line(this.begun + line, events);
      this.begun = '';
    }
    this.held = last.endsWith('\r') ? '\r' : '';
    this.begun += last.slice(0, last.length - this.held.length);
    if (this.characters + this.begun.length > eventCharactersMax) {
      throw new Error('an event of the stream is too long');
    }
    return events;
  }

  private line(line: string, events: StreamEvent[]): void {
    if (line === '') {
      if (this.data.length > 0) events.push({ type: this.type, data: this.data.join('\n') });
      this.type = 'message';
      this.data = [];
      this.characters = 0;
      return;
    }
    const [, name, value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    this.characters += line.length;
    if (name === 'event') this.type = value;
    else if (name === 'data') this.data.push(value);
  }
}
