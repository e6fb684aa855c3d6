import type { ArtifactKind } from '../../domain/artifact/artifact.events.js';
import type { LinkableKind } from '../../domain/workspace/links.js';
import type {
  ProjectedEvent,
  Projection,
  ProjectionHandlers,
  TableNames,
} from '../../projections/projection.js';

type Database = Parameters<Projection['handlers']>[0];
type LinkEvent = ProjectedEvent<
  'WorkspaceModelLinked' | 'WorkspaceModelUnlinked' | 'WorkspacePipelineLinked' | 'WorkspacePipelineUnlinked'
>;

/**
 * What workspaces say is linked to them; where models and pipelines say that they belong; and, of those, the ones whose
 * links say something else, since when and because of which event.
 */
export const linkTables = ['workspace_links', 'workspace_artifacts', 'unsettled_links'] as const;

export const linkSchema = ({
  workspace_links,
  workspace_artifacts,
  unsettled_links,
}: TableNames): string[] => [
  `CREATE TABLE ${workspace_links} (
    workspace_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    number INTEGER NOT NULL,
    artifact_id TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (workspace_id, kind, number)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE ${workspace_artifacts} (
    kind TEXT NOT NULL,
    artifact_id TEXT NOT NULL,
    workspace_id INTEGER,
    number INTEGER NOT NULL,
    PRIMARY KEY (kind, artifact_id)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE ${unsettled_links} (
    kind TEXT NOT NULL,
    artifact_id TEXT NOT NULL,
    since TEXT NOT NULL,
    event_id TEXT NOT NULL,
    correlation_id TEXT NOT NULL,
    PRIMARY KEY (kind, artifact_id)
  ) STRICT, WITHOUT ROWID`,
];

export const linkIndexes = ({ workspace_links, unsettled_links }: TableNames): string[] => [
  `CREATE INDEX ${workspace_links}_of_artifact ON ${workspace_links} (kind, artifact_id)`,
  `CREATE INDEX ${unsettled_links}_oldest ON ${unsettled_links} (since)`,
];

const isLinkable = (kind: ArtifactKind): kind is LinkableKind => kind === 'model' || kind === 'pipeline';

export const linkHandlers = (
  db: Database,
  { workspace_links, workspace_artifacts, unsettled_links }: TableNames,
  moveWorkspace: (event: LinkEvent) => void,
) => {
  const link = db.prepare(`INSERT INTO ${workspace_links} VALUES (?, ?, ?, ?, ?)`);
  const unlink = db.prepare(
    `DELETE FROM ${workspace_links} WHERE workspace_id = ? AND kind = ? AND number = ?`,
  );
  const register = db.prepare(`INSERT INTO ${workspace_artifacts} VALUES (?, ?, ?, ?)`);
  const artifact = 'WHERE kind = ? AND artifact_id = ?';
  const move = db.prepare(`UPDATE ${workspace_artifacts} SET workspace_id = ? ${artifact}`);
  const withdraw = db.prepare(`DELETE FROM ${workspace_artifacts} ${artifact}`);
  const place = 'SELECT workspace_id, number FROM';
  // What only one side has: nothing, when the links say what the artifact says.
  const difference = db.prepare(
    `SELECT count(*) AS differences FROM (
       ${place} ${workspace_links} ${artifact}
       UNION ALL ${place} ${workspace_artifacts} ${artifact} AND workspace_id IS NOT NULL
     ) GROUP BY workspace_id, number HAVING count(*) = 1 LIMIT 1`,
  );
  const note = db.prepare(
    `INSERT INTO ${unsettled_links} VALUES (?, ?, ?, ?, ?) ON CONFLICT (kind, artifact_id) DO NOTHING`,
  );
  const settled = db.prepare(`DELETE FROM ${unsettled_links} ${artifact}`);

  const compare = (kind: LinkableKind, artifactId: string, { id, metadata }: ProjectedEvent): void => {
    if (difference.get(kind, artifactId, kind, artifactId) === undefined) settled.run(kind, artifactId);
    else note.run(kind, artifactId, metadata.occurredAt, id, metadata.correlationId);
  };

  const linked = (kind: LinkableKind, wanted: boolean) => (event: LinkEvent) => {
    const { workspaceId, number, artifactId, name } = event.data;
    if (wanted) link.run(workspaceId, kind, number, artifactId, name);
    else unlink.run(workspaceId, kind, number);
    moveWorkspace(event);
    compare(kind, artifactId, event);
  };

  return {
    WorkspaceModelLinked: linked('model', true),
    WorkspaceModelUnlinked: linked('model', false),
    WorkspacePipelineLinked: linked('pipeline', true),
    WorkspacePipelineUnlinked: linked('pipeline', false),
    ArtifactRegistered: (event) => {
      const { kind, artifactId, workspaceId, number } = event.data;
      if (!isLinkable(kind) || number === null) return;
      register.run(kind, artifactId, workspaceId, number);
      compare(kind, artifactId, event);
    },
    ArtifactChanged: (event) => {
      const { kind, artifactId, after } = event.data;
      if (!isLinkable(kind)) return;
      move.run(after.workspaceId, kind, artifactId);
      compare(kind, artifactId, event);
    },
    ArtifactWithdrawn: (event) => {
      const { kind, artifactId } = event.data;
      if (!isLinkable(kind)) return;
      withdraw.run(kind, artifactId);
      compare(kind, artifactId, event);
    },
  } satisfies ProjectionHandlers;
};
