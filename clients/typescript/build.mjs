// Builds the TypeScript client from an OpenAPI document: node build.mjs openapi.json FOLDER
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const web = resolve(here, '../../web');
const { default: openapiTS, astToString } = createRequire(join(web, 'package.json'))('openapi-typescript');
const [document, target] = process.argv.slice(2).map((path) => resolve(path));
const work = mkdtempSync(join(tmpdir(), 'tradewind-client-'));
cpSync(join(here, 'src'), work, { recursive: true });
cpSync(join(here, 'tsconfig.json'), join(work, 'tsconfig.json'));
writeFileSync(join(work, 'package.json'), '{"type": "module"}');

const head = '// Generated from the OpenAPI document. Do not edit.\n';
const tree = await openapiTS(pathToFileURL(document), { alphabetize: true, defaultNonNullable: false });
writeFileSync(join(work, 'schema.ts'), head + astToString(tree));
const addresses = Object.entries(JSON.parse(readFileSync(document, 'utf8')).paths).flatMap(([path, methods]) =>
  Object.entries(methods)
    .filter(([, operation]) => operation.operationId)
    .map(([method, { operationId }]) => [operationId, [method.toUpperCase(), path]]),
);
const table = JSON.stringify(Object.fromEntries(addresses.sort()), null, 2);
writeFileSync(
  join(work, 'addresses.ts'),
  `${head}export const addresses: Readonly<Record<string, readonly [string, string]>> = ${table};\n`,
);
const out = join(work, 'dist');
execFileSync(join(web, 'node_modules/.bin/tsc'), ['-p', work, '--outDir', out], { stdio: 'inherit' });
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
cpSync(out, target, { recursive: true });
rmSync(work, { recursive: true });
