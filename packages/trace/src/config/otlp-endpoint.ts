const TRACES_PATH = '/v1/traces'

/** What became of an address: the URL to post to, or why there is none. */
export type EndpointResult =
  | { readonly ok: true; readonly url: string }
  | { readonly ok: false; readonly why: string }

/** Reads the address of a collector: without a path `/v1/traces` is appended, with one it is used as it is. */
export function parseEndpoint(endpoint: string | URL): EndpointResult {
  return parseUrl(String(endpoint), (url) => {
    if (url.pathname === '' || url.pathname === '/') url.pathname = TRACES_PATH
  })
}

/** Reads `OTEL_EXPORTER_OTLP_ENDPOINT`, a base address below which every signal has its path (OTLP exporter specification). */
export function parseBaseEndpoint(endpoint: string): EndpointResult {
  return parseUrl(endpoint, (url) => {
    url.pathname = url.pathname.replace(/\/+$/, '') + TRACES_PATH
  })
}

/** Reads `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, which is used as it is (OTLP exporter specification). */
export function parseTracesEndpoint(endpoint: string): EndpointResult {
  return parseUrl(endpoint, () => undefined)
}

function parseUrl(text: string, complete: (url: URL) => void): EndpointResult {
  if (!URL.canParse(text)) return { ok: false, why: `${JSON.stringify(text)} is not a URL` }
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return { ok: false, why: `${JSON.stringify(url.protocol)} is not http: or https:` }
  }
  if (url.username !== '' || url.password !== '') return { ok: false, why: 'credentials belong in headers' }
  complete(url)
  return { ok: true, url: url.href }
}
