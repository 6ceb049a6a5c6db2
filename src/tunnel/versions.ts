/** Versions of the tunnel that this program speaks, newest first. */
export const tunnelVersions: readonly number[] = [1];

/** The offer of all of them in an `Upgrade` field (RFC 9110 7.8), best first. */
export const upgradeOffer: string = tunnelVersions
  .map((version) => `byway-tunnel/${version}`)
  .join(', ');

/** The same offer as WebSocket subprotocols (RFC 6455 1.9), whose names have no slash. */
export const subprotocolOffer: readonly string[] = tunnelVersions.map(
  (version) => `byway-tunnel.${version}`,
);

/** Versions that an `Upgrade` field or a list of subprotocols offers, in its order. */
export const readOffer = (text: string): readonly number[] =>
  text
    .split(',')
    .map((protocol) => /^byway-tunnel[/.](\d{1,4})$/.exec(protocol.trim())?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number);

/** The newest version that both speak. */
export const chooseVersion = (offered: readonly number[]): number | undefined =>
  tunnelVersions.find((version) => offered.includes(version));
