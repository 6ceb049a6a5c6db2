// Two network namespaces with a cable between them. Linux, as root, with `ip` and `iptables`.
import { execFileSync, spawnSync } from 'node:child_process';

const run = (...args) => execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
const has = (program) => spawnSync(program, ['-V'], { stdio: 'ignore' }).error === undefined;

/** Why there can be no such network here; undefined when there can. */
export const whyNoNetwork = () => {
  if (process.platform !== 'linux') return 'it needs network namespaces, which only Linux has';
  if (process.getuid() !== 0) return 'it makes network namespaces, so it has to run as root';
  const missing = ['ip', 'iptables', 'wrk'].filter((program) => !has(program));
  return missing.length === 0
    ? undefined
    : `there is no ${missing.join(', no ')} (Debian: iproute2, iptables, wrk)`;
};

/** A side of the network: `address` is its own, `inside` makes a command run there. */
const makeSide = (name, cable, address) => {
  run('netns', 'add', name);
  run('link', 'set', cable, 'netns', name);
  run('-n', name, 'addr', 'add', `${address}/24`, 'dev', cable);
  run('-n', name, 'link', 'set', cable, 'up');
  run('-n', name, 'link', 'set', 'lo', 'up');
  return { address, inside: ['ip', 'netns', 'exec', name] };
};

/** The cluster and the laptop; `remove` leaves nothing behind. */
export const makeNetwork = () => {
  const id = process.pid;
  const [cluster, laptop] = [`byway-cluster-${id}`, `byway-laptop-${id}`];
  const [near, far] = [`bw${id}c`, `bw${id}l`];
  run('link', 'add', near, 'type', 'veth', 'peer', 'name', far);
  const filter = (action) => {
    for (const [chain, flag] of [
      ['INPUT', '-i'],
      ['OUTPUT', '-o'],
    ]) {
      run('netns', 'exec', laptop, 'iptables', action, chain, flag, far, '-j', 'DROP');
    }
  };
  return {
    cluster: makeSide(cluster, near, '10.213.7.1'),
    laptop: makeSide(laptop, far, '10.213.7.2'),
    linkDown: () => run('-n', laptop, 'link', 'set', far, 'down'),
    linkUp: () => run('-n', laptop, 'link', 'set', far, 'up'),
    dropPackets: () => filter('-A'),
    passPackets: () => filter('-D'),
    remove: () => {
      for (const name of [cluster, laptop]) spawnSync('ip', ['netns', 'del', name]);
      spawnSync('ip', ['link', 'del', near], { stdio: 'ignore' });
    },
  };
};
