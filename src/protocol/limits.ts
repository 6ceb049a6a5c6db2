// Every queue, buffer and wait between the programs is bounded by a constant in this folder.

/** Bytes of one HTTP/1 head, request or answer, first line to empty line. */
export const headBytesMax: number = 64 * 1024;
/** Bytes of the first line of a head. */
export const firstLineBytesMax: number = 16 * 1024;
/** Field lines in one head or trailer section. */
export const headerLinesMax = 256;
/** Bytes of one chunk-size line with its extensions. */
export const chunkLineBytesMax: number = 4 * 1024;
/** Bytes of one chunk: a reader that keeps sizes in 32 bits would see another end. */
export const chunkBytesMax: number = 0xffff_ffff;
/** Bytes of one trailer section. */
export const trailerBytesMax: number = 16 * 1024;
/** Bytes of one JSON body that the manager reads. */
export const apiBodyBytesMax: number = 64 * 1024;
/** Predicates in one rule, at whatever depth. */
export const predicatesMax = 16;
/** How far a rule's priority may be from 0, either way. */
export const priorityMax = 100;
/** Intercepts that one new intercept may take the place of. */
export const takeOverMax = 100;
/** How deep a rule's conditions may stand in each other. */
export const conditionDepthMax = 8;
/** Characters of one regular expression in a rule. */
export const patternCharactersMax = 512;
/** Characters of one header name in a rule. */
export const headerNameCharactersMax = 256;
/** Characters of one header value in a rule. */
export const headerValueCharactersMax = 4096;
/** Characters of a workload's, user's or laptop's name. */
export const nameCharactersMax = 128;
/** Seconds an intercept may live without its session. */
export const leaseSecondsMax: number = 24 * 60 * 60;
/** Items in one page of a list. */
export const pageItemsMax = 200;
/** Bytes of a diverted request that the agent keeps so that the pod can still answer it. */
export const replayBytesMax: number = 64 * 1024;
/** Requests of one client connection that may wait for their answers. */
export const pipelinedRequestsMax = 64;
/** Near misses of one intercept that are shown. */
export const nearMissesShownMax = 50;
