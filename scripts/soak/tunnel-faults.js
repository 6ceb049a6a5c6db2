// What happens to a tunnel, and what must follow from it. Each fault breaks something for so many
// seconds. Milliseconds: by `podMsMax` the pod must have answered for the laptop, by `againMsMax` after
// the cause was gone the laptop itself, and no request may have waited for longer than `waitMsMax`.
// A laptop that is started again counts from its start, a manager (`overOnceReady`) from when it listens.
import { once } from 'node:events';

const againMsMax = 3_000;
/** A death that is visible, and one that only silence tells of. */
const visible = { podMsMax: 300, againMsMax };
const silent = { podMsMax: 16_000, waitMsMax: 16_000, againMsMax };

const linkDown = {
  start: ({ network }) => network.linkDown(),
  end: ({ network }) => network.linkUp(),
};

export const faults = [
  { name: 'link down for 1 s', seconds: 1, againMsMax, ...linkDown },
  { name: 'link down for 8 s', seconds: 8, againMsMax, ...linkDown },
  { name: 'link down for 40 s', seconds: 40, ...silent, ...linkDown },
  {
    name: 'packets vanish for 25 s',
    seconds: 25,
    ...silent,
    start: ({ network }) => network.dropPackets(),
    end: ({ network }) => network.passPackets(),
  },
  {
    name: 'laptop stopped for 25 s',
    seconds: 25,
    ...silent,
    start: ({ session }) => session.kill('SIGSTOP'),
    end: ({ session }) => session.kill('SIGCONT'),
  },
  {
    name: 'manager stopped for 25 s',
    seconds: 25,
    ...silent,
    start: ({ manager }) => manager.kill('SIGSTOP'),
    end: ({ manager }) => manager.kill('SIGCONT'),
  },
  {
    name: 'laptop killed, restarted',
    seconds: 2,
    ...visible,
    start: ({ session }) => session.kill('SIGKILL'),
    end: async (running) => {
      running.session = await running.world.startLaptop();
    },
  },
  {
    name: 'manager killed, restarted',
    seconds: 2,
    ...visible,
    overOnceReady: true,
    start: async ({ manager }) => {
      manager.kill('SIGKILL');
      await once(manager, 'exit');
    },
    end: async (running) => {
      running.manager = await running.world.startManager();
    },
  },
];
