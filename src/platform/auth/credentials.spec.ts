import { describe, expect, it } from '@jest/globals';
import { bareCredential, credentialIn, formOf, MAX_CREDENTIAL_LENGTH } from './credentials.js';

const JWT = 'aaa.bbb.ccc';
const PSK = 'gpu_0123456789ab_secret';
const longest = 'k'.repeat(MAX_CREDENTIAL_LENGTH);

describe('the one credential of a request', () => {
  it.each<[string, readonly string[], { form: string; value: string }]>([
    ['a token', ['Authorization', `Bearer ${JWT}`], { form: 'jwt', value: JWT }],
    ['a key in its own header', ['Authorization-PSK', PSK], { form: 'psk', value: PSK }],
    ['a key as bearer', ['Authorization', `Bearer ${PSK}`], { form: 'psk', value: PSK }],
    ['a key by the PSK scheme', ['Authorization', `PSK ${PSK}`], { form: 'psk', value: PSK }],
    ['any case of header and scheme', ['AUTHORIZATION', `bEARER ${JWT}`], { form: 'jwt', value: JWT }],
    ['any case of the key header', ['authorization-psk', PSK], { form: 'psk', value: PSK }],
    ['spaces around it', ['Authorization', `Bearer   ${JWT}  `], { form: 'jwt', value: JWT }],
    ['other headers beside it', ['Host', 'x', 'authorization', `psk ${PSK}`], { form: 'psk', value: PSK }],
    ['a token in the key header, which stays a key', ['Authorization-PSK', JWT], { form: 'psk', value: JWT }],
    ['a token by the PSK scheme, likewise', ['Authorization', `PSK ${JWT}`], { form: 'psk', value: JWT }],
    ['empty parts, still a token', ['Authorization', 'Bearer ..'], { form: 'jwt', value: '..' }],
    ['three dots, a key', ['Authorization', 'Bearer a.b.c.d'], { form: 'psk', value: 'a.b.c.d' }],
    ['one dot, a key', ['Authorization', 'Bearer a.b'], { form: 'psk', value: 'a.b' }],
    ['the longest there may be', ['Authorization-PSK', longest], { form: 'psk', value: longest }],
  ])('%s', (_, rawHeaders, expected) => {
    expect(credentialIn(rawHeaders)).toStrictEqual(expected);
  });

  it.each<[string, readonly string[], string, string]>([
    ['nothing', [], 'no_credential', 'none'],
    ['headers of other names only', ['X-Authorization', `Bearer ${JWT}`], 'no_credential', 'none'],
    ['names of the same length', ['authentication-ps', PSK, 'authorizatiom', JWT], 'no_credential', 'none'],
    ['another scheme', ['Authorization', 'Basic YTpi'], 'no_credential', 'none'],
    ['no scheme', ['Authorization', JWT], 'no_credential', 'none'],
    ['an empty header', ['Authorization', ''], 'no_credential', 'none'],
    ['a scheme alone', ['Authorization', 'Bearer'], 'invalid_credential', 'jwt'],
    ['a scheme and a space', ['Authorization', 'Bearer '], 'invalid_credential', 'jwt'],
    ['two tokens after the scheme', ['Authorization', `Bearer ${JWT} ${JWT}`], 'invalid_credential', 'jwt'],
    ['a tab within', ['Authorization', 'PSK a\tb'], 'invalid_credential', 'psk'],
    ['an empty key', ['Authorization-PSK', ''], 'invalid_credential', 'psk'],
    ['two keys in one header', ['Authorization-PSK', `${PSK} ${PSK}`], 'invalid_credential', 'psk'],
    ['a list of keys', ['Authorization-PSK', `${PSK}, ${PSK}`], 'invalid_credential', 'psk'],
    ['more than ASCII', ['Authorization', 'Bearer ä'], 'invalid_credential', 'jwt'],
    ['9 KiB', ['Authorization', `Bearer ${'a'.repeat(9 * 1024)}`], 'invalid_credential', 'jwt'],
    ['one character too long', ['Authorization-PSK', `${longest}k`], 'invalid_credential', 'psk'],
  ])('refuses %s', (_, rawHeaders, failure, form) => {
    expect(() => credentialIn(rawHeaders)).toThrow(
      expect.objectContaining({ name: 'CredentialRefused', failure, form }),
    );
  });

  it.each<[string, readonly string[]]>([
    ['both headers', ['Authorization', `Bearer ${JWT}`, 'Authorization-PSK', PSK]],
    ['both headers, equal', ['Authorization-PSK', PSK, 'Authorization', `PSK ${PSK}`]],
    ['a repeated token header', ['Authorization', `Bearer ${JWT}`, 'authorization', `Bearer ${JWT}`]],
    ['a repeated key header', ['Authorization-PSK', PSK, 'AUTHORIZATION-PSK', PSK]],
    ['one good, one of another scheme', ['Authorization', 'Basic YTpi', 'Authorization-PSK', PSK]],
    ['one good, one empty', ['Authorization', '', 'Authorization-PSK', PSK]],
  ])('never chooses between two: %s', (_, rawHeaders) => {
    expect(() => credentialIn(rawHeaders)).toThrow(expect.objectContaining({ name: 'TwoCredentials' }));
  });
});

describe('a bare credential', () => {
  it.each([
    [JWT, 'jwt'],
    [PSK, 'psk'],
    ['a.b.c.d', 'psk'],
  ])('%s is a %s', (value, form) => {
    expect(bareCredential(value)).toStrictEqual({ form, value });
    expect(formOf(value)).toBe(form);
  });

  it.each(['', ' ', 'a b', `Bearer ${JWT}`, `${longest}k`])('is not %p', (text) => {
    expect(() => bareCredential(text)).toThrow(expect.objectContaining({ failure: 'invalid_credential' }));
  });
});
