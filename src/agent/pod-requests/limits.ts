/** Requests to pods that one agent sends at the same time. */
export const podRequestsAtOnceMax = 4;
/** Milliseconds to connect to the pod. */
export const podConnectMsMax = 2_000;
/** Bytes of what the manager hands over: a request in base64, with its JSON. */
export const podMessageBytesMax: number = 512 * 1024;
