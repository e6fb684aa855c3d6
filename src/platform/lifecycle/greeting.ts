/**
 * What a person wants to know who has just started the service for the first time: where it is, where the key lies that
 * was made, and one request to try. The key itself is never shown.
 */
export const greeting = (url: string, platformKeyPath: string): string => `
Countersign listens on ${url}

A platform key was made at this first start. It lies in
  ${platformKeyPath}
Whoever can read that file can do everything: move it to where you keep secrets.

A first request to try:
  curl -H "Authorization-PSK: $(cat '${platformKeyPath.replaceAll("'", String.raw`'\''`)}')" ${url}/governance/v1/users

What else it can be asked: ${url}/docs

`;
