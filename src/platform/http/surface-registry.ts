import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { Surface } from './surface.js';

/** Whose refusal it is: every `Surface` that a module provides, found by the longest prefix of the path. */
@Injectable()
export class SurfaceRegistry implements OnModuleInit {
  private byPrefix: readonly { readonly prefix: string; readonly surface: Surface }[] = [];

  constructor(private readonly discovery: DiscoveryService) {}

  onModuleInit(): void {
    this.byPrefix = this.discovery
      .getProviders()
      .map(({ instance }: { instance: unknown }) => instance)
      .filter((instance) => instance instanceof Surface)
      .flatMap((surface) => surface.prefixes.map((prefix) => ({ prefix, surface })))
      .sort((a, b) => b.prefix.length - a.prefix.length);
  }

  describedPaths(): readonly Readonly<Record<string, object>>[] {
    return [...new Set(this.byPrefix.map(({ surface }) => surface))].map(
      ({ describedPaths }) => describedPaths,
    );
  }

  /** A prefix ends at a segment's end: `/api/models` owns `/api/models/x`, not `/api/modelsx`; `/` owns the rest. */
  surfaceOf(path: string): Surface {
    const owner = this.byPrefix.find(
      ({ prefix }) =>
        prefix === '/' || path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`),
    );
    if (owner === undefined) throw new Error(`no surface owns ${path}: none has the prefix /`);
    return owner.surface;
  }
}
