#!/usr/bin/env node
import { main } from '../dist/agent/main.js';

process.exit(await main(process.argv.slice(2)));
