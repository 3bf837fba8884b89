/** Who may import whom; docs/ARCHITECTURE.md says why. @type {import('dependency-cruiser').IConfiguration} */
const room = (name) => `^src/${name}/`;
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: '^src/', pathNot: allowed },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'pure-rooms-know-nothing',
      comment: 'net, cni, whereabouts and nad are pure: no Node, no oclif, no client, no package.',
      severity: 'error',
      from: { path: '^src/(net|cni|whereabouts|nad)/' },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-no-pkg'] },
    },
    only('net-alone', room('net'), [room('net')]),
    only('cni-alone', room('cni'), [room('cni')]),
    only('whereabouts-on-net', room('whereabouts'), [room('whereabouts'), room('net'), room('cni')]),
    only('nad-on-cni', room('nad'), [room('nad'), room('net'), room('cni'), room('whereabouts')]),
    only(
      'operations-know-interfaces-only',
      '^src/(pools|reconcile)/',
      [
        '^src/(pools|reconcile|nad|whereabouts|cni|net)/',
        '^src/cluster/(port|writer|resources|fields)\\.ts$',
        '^src/errors\\.ts$',
      ],
      'Operations take ports and plain options; they know neither flags, terminals nor the client.',
    ),
    {
      name: 'pools-below-reconcile',
      severity: 'error',
      from: { path: room('pools') },
      to: { path: room('reconcile') },
    },
    {
      name: 'operations-need-no-package',
      severity: 'error',
      from: { path: '^src/(pools|reconcile)/' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-no-pkg'] },
    },
    only(
      'journal-keeps-files',
      room('journal'),
      [room('journal'), '^src/reconcile/journal\\.ts$', '^src/errors\\.ts$'],
      'The journal room touches the disk for the port and the records that reconcile/journal defines.',
    ),
    {
      name: 'journal-needs-no-package',
      severity: 'error',
      from: { path: room('journal') },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-no-pkg'] },
    },
    only('cluster-serves', room('cluster'), [room('cluster'), '^src/errors\\.ts$']),
    only('render-takes-data', room('render'), [
      room('render'),
      room('net'),
      '^src/(pools|reconcile|whereabouts)/',
      '^src/errors\\.ts$',
    ]),
    {
      name: 'render-takes-types-only',
      comment: 'Renderers show what operations return; they never call them.',
      severity: 'error',
      from: { path: room('render') },
      to: {
        path: '^src/(pools|reconcile)/',
        dependencyTypesNot: ['type-only'],
        pathNot: '^src/reconcile/verdict\\.ts$',
      },
    },
    only('cli-below-commands', room('cli'), [
      room('cli'),
      room('render'),
      '^src/cluster/(open|options|port)\\.ts$',
      '^src/pools/inventory\\.ts$',
      '^src/whereabouts/objects\\.ts$',
      '^src/errors\\.ts$',
    ]),
    {
      name: 'client-only-live',
      comment: 'The Kubernetes client is loaded by what talks to an API server, and by nothing else.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cluster/live/' },
      to: { path: '@kubernetes/client-node' },
    },
    {
      name: 'sources-lazily',
      comment: 'Live reading and snapshots are loaded when they are opened.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cluster/(live|snapshot)/' },
      to: { path: '^src/cluster/(live|snapshot)/', dependencyTypesNot: ['dynamic-import'] },
    },
    {
      name: 'oclif-in-the-shell',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(cli|commands)/' },
      to: { path: '@oclif' },
    },
    {
      name: 'nobody-imports-commands',
      severity: 'error',
      from: { pathNot: '^src/commands/' },
      to: { path: '^src/commands/' },
    },
    { name: 'no-tests-in-src', severity: 'error', from: { path: '^src/' }, to: { path: '^(test|bench|scripts)/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      extensions: ['.ts', '.js'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
