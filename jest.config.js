// Tests run on what the compiler emits (build/), so that worker threads and spawned processes are the very
// files that ship, and every test is type-checked before it runs.

// ESM-only packages that CommonJS dependencies load with require(): Node >= 20.19 allows it, Jest only from Node 24.9.
const REQUIRED_ESM = 'cookie|content-disposition';

/** @type {import('jest').Config} */
export default {
  roots: ['<rootDir>/build'],
  testEnvironment: 'node',
  testRegex: '\\.(spec|e2e-spec)\\.js$',
  setupFiles: ['reflect-metadata'],
  // A bound for what hangs, far above what anything takes: a busy machine must not make a test fail.
  testTimeout: 120_000,
  // The longest tests mostly wait for processes of their own: all cores for the others meanwhile. A worker keeps every
  // module of every suite that it has run, so one that has grown is replaced by a fresh one.
  maxWorkers: '100%',
  workerIdleMemoryLimit: '1GB',
  transformIgnorePatterns: [`/node_modules/(?!(${REQUIRED_ESM})/)`],
  transform: {
    [`/node_modules/(${REQUIRED_ESM})/.+\\.js$`]: ['@swc/jest', { jsc: { target: 'es2022' } }],
  },
};
