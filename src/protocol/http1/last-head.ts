const headBytesMax = 4 * 1024;
const missesMax = 8;
const missesBetweenTries = 64;

type Read<Head> = (bytes: Buffer, method: string) => Head | undefined;

/**
 * The last head of one side of a connection, so that it need not be read again when the very same
 * bytes come again, as from a client that polls. What a head says follows from its bytes, and from
 * the method of the request if it is an answer's. Where heads differ it soon hardly looks any more.
 */
export class LastHead<Head extends { readonly length: number }> {
  private readonly read: Read<Head>;
  /** The head's own octets: what was read may be overwritten by the next read. */
  private memory: Buffer | undefined;
  private length = 0;
  private method = '';
  /** Read from `memory`, once the same octets have come a second time. */
  private head: Head | undefined;
  /** Heads in a row that were not the same as the one before. */
  private misses = 0;

  constructor(read: Read<Head>) {
    this.read = read;
  }

  /** The head at `at` if it is the same as the last one. It doesn't refer to `bytes`. */
  again(bytes: Buffer, at: number, method = ''): Head | undefined {
    const { memory, length } = this;
    if (memory === undefined || !this.looks || length === 0 || method !== this.method)
      return undefined;
    if (bytes.length - at < length) return undefined;
    if (bytes.compare(memory, 0, length, at, at + length) !== 0) return undefined;
    this.misses = 0;
    this.head ??= this.read(memory.subarray(0, length), method);
    return this.head;
  }

  /** Remembers a head that was not the same: `length` octets at `at`. */
  keep(bytes: Buffer, at: number, length: number, method = ''): void {
    this.misses += 1;
    this.head = undefined;
    this.length = this.looks && length <= headBytesMax ? length : 0;
    if (this.length === 0) return;
    this.method = method;
    if (this.memory === undefined || this.memory.length < length) {
      this.memory = Buffer.allocUnsafeSlow(length <= 1024 ? 1024 : headBytesMax);
    }
    bytes.copy(this.memory, 0, at, at + length);
  }

  private get looks(): boolean {
    return this.misses <= missesMax || this.misses % missesBetweenTries === 0;
  }
}
