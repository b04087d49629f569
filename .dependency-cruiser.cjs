// Which way the arrows run. Each folder's name says who may import it; this file enforces it.
const GROUND = '^lib/(?:[^/]+\\.ts$|embedded/)';
const TEST = '\\.test\\.tsx?$';

/** `from` may import these folders of ours, and nothing else of ours. */
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: from, pathNot: TEST },
  to: {
    path: '^(?:app|bench|components|lib|prisma|scripts|tests)/|^(?:server|renderer)\\.ts$',
    pathNot: [from, ...allowed],
  },
});

const packageOnlyIn = (name, packages, allowed) => ({
  name,
  severity: 'error',
  from: { path: '^(?:app|components|lib)/|^(?:server|renderer)\\.ts$', pathNot: [TEST, ...allowed] },
  to: { path: `^node_modules/(?:${packages})/` },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'contracts-know-zod-alone',
      severity: 'error',
      from: { path: '^lib/contracts/', pathNot: TEST },
      to: { pathNot: ['^lib/contracts/', '^node_modules/zod/'] },
    },
    only('ground-floor-knows-nobody-upstairs', GROUND, ['^lib/contracts/']),
    only('chat-is-the-domain', '^lib/chat/', ['^lib/contracts/', GROUND]),
    only('auth-is-the-domain', '^lib/auth/', ['^lib/contracts/', GROUND]),
    only('realtime-is-a-transport', '^lib/realtime/', ['^lib/(?:chat|auth|contracts)/', GROUND]),
    only('http-is-a-transport', '^lib/http/', ['^lib/(?:chat|auth|contracts)/', '^lib/i18n/locales\\.ts$', GROUND]),
    only('renderer-makes-pages', '^lib/renderer/', ['^lib/(?:chat|contracts)/', GROUND]),
    only('nodes-tell-each-other', '^lib/nodes/', ['^lib/(?:chat|contracts)/', GROUND]),
    only('backup-is-a-tool', '^lib/backup/', [GROUND]),
    only('doctor-is-a-tool', '^lib/doctor/', ['^lib/backup/', GROUND]),
    only('client-runs-in-browsers', '^lib/client/', ['^lib/contracts/']),
    only('i18n-knows-words-alone', '^lib/i18n/', ['^lib/(?:contracts|auth)/', '^messages/']),
    only('ui-knows-no-domain', '^components/ui/', ['^lib/i18n/']),
    only('components-show-what-the-client-knows', '^components/', ['^lib/(?:client|contracts|i18n)/', '^components/']),
    only('pages-read-through-commands', '^app/', ['^components/', '^lib/(?:http|auth|contracts|chat|i18n)/']),
    {
      name: 'realtime-is-composed-in-the-server',
      severity: 'error',
      from: { path: '^(?:app|components|lib)/', pathNot: ['^lib/realtime/', TEST] },
      to: { path: '^lib/realtime/' },
    },
    packageOnlyIn('next-stays-at-the-edge', 'next', [
      '^app/',
      '^components/',
      '^renderer\\.ts$',
      '^lib/auth/(?:next-auth|page-session)',
      '^lib/http/(?:form-state|answer-status|router-state)\\.ts$',
      '^lib/i18n/',
    ]),
    packageOnlyIn('sockets-stay-in-realtime', 'socket\\.io|engine\\.io|ws', ['^lib/realtime/']),
    packageOnlyIn('redis-stays-between-nodes', '@redis', ['^lib/(?:nodes|doctor)/']),
    packageOnlyIn('the-database-stays-in-the-domain', 'pg|@prisma/client', [
      '^lib/(?:chat|auth|embedded|backup|doctor)/',
      '^lib/[^/]+\\.ts$',
    ]),
    { name: 'nothing-undeclared', severity: 'error', from: {}, to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] } },
    { name: 'everything-resolves', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^generated/'] },
    exclude: { path: ['^\\.next/', '^build/', '^data/', '^screenshots/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
