import { bodyFaultTable } from './body-faults.ts';
import { hostileFields } from './hostile-fields.ts';
import { hostileFirstLines } from './hostile-first-lines.ts';
import { hostileFraming } from './hostile-framing.ts';
import { hostileResponseTable } from './hostile-responses.ts';
import { hostileSizes } from './hostile-sizes.ts';
import { oddRequestBodies } from './odd-request-bodies.ts';
import { oddRequestChunks } from './odd-request-chunks.ts';
import { oddRequestFields } from './odd-request-fields.ts';
import { oddRequestLines } from './odd-request-lines.ts';
import { oddResponseBodies } from './odd-response-bodies.ts';
import { oddResponseHeads } from './odd-response-heads.ts';
import { chunkSmuggles } from './smuggle-chunks.ts';
import { codingSmuggles } from './smuggle-codings.ts';
import { lengthSmuggles } from './smuggle-lengths.ts';
import { lineSmuggles } from './smuggle-lines.ts';
import { targetSmuggles } from './smuggle-targets.ts';
import type {
  BodyFault,
  HostileHead,
  HostileResponse,
  OddRequest,
  OddResponse,
  Smuggle,
} from './vector.ts';

/** Request heads that are refused before a byte reaches the upstream. */
export const hostileHeads: readonly HostileHead[] = [
  ...hostileFirstLines,
  ...hostileFields,
  ...hostileFraming,
  ...hostileSizes,
];

/** Request bodies that never complete at the upstream. */
export const bodyFaults: readonly BodyFault[] = [...bodyFaultTable];

/** Answers that end in a 502 or a broken connection. */
export const hostileResponses: readonly HostileResponse[] = [...hostileResponseTable];

/** Requests that are forwarded byte for byte. */
export const oddRequests: readonly OddRequest[] = [
  ...oddRequestLines,
  ...oddRequestFields,
  ...oddRequestBodies,
  ...oddRequestChunks,
];

/** Answers that are forwarded byte for byte. */
export const oddResponses: readonly OddResponse[] = [...oddResponseHeads, ...oddResponseBodies];

/** Connections that try to make two readers see different requests. */
export const smuggles: readonly Smuggle[] = [
  ...codingSmuggles,
  ...lengthSmuggles,
  ...chunkSmuggles,
  ...lineSmuggles,
  ...targetSmuggles,
];
