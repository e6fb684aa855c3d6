import { Injectable } from '@nestjs/common';
import type { Caller } from '../../domain/shared/caller.js';
import { governsAll } from '../../domain/workspace/access.js';
import { workspaceNotFound } from '../../domain/workspace/refusals.js';
import { ReadModels } from '../../projections/projection.js';
import { rowToView, type WorkspaceRow, type WorkspaceView } from './workspace.view.js';

const numbersOf = (kind: 'model' | 'pipeline'): string =>
  `(SELECT json_group_array(number) FROM (
     SELECT number FROM workspace_links l WHERE l.workspace_id = w.workspace_id AND kind = '${kind}' ORDER BY number
   )) AS ${kind}s`;

/** What a {@link WorkspaceRow} is made of; the workspaces stand there as `w`. */
export const WORKSPACE_COLUMNS = `w.*, ${numbersOf('model')}, ${numbersOf('pipeline')}`;

/** SQLite may end a text at its first NUL; nothing is kept under an id or a name that has one. */
export const canBeStored = (text: string): boolean => !text.includes('\0');

/** Look-ups of one workspace in the read model. */
@Injectable()
export class WorkspaceReader {
  constructor(private readonly readModels: ReadModels) {}

  /** @throws DomainError `workspace-not-found` when there is none, or none that the caller may see */
  get(workspaceId: number, caller: Caller): WorkspaceView {
    const row = this.readModels.get<WorkspaceRow>(
      `SELECT ${WORKSPACE_COLUMNS} FROM workspaces w WHERE workspace_id = ?`,
      workspaceId,
    );
    if (row === undefined || !this.maySee(workspaceId, caller)) throw workspaceNotFound(workspaceId);
    return rowToView(row);
  }

  maySee(workspaceId: number, caller: Caller): boolean {
    if (governsAll(caller)) return true;
    const sql = 'SELECT 1 FROM workspace_members WHERE workspace_id = ? AND user_id = ?';
    return caller.userId !== null && this.readModels.get(sql, workspaceId, caller.userId) !== undefined;
  }
}
