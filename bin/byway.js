#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { main } from '../dist/cli/main.js';

await main(process.argv.slice(2), {
  program: fileURLToPath(import.meta.url),
  playground: () => import('../dist/playground/command.js'),
});
