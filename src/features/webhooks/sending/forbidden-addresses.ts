import { BlockList, isIP } from 'node:net';

const FORBIDDEN_V4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const;

/** Parts of what is global by its prefix, and yet leads elsewhere: tunnels, test nets, documentation. */
const FORBIDDEN_V6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
] as const;

const forbiddenV4 = new BlockList();
for (const [net, prefix] of FORBIDDEN_V4) forbiddenV4.addSubnet(net, prefix, 'ipv4');
const forbiddenV6 = new BlockList();
for (const [net, prefix] of FORBIDDEN_V6) forbiddenV6.addSubnet(net, prefix, 'ipv6');
/** All that is assigned as global unicast. Everything else, IPv4 in any disguise included, is forbidden. */
const globalV6 = new BlockList();
globalV6.addSubnet('2000::', 3, 'ipv6');

/**
 * Whether an address may be inside the own network or a cloud's metadata service: private, loopback, link-local,
 * carrier-grade NAT, multicast, reserved, IPv4 inside IPv6. What is no address at all is forbidden too.
 */
export const isForbidden = (address: string): boolean => {
  const [bare = ''] = address.split('%');
  switch (isIP(bare)) {
    case 4:
      return forbiddenV4.check(bare, 'ipv4');
    case 6:
      return !globalV6.check(bare, 'ipv6') || forbiddenV6.check(bare, 'ipv6');
    default:
      return true;
  }
};
