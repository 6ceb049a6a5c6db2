import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';

/** How long a request head may stay incomplete, and how often that is looked at. */
export const headMilliseconds = 60_000;
export const sweepMilliseconds = 5_000;

/** Client connections where the system doesn't tell how many files may be open. */
const connectionsUsual = 10_000;
// A client connection needs one to its client and one to the pod; closed ones linger a little.
const filesPerConnection = 2;
/** Files for everything that is no client connection: the manager, the admin port, Node itself. */
const filesReserved = 48;
/**
 * Bytes that a connection may need for what it reads, keeps for replay and has yet to write. Half a
 * head of 64 KB was measured to take 222 KB (`npm run soak -- slow`), an idle connection 30 KB.
 */
const connectionBytes = 224 * 1024;
/** Bytes for everything that is no client connection; the agent takes some 65 MB without any. */
const memoryReserved = 96 * 1024 * 1024;

/** The most client connections that this process should take, by its file and memory limits. */
export const connectionsMax = (): number => connectionsWithin(openFilesMax(), memoryBytes());

/** The same for so many files, where that is known, and so many bytes of memory. */
export const connectionsWithin = (files: number | undefined, bytes: number): number => {
  const byFiles =
    files === undefined
      ? connectionsUsual
      : Math.floor((files - filesReserved) / filesPerConnection);
  // In very little memory it's a quarter for them, because then nothing is sure.
  const memory = Math.max(bytes / 4, bytes - memoryReserved);
  return Math.max(1, Math.min(byFiles, Math.floor(memory / connectionBytes)));
};

/** The soft limit of open files, where it can be read (Linux). Node has raised it by then. */
const openFilesMax = (): number | undefined => {
  try {
    const limits = readFileSync('/proc/self/limits', 'latin1');
    const files = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1]);
    return Number.isNaN(files) ? undefined : files;
  } catch {
    return undefined; // Not Linux: the usual number.
  }
};

// A container's limit, where there is one; it may be absent, 0 or beyond all that is there.
const memoryBytes = (): number => {
  const limit = process.constrainedMemory?.() ?? 0;
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
};
