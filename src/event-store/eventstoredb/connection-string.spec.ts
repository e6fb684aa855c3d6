import { describe, expect, it } from '@jest/globals';
import { parseConnectionString, type ConnectionSettings } from './connection-string.js';

const BASE: ConnectionSettings = {
  endpoints: [{ address: 'es', port: 2113 }],
  discover: false,
  tls: true,
  files: {},
  numbers: {},
};

describe('a connection string', () => {
  it.each<[string, Partial<ConnectionSettings>]>([
    ['esdb://es', {}],
    ['esdb://es:2113', {}],
    ['esdb://es/', {}],
    [' esdb://es:2113/?tls=true\n', {}],
    ['esdb+discover://es', { discover: true }],
    ['esdb://10.0.0.1:1', { endpoints: [{ address: '10.0.0.1', port: 1 }] }],
    ['esdb://[::1]:2113', { endpoints: [{ address: '[::1]', port: 2113 }] }],
    [
      'esdb://es-1:1,es-2,es-3.example.com:3',
      {
        discover: true,
        endpoints: [
          { address: 'es-1', port: 1 },
          { address: 'es-2', port: 2113 },
          { address: 'es-3.example.com', port: 3 },
        ],
      },
    ],
    ['esdb://me:secret@es', { credentials: { username: 'me', password: 'secret' } }],
    ['esdb://me%40x:a%3Ab%2Fc%3F%25@es', { credentials: { username: 'me@x', password: 'a:b/c?%' } }],
    ['esdb://me:a:b@es', { credentials: { username: 'me', password: 'a:b' } }],
    ['esdb://es?tls=false', { tls: false }],
    [
      'esdb://es?TLS=false&Node_Preference=Read-Only-Replica',
      { tls: false, nodePreference: 'read_only_replica' },
    ],
    ['esdb://es?tlsCAFile=%2Fetc%2Fca.pem', { files: { tlsCAFile: '/etc/ca.pem' } }],
    ['esdb://es?userCertFile=c&userKeyFile=k', { files: { userCertFile: 'c', userKeyFile: 'k' } }],
    ['esdb://es?connectionName=a%20b', { connectionName: 'a b' }],
    ['esdb://es?tlsVerifyCert=true&throwOnAppendFailure=true', {}],
    [
      'esdb://es?keepAliveInterval=-1&keepAliveTimeout=500&gossipTimeout=2',
      { numbers: { keepAliveInterval: -1, keepAliveTimeout: 500, gossipTimeout: 2 } },
    ],
  ])('%s', (text, expected) => {
    expect(parseConnectionString(text)).toStrictEqual({ ...BASE, ...expected });
  });

  it.each<[string, RegExp]>([
    ['', /must look like esdb/],
    ['http://es', /must look like esdb/],
    ['esdb://', /must look like esdb/],
    ['esdb://es/path', /must look like esdb/],
    ['esdb://es:0', /port from 1 to 65535/],
    ['esdb://es:65536', /port from 1 to 65535/],
    ['esdb://es:x', /port from 1 to 65535/],
    ['esdb://es,,es', /a host is/],
    ['esdb://secret@es', /stands user:password/],
    ['esdb://:secret@es', /stands user:password/],
    ['esdb://me:secret%@es', /% stands before two/],
    ['esdb://me:secret@es?tsl=false', /an unknown option; known are .*tls,/],
    ['esdb://me:secret@es?tls', /tls has no value/],
    ['esdb://me:secret@es?tls=', /tls has no value/],
    ['esdb://me:secret@es?tls=no', /tls must be true or false/],
    ['esdb://me:secret@es?tls=true&TLS=false', /tls is given twice/],
    ['esdb://me:secret@es?tlsVerifyCert=false', /name the authority in tlsCAFile/],
    ['esdb://me:secret@es?throwOnAppendFailure=false', /would hide lost races/],
    ['esdb://me:secret@es?userCertFile=c', /go together/],
    ['esdb://me:secret@es?nodePreference=any', /one of leader, follower/],
    ['esdb://me:secret@es?keepAliveInterval=9999', /whole number from 10000, or -1/],
    ['esdb://me:secret@es?gossipTimeout=-1', /whole number from 1$/],
    ['esdb://me:secret@es?gossipTimeout=1e3', /whole number from 1$/],
  ])('is refused, and not shown: %s', (text, message) => {
    const parse = (): unknown => parseConnectionString(text);
    expect(parse).toThrow(message);
    expect(parse).not.toThrow('secret');
    expect(parse).toThrow(/^the connection string of the event store can't be used: /);
  });
});
