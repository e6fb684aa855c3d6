/** Who may import whom. `npm run boundaries` fails on any breach. */
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    rule(
      'domain-is-pure',
      'src/domain imports nothing but src/domain: no framework, no I/O, no clock, no random',
      { path: '^src/domain/', pathNot: '\\.spec\\.ts$' },
      { pathNot: '^src/domain/' },
    ),
    rule(
      'store-and-engine-know-no-aggregate',
      'event-store and projections see of the domain only its shared types and the event catalogue',
      { path: '^src/(event-store|projections)/' },
      { path: '^src/(domain/(?!shared/|events\\.ts$)|features|surfaces|platform)' },
    ),
    rule(
      'engine-knows-no-adapter',
      'projections talk to the event store port, not to an adapter',
      { path: '^src/projections/' },
      { path: '^src/event-store/(eventstoredb|sqlite/(?!sqlite\\.ts$))' },
    ),
    rule(
      'features-stand-alone',
      "a feature never reaches into another feature's internals; it may use what the other publishes in its index.ts",
      { path: '^src/features/([^/]+)/' },
      { path: '^src/features/', pathNot: ['^src/features/$1/', '^src/features/[^/]+/index\\.ts$'] },
    ),
    rule(
      'features-know-no-surface-and-no-adapter',
      'features import domain, the event store port, projections and platform',
      { path: '^src/features/' },
      { path: '^src/(surfaces/|event-store/(sqlite|eventstoredb)/|app\\.module|main)' },
    ),
    rule(
      'surfaces-are-skins',
      'surfaces import features and platform; of the domain only plain types and errors',
      { path: '^src/surfaces/' },
      { path: '^src/(event-store/|projections/|domain/(?!shared/|events\\.ts$)|app\\.module|main)' },
    ),
    rule(
      'surfaces-stand-apart',
      'two surfaces never import each other',
      { path: '^src/surfaces/([^/]+)/' },
      { path: '^src/surfaces/', pathNot: '^src/surfaces/$1/' },
    ),
    rule(
      'platform-is-the-floor',
      'platform imports neither features nor surfaces',
      { path: '^src/platform/' },
      { path: '^src/(features|surfaces|app\\.module|main)' },
    ),
    rule(
      'adapters-are-named-once',
      'only the place that opens the configured log names a store adapter',
      {
        path: '^src/',
        pathNot: '^src/(open-event-store\\.ts|event-store/(sqlite|eventstoredb)/|projections/)',
      },
      // sqlite.ts only loads the SQLite module; it is no adapter.
      { path: '^src/event-store/(sqlite/(?!sqlite\\.ts$)|eventstoredb/)' },
    ),
    rule(
      'class-validator-stays-in-surfaces',
      'validation decorators belong to the DTOs of a surface',
      { path: '^src/', pathNot: '^src/surfaces/' },
      { path: 'node_modules/class-(validator|transformer)' },
    ),
    rule(
      'nothing-imports-tests',
      'tests may import anything; nothing imports them',
      { path: '^src/', pathNot: '\\.spec\\.ts$' },
      { path: '^test/|\\.spec\\.ts$' },
    ),
    rule(
      'no-cycles',
      'a cycle hides who depends on whom',
      {},
      { circular: true, viaOnly: { pathNot: 'node_modules' } },
    ),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
