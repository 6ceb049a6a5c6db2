type Piece = { readonly memory: Buffer; start: number; end: number };

const smallBytes = 1024;
const largeBytes: number = 16 * 1024;

/**
 * Octets in their order, copied. However small the parts were that they came in, they take little
 * more memory than themselves and lie in few pieces.
 */
export class OctetQueue {
  private readonly pieces: Piece[] = [];

  get isEmpty(): boolean {
    return this.pieces.length === 0;
  }

  /** Views of all that is in it. */
  all(): readonly Buffer[] {
    return this.pieces.map(({ memory, start, end }) => memory.subarray(start, end));
  }

  push(bytes: Buffer): void {
    const last = this.pieces.at(-1);
    const fits = last === undefined ? 0 : Math.min(bytes.length, last.memory.length - last.end);
    if (last !== undefined) last.end += bytes.copy(last.memory, last.end, 0, fits);
    const left = bytes.length - fits;
    if (left === 0) return;
    const memory = allocate(last === undefined ? left : Math.max(left, sizeBehind(last)));
    bytes.copy(memory, 0, fits);
    this.pieces.push({ memory, start: 0, end: left });
  }

  /** A view of the first octets; undefined when there are none. */
  first(): Buffer | undefined {
    const [piece] = this.pieces;
    return piece?.memory.subarray(piece.start, piece.end);
  }

  /** Whether `first` is all that there is. */
  get isOnePiece(): boolean {
    return this.pieces.length === 1;
  }

  /** Takes so many octets away from `first`. */
  drop(octets: number): void {
    const [piece] = this.pieces;
    if (piece === undefined) return;
    piece.start += octets;
    if (piece.start >= piece.end) this.pieces.shift();
  }

  clear(): void {
    this.pieces.length = 0;
  }
}

// Memory that Node shares among buffers lives as long as the last of them.
const allocate = (octets: number): Buffer =>
  octets < smallBytes ? Buffer.allocUnsafe(octets) : Buffer.allocUnsafeSlow(octets);

const sizeBehind = ({ memory }: Piece): number =>
  Math.min(Math.max(memory.length * 2, smallBytes), largeBytes);
