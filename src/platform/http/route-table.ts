import type { FastifyInstance } from 'fastify';

export interface Route {
  readonly method: string;
  /** As registered: `/api/models/:model/deployments`. */
  readonly pattern: string;
}

const toRegExp = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern.replace(/:[^/]+|\*|[.+?^${}()|[\]\\]/g, (part) => {
      if (part.startsWith(':')) return '[^/]+';
      return part === '*' ? '.*' : `\\${part}`;
    })}$`,
  );

/** Every route as it was registered, so that a wrong method can be told from an unknown path. */
export class RouteTable {
  private readonly patterns = new Map<string, Set<string>>();

  collectFrom(server: FastifyInstance): void {
    server.addHook('onRoute', ({ method, url }) => {
      const methods = this.patterns.get(url) ?? new Set();
      for (const one of [method].flat()) methods.add(one);
      this.patterns.set(url, methods);
    });
  }

  routes(): Route[] {
    return [...this.patterns].flatMap(([pattern, methods]) =>
      [...methods].map((method) => ({ method, pattern })),
    );
  }

  /** The methods that some route allows on this path; empty: the path is unknown. */
  methodsOf(path: string): string[] {
    const found = [...this.patterns].filter(([pattern]) => toRegExp(pattern).test(path));
    return [...new Set(found.flatMap(([, methods]) => [...methods]))].sort();
  }
}
