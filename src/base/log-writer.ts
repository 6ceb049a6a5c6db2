import { fstatSync, write, writeSync } from 'node:fs';
import { systemCode } from './errors.ts';

/** Bytes of lines that wait for whoever reads them; what comes beyond is lost, and counted. */
export const waitingBytesMax: number = 1024 * 1024;
/** Milliseconds between two looks at whether a reader that is behind takes more. */
const lookMs = 100;
/** Looks at the end of the program, and milliseconds between two: a reader takes as much as its buffer holds each time. */
const lastLooksMax = 50;
const lastLookMs = 10;

/**
 * Where a program's log goes. It never makes the program wait: lines are written beside its work and
 * wait in memory, at most 1 MiB. What waits at the end of the program is written for half a second.
 * Give it `process.stderr.fd`: asking for that makes a pipe one that doesn't block.
 */
export class LogWriter {
  readonly #descriptor: number;
  /** It says at once what it took, and never waits; what is written beside our work could tear a line at the end. */
  readonly #isPipe: boolean;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #lost = 0;
  #isWriting = false;
  /** What a reader that is behind did not take yet. */
  #held: Buffer = Buffer.alloc(0);

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
    this.#isPipe = isPipe(descriptor);
    process.once('exit', () => this.#writeLast());
  }

  /** Takes whole lines, each with its line end. */
  write(lines: string): void {
    const bytes = Buffer.byteLength(lines);
    if (this.#waitingBytes + bytes > waitingBytesMax) {
      this.#lost += 1;
      return;
    }
    this.#waitingBytes += bytes;
    this.#waiting.push(lines);
    if (!this.#isWriting) this.#writeNext();
  }

  #take(): Buffer {
    const lost = this.#lost === 0 ? '' : lostLine(this.#lost);
    const batch = Buffer.from(this.#waiting.join('') + lost);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#lost = 0;
    return batch;
  }

  #writeNext(): void {
    this.#isWriting = this.#waiting.length > 0;
    if (this.#isWriting) this.#write(this.#take());
  }

  #write(batch: Buffer): void {
    if (!this.#isPipe) {
      write(this.#descriptor, batch, (error, written) => this.#wrote(batch, error, written));
      return;
    }
    let written: number;
    try {
      written = writeSync(this.#descriptor, batch);
    } catch (error) {
      this.#wrote(batch, error, 0);
      return;
    }
    this.#wrote(batch, null, written);
  }

  #wrote(batch: Buffer, error: unknown, written: number | undefined): void {
    const rest = batch.subarray(written ?? 0);
    if (error !== null && isBusy(error)) this.#writeLater(batch);
    else if (error === null && rest.length > 0) this.#write(rest);
    else this.#writeNext(); // After another error nobody reads any more, and it is lost.
  }

  #writeLater(batch: Buffer): void {
    this.#held = batch;
    setTimeout(() => {
      this.#held = Buffer.alloc(0);
      this.#write(batch);
    }, lookMs).unref();
  }

  // What is being written to a file at this moment is finished by Node.
  #writeLast(): void {
    let batch = Buffer.concat([this.#held, this.#take()]);
    for (let looks = 0; batch.length > 0 && looks < lastLooksMax; ) {
      try {
        batch = batch.subarray(writeSync(this.#descriptor, batch));
      } catch (error) {
        if (!isBusy(error)) return;
        looks += 1;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, lastLookMs);
      }
    }
  }
}

/** In the form of pino's lines. */
const lostLine = (lost: number): string =>
  `${JSON.stringify({ level: 40, time: Date.now(), lost, msg: 'lines of this log were lost, because nobody read it' })}\n`;

const isPipe = (descriptor: number): boolean => {
  try {
    const kind = fstatSync(descriptor);
    return kind.isFIFO() || kind.isSocket();
  } catch {
    return false; // Nobody has it open, and each write will say so.
  }
};

const isBusy = (error: unknown): boolean => {
  const code = systemCode(error);
  return code === 'EAGAIN' || code === 'EBUSY';
};
