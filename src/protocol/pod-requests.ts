import * as v from 'valibot';

/** Bytes of one request that is sent to a pod, head and body. */
export const podRequestBytesMax: number = 320 * 1024;
/** Bytes of its answer. */
export const podAnswerBytesMax: number = 1024 * 1024;
/** Milliseconds from the agent's dialling of the pod until it has the whole answer. */
export const podAnswerMsMax = 7_000;

const base64 = (bytesMax: number): v.GenericSchema<unknown, string> =>
  v.pipe(v.string(), v.maxLength(Math.ceil(bytesMax / 3) * 4), v.base64());

/** Body of `POST /v1/intercepts/{id}/pod-requests`. */
export type NewPodRequest = {
  /** One request of HTTP/1.1 as it goes to the pod, in base64. */
  readonly request: string;
  /** Lets methods go that may change something. */
  readonly unsafe: boolean;
};

export const newPodRequestSchema: v.GenericSchema<unknown, NewPodRequest> = v.object({
  request: base64(podRequestBytesMax),
  unsafe: v.boolean(),
});

/** The pod's answer, interim ones before it, in base64. */
export type PodAnswer = { readonly answer: string };

export const podAnswerSchema: v.GenericSchema<unknown, PodAnswer> = v.object({
  answer: base64(podAnswerBytesMax),
});

/** What an agent fetches to send it. */
export type PodRequest = { readonly intercept: string; readonly request: string };

export const podRequestSchema: v.GenericSchema<unknown, PodRequest> = v.object({
  intercept: v.string(),
  request: base64(podRequestBytesMax),
});

/** Why an agent has no answer of the pod. */
export type PodFailure =
  | 'no_rule'
  | 'too_many'
  | 'not_http'
  | 'pod_refused'
  | 'pod_tls'
  | 'pod_slow'
  | 'pod_broke'
  | 'answer_too_large';

export const podFailures: readonly PodFailure[] = [
  'no_rule',
  'too_many',
  'not_http',
  'pod_refused',
  'pod_tls',
  'pod_slow',
  'pod_broke',
  'answer_too_large',
];

/** Body of an agent's `POST .../pod-requests/{nonce}`. */
export type PodResult = PodAnswer | { readonly error: PodFailure };

export const podResultSchema: v.GenericSchema<unknown, PodResult> = v.union([
  podAnswerSchema,
  v.object({ error: v.picklist(podFailures) }),
]);
