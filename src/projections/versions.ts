import { BEFORE_ALL } from '../event-store/event-store.js';
import type { Database } from '../event-store/sqlite/sqlite.js';
import type { Checkpoints, StoredVersion } from './checkpoints.js';
import type { EngineLog } from './engine-log.js';
import type { Projection, TableNames } from './projection.js';

/** What the engine has to do with one projection: the version that answers queries, and the one to be built, if any. */
export interface Plan {
  readonly name: string;
  /** The views point here. Without `projection` there is no code for it any more: frozen, served until replaced. */
  readonly live: { readonly stored: StoredVersion; readonly projection: Projection | undefined };
  /** The newest version in the code, when it is not the live one yet. */
  readonly building?: { readonly stored: StoredVersion; readonly projection: Projection };
}

const LOGICAL_NAME = /^[a-z][a-z0-9_]*$/;
/** Names of the engine's and of SQLite's own tables begin like this. */
const OWN_NAME = /^(sqlite|projection)_/;

const physicalName = (table: string, version: number): string => `${table}_v${version}`;

export const tableNames = ({ tables, version }: Pick<Projection, 'tables' | 'version'>): TableNames =>
  Object.fromEntries(tables.map((table) => [table, physicalName(table, version)]));

const definitionOf = (projection: Projection): string => {
  const names = tableNames(projection);
  return [...projection.schema(names), ...projection.indexes(names)].join(';\n');
};

/** Mistakes in the list of projections, found before anything is touched. */
export const checkProjections = (projections: readonly Projection[]): void => {
  const owners = new Map<string, string>();
  const versions = new Set<string>();
  for (const { name, version, tables } of projections) {
    if (versions.has(`${name} ${version}`))
      throw new Error(`projection ${name} version ${version} is listed twice`);
    versions.add(`${name} ${version}`);
    for (const table of tables) {
      if (!LOGICAL_NAME.test(table) || /_v\d+$/.test(table) || OWN_NAME.test(table)) {
        throw new Error(`projection ${name}: ${table} can't be the name of a table`);
      }
      const owner = owners.get(table) ?? name;
      if (owner !== name) throw new Error(`table ${table} belongs to projection ${owner} and to ${name}`);
      owners.set(table, name);
    }
  }
};

/**
 * The versions of all projections in one database: which are in there, which one answers queries, and the switch from one
 * to the next. Every method changes the schema and wants to run in a transaction.
 */
export class Versions {
  constructor(
    private readonly db: Database,
    private readonly checkpoints: Checkpoints,
    private readonly log: EngineLog,
    private readonly indexes: 'withTables' | 'deferred',
  ) {}

  /** Brings the tables in line with the code: makes what is missing, drops what nothing needs. */
  reconcile(projections: readonly Projection[]): readonly Plan[] {
    this.checkpoints.restartUnmarked();
    const names = [...new Set(projections.map(({ name }) => name))];
    for (const stored of this.checkpoints.list()) if (!names.includes(stored.name)) this.drop(stored);
    return names.map((name) =>
      this.reconcileOne(
        name,
        projections.filter((projection) => projection.name === name),
      ),
    );
  }

  /** Forgets everything, for a log that is not the one the tables were filled from. */
  dropAll(): void {
    for (const stored of this.checkpoints.list()) this.drop(stored);
  }

  /** From here on queries read the tables of `next`; all other versions go. */
  switchTo(next: StoredVersion): void {
    for (const stored of this.checkpoints.list()) {
      if (stored.name === next.name && stored.version !== next.version) this.drop(stored);
    }
    this.makeLive(next);
  }

  createIndexes(projection: Projection): void {
    for (const statement of projection.indexes(tableNames(projection))) this.db.exec(statement);
  }

  private reconcileOne(name: string, coded: readonly Projection[]): Plan {
    const newest = coded.reduce((a, b) => (b.version > a.version ? b : a));
    const codeOf = (stored: StoredVersion): Projection | undefined =>
      coded.find(({ version }) => version === stored.version);
    const kept = this.checkpoints.list().filter((stored) => {
      if (stored.name !== name) return false;
      const code = codeOf(stored);
      const changed = code !== undefined && definitionOf(code) !== stored.definition;
      if (changed) {
        const { version } = stored;
        this.log.warn({ projection: name, version }, 'its tables changed without a new version: built anew');
      }
      const needed = !changed && (stored.live || stored.version === newest.version);
      if (!needed) this.drop(stored);
      return needed;
    });
    const live = kept.find((stored) => stored.live);
    const target = kept.find(({ version }) => version === newest.version) ?? this.create(newest);
    if (live === undefined) {
      this.makeLive(target);
      return { name, live: { stored: { ...target, live: true }, projection: newest } };
    }
    if (live.version === target.version) return { name, live: { stored: live, projection: newest } };
    return {
      name,
      live: { stored: live, projection: codeOf(live) },
      building: { stored: target, projection: newest },
    };
  }

  private create(projection: Projection): StoredVersion {
    const { name, version, tables } = projection;
    const names = tableNames(projection);
    for (const statement of projection.schema(names)) this.db.exec(statement);
    for (const table of tables) {
      const made = this.db
        .prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?")
        .get(names[table]);
      if (made === undefined) throw new Error(`projection ${name}: its schema does not make table ${table}`);
    }
    if (this.indexes === 'withTables') this.createIndexes(projection);
    const fresh = {
      name,
      version,
      position: BEFORE_ALL,
      live: false,
      tables,
      definition: definitionOf(projection),
    };
    return { ...fresh, id: this.checkpoints.add(fresh) };
  }

  private makeLive(stored: StoredVersion): void {
    for (const table of stored.tables) {
      this.db.exec(`DROP VIEW IF EXISTS ${table}`);
      this.db.exec(`CREATE VIEW ${table} AS SELECT * FROM ${physicalName(table, stored.version)}`);
    }
    this.checkpoints.makeLive(stored.id);
  }

  private drop({ id, tables, version, live }: StoredVersion): void {
    for (const table of tables) {
      if (live) this.db.exec(`DROP VIEW IF EXISTS ${table}`);
      this.db.exec(`DROP TABLE IF EXISTS ${physicalName(table, version)}`);
    }
    this.checkpoints.remove(id);
  }
}
