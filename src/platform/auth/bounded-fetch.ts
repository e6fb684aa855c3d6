/** Nothing that an identity provider answers us is anywhere near this large. */
const MAX_BYTES = 1024 * 1024;
const TIMEOUT_MS = 3_000;

/** The other side answered, but not as hoped. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * A JSON document by HTTP: bounded in time and size, no redirects. Errors name the URL, never what was sent.
 * @throws UnexpectedAnswer on any status but 200 and on what isn't JSON; fetch's own errors
 */
export const fetchJson = async (
  url: string,
  options: Pick<RequestInit, 'method' | 'headers' | 'body'> & { readonly signal?: AbortSignal } = {},
): Promise<unknown> => {
  const { signal, ...request } = options;
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(url, {
    ...request,
    redirect: 'error',
    signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
  });
  const text = await boundedText(response, url);
  if (response.status !== 200)
    throw new UnexpectedAnswer(response.status, `${url} answered ${response.status}`);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new UnexpectedAnswer(response.status, `${url} did not answer with JSON`);
  }
};

const boundedText = async (response: Response, url: string): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop cancels the rest of the answer.
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new UnexpectedAnswer(response.status, `${url} answered too much`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};
