#!/usr/bin/env node
import { main } from '../dist/manager/main.js';

await main(process.argv.slice(2));
