import { join } from 'node:path';
import { loadConfig } from '../platform/config/load-config.js';
import { copyReadModels } from '../projections/snapshot.js';
import { makeFile } from './make-file.js';
import { onlyArgument, runCommand, tell } from './terminal.js';

const USAGE = `npm run snapshot -- <file>

Copies the read models in DATA_DIR, while the service that feeds them runs. As the read-models.db of a new replica the copy
spares it to read the log from its beginning.`;

await runCommand('No snapshot was taken', async () => {
  const path = onlyArgument(USAGE);
  const { dataDir } = loadConfig(process.env);
  const copied = await makeFile(path, (file) => copyReadModels(join(dataDir, 'read-models.db'), file));
  for (const { name, version, position } of copied)
    tell(`${name} version ${version} at position ${position}`);
  tell(`Copied to ${path}; it holds names of people, so keep it as safe as the log`);
});
