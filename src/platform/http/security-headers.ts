/**
 * On every answer. Nothing we serve is a page, except `/docs`, which sets a content security policy of its own: so nothing
 * may be framed, sniffed, embedded elsewhere or loaded from an answer.
 */
export const SECURITY_HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;
