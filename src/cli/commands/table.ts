import type { Command } from 'commander';
import type { Context } from '../context.ts';

/** What a command is made of; `exit` sets a code that is not simply 0. */
export type CommandParts = {
  readonly context: Context;
  /** The whole command line. */
  readonly argv: readonly string[];
  readonly exit: (code: number) => void;
};

/** What a command is made of, and the program that another command line would get. */
export type LoadParts = CommandParts & {
  readonly programOf: (argv: readonly string[]) => Promise<Command>;
};

/** A command as `byway --help` shows it, and how to get the rest, which only its user pays for. */
export type CommandEntry = {
  readonly name: string;
  readonly description: string;
  /** Not for people: neither shown, nor completed, nor described. */
  readonly hidden?: boolean;
  readonly load: (parts: LoadParts) => Promise<Command>;
};

/** All commands, in the order in which help shows them. */
export const commandTable: readonly CommandEntry[] = [
  {
    name: 'login',
    description: 'Check a token with a manager and keep it',
    load: async ({ context }) => (await import('./login.ts')).loginCommand(context),
  },
  {
    name: 'logout',
    description: 'Forget the token that is kept for a manager',
    load: async ({ context }) => (await import('./logout.ts')).logoutCommand(context),
  },
  {
    name: 'whoami',
    description: 'Show who you are to the manager, and your key, shortened',
    load: async ({ context }) => (await import('./whoami.ts')).whoamiCommand(context),
  },
  {
    name: 'intercept',
    description: 'Answer requests to a service on this machine: yours only, unless you say more',
    load: async ({ context, argv, exit }) =>
      (await import('./intercept.ts')).interceptCommand(context, argv, exit),
  },
  {
    name: 'leave',
    description: 'End intercepts; the services answer for themselves again',
    load: async ({ context }) => (await import('./leave.ts')).leaveCommand(context),
  },
  {
    name: 'up',
    description: 'Start the intercepts that byway.yaml names, over one tunnel',
    load: async ({ context, exit }) => (await import('./up.ts')).upCommand(context, exit),
  },
  {
    name: 'down',
    description: 'End what byway up started on this machine',
    load: async ({ context }) => (await import('./down.ts')).downCommand(context),
  },
  {
    name: 'pause',
    description: 'Let the pods answer everything for a while; sessions stay',
    load: async ({ context }) => (await import('./pause.ts')).pauseCommand(context),
  },
  {
    name: 'resume',
    description: 'Answer requests here again after a pause',
    load: async ({ context }) => (await import('./pause.ts')).resumeCommand(context),
  },
  {
    name: 'extend',
    description: 'Put off the end of intercepts that were begun with --for',
    load: async ({ context }) => (await import('./extend.ts')).extendCommand(context),
  },
  {
    name: 'list',
    description: 'List your intercepts',
    load: async ({ context }) => (await import('./list.ts')).listCommand(context),
  },
  {
    name: 'status',
    description: 'Show the manager, who you are, and how your intercepts do',
    load: async ({ context, exit }) => (await import('./status.ts')).statusCommand(context, exit),
  },
  {
    name: 'inspect',
    description: 'Show the requests that sessions of this machine answered, or one of them',
    load: async ({ context, exit }) => (await import('./inspect.ts')).inspectCommand(context, exit),
  },
  {
    name: 'replay',
    description: 'Send a recorded request again, to your port or to the original pod',
    load: async ({ context }) => (await import('./replay.ts')).replayCommand(context),
  },
  {
    name: 'diff',
    description: "Compare your answer to a recorded request with the original pod's",
    load: async ({ context, exit }) => (await import('./diff.ts')).diffCommand(context, exit),
  },
  {
    name: 'export',
    description: 'Write recorded requests in a form that other programs take',
    load: async ({ context }) => (await import('./export.ts')).exportCommand(context),
  },
  {
    name: 'explain',
    description: 'Say which rule takes a request, and why the others do not; sends nothing',
    load: async ({ context }) => (await import('./explain.ts')).explainCommand(context),
  },
  {
    name: 'curl',
    description: 'Run curl with your key on the request',
    load: async ({ context, exit }) => (await import('./curl.ts')).curlCommand(context, exit),
  },
  {
    name: 'assert',
    description: 'Check which requests came to an intercept of this machine, or fail with 8',
    load: async ({ context }) => (await import('./assert.ts')).assertCommand(context),
  },
  {
    name: 'wait',
    description: 'Wait for an intercept of this machine, or fail with 7',
    load: async ({ context }) => (await import('./wait.ts')).waitCommand(context),
  },
  {
    name: 'doctor',
    description: 'Check this machine, the way to the manager and your intercepts',
    load: async ({ context, exit }) => (await import('./doctor.ts')).doctorCommand(context, exit),
  },
  {
    name: 'token',
    description: 'Make, list and revoke tokens',
    load: async ({ context }) => (await import('./token.ts')).tokenCommand(context),
  },
  {
    name: 'playground',
    description: 'See it all work on this machine: a shop of three services, and a tour',
    load: async ({ context, exit }) =>
      (await import('./playground.ts')).playgroundCommand(context, exit),
  },
  {
    name: 'completion',
    description: 'Print a script that lets a shell complete commands, flags and names',
    load: async ({ context }) => (await import('./completion.ts')).completionCommand(context),
  },
  {
    name: '__complete',
    description: 'Called by shells',
    hidden: true,
    load: async ({ context, argv, programOf }) =>
      (await import('./completion.ts')).completeCommand(context, argv, programOf),
  },
  {
    name: 'session',
    description: 'Started by `byway intercept --detach`, and by nobody else',
    hidden: true,
    load: async ({ context, exit }) => (await import('./session.ts')).sessionCommand(context, exit),
  },
];
