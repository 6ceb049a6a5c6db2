import type { Io } from '../cli/io.ts';
import { duration } from '../cli/wording/figures.ts';
import { endInWords } from './child.ts';
import type { Loss } from './children.ts';
import {
  managerName,
  type Shop,
  type ShopPorts,
  serviceNames,
  usualPorts,
} from './shop-processes.ts';
import type { Outcome, Step } from './tour.ts';

/** Tells what happens: to people, or as JSON lines when `json` is set. */
export type Narration = {
  readonly opening: (ports: ShopPorts) => void;
  readonly head: (number: number, step: Step) => void;
  readonly outcome: (number: number, outcome: Outcome) => void;
  /** A step was not as it must be, or a process ended; whoever called us tells people. */
  readonly failed: (problem: string) => void;
  readonly finished: (shop: Shop, milliseconds: number) => void;
  /** After the tour a process has ended that the shop needs. */
  readonly lost: (loss: Loss) => void;
};

export const createNarration = (io: Io, json: boolean): Narration =>
  json ? forPrograms(io) : forPeople(io);

const forPeople = (io: Io): Narration => ({
  opening: (ports) => {
    const way = serviceNames.map((name) => `${name} :${ports[name]}`).join('  →  ');
    io.say('Byway playground: a shop of three services on this machine.\n');
    io.say(`  ${way}        manager :${ports.manager}`);
    for (const name of [...serviceNames, 'manager'] as const) {
      if (ports[name] === usualPorts[name]) continue;
      io.say(`  Port ${usualPorts[name]} is taken, so ${name} is on ${ports[name]}.`);
    }
  },
  head: (number, { title, command }) => {
    const shown = io.paint().faint(`$ ${command}`);
    io.say(title === undefined ? `\n${number}  ${shown}` : `\n${number}  ${title}\n   ${shown}`);
  },
  outcome: (_, { lines }) => {
    for (const line of lines) io.say(`   ${line.replace(/\S*@laptop \(you\)/, io.paint().good)}`);
  },
  failed: () => {},
  finished: (_, milliseconds) => io.say(`\nAll five as expected, in ${duration(milliseconds)}.`),
  lost: ({ name, end }) => {
    io.warn(`${io.paint().warning('▲')} ${endInWords(name, end)}`);
    io.warn(`  ${consequenceOf(name)} Ctrl-C, then start the playground again.`);
  },
});

const consequenceOf = (name: string): string =>
  name === managerName
    ? 'The shop answers all requests; intercepts do nothing without it.'
    : 'What goes through it fails now.';

const forPrograms = (io: Io): Narration => {
  let step: number | undefined;
  return {
    opening: () => {},
    head: (number) => {
      step = number;
    },
    outcome: (_, { facts }) => io.printJson({ event: 'step', step, ok: true, ...facts }),
    failed: (problem) => io.printJson({ event: 'finished', ok: false, step, problem }),
    finished: ({ manager, ports }, milliseconds) => {
      const services = Object.fromEntries(
        serviceNames.map((name) => [name, `http://127.0.0.1:${ports[name]}`]),
      );
      const ms = Math.round(milliseconds);
      io.printJson({ event: 'finished', ok: true, ms, manager: manager.origin, services });
    },
    lost: ({ name, end: { code, signal } }) => io.printJson({ event: 'lost', name, code, signal }),
  };
};
