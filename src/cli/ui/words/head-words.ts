import { duration, timeLeft } from '../../wording/figures.ts';
import { plain } from '../../wording/plain.ts';
import type { Head, Tone } from '../model/model.ts';

type Words = { readonly text: string; readonly tone: Tone };

/** The state, with its sign and a word: `● active`. */
export const stateInWords = ({ state, because, tunnel, listening }: Head): Words => {
  if (state === 'ending') return { text: '○ ending', tone: 'warning' };
  if (state === 'ended') return { text: '○ ended', tone: 'warning' };
  if (tunnel?.state === 'reconnecting') return { text: '▲ reconnecting', tone: 'warning' };
  if (state === 'paused') {
    return { text: `‖ paused${because === null ? '' : ` by ${plain(because)}`}`, tone: 'warning' };
  }
  if (state === 'not_ready') return { text: '▲ not ready', tone: 'warning' };
  if (state === 'disconnected') return { text: '○ disconnected', tone: 'warning' };
  if (state === 'starting') return { text: '○ starting', tone: 'faint' };
  if (listening === false) return { text: '▲ nothing listens', tone: 'warning' };
  return { text: '● active', tone: 'good' };
};

/** What is left of the lease: `23 m left of 45 m`; empty without an end. */
export const leaseInWords = ({ createdAt, expiresAt }: Head, now: number): string => {
  if (expiresAt === null) return '';
  const end = new Date(expiresAt);
  const left = `${timeLeft(end, new Date(now))} left`;
  return createdAt === null ? left : `${left} of ${timeLeft(end, new Date(createdAt))}`;
};

/** How requests come: `tunnel h2/tls 12 ms`, or when the next attempt is. */
export const wayInWords = ({ tunnel, transport }: Head): Words => {
  if (tunnel === null) return { text: '', tone: 'faint' };
  if (tunnel.state === 'reconnecting') {
    const wait = duration(tunnel.retryInMs ?? 0);
    return { text: `attempt ${tunnel.attempt ?? 1} in ${wait}`, tone: 'warning' };
  }
  const name = `tunnel h2${transport === null ? '' : `/${plain(transport)}`}`;
  const trip = tunnel.latencyMs === null ? '' : ` ${duration(tunnel.latencyMs)}`;
  if (tunnel.state === 'late') return { text: `${name} does not answer`, tone: 'warning' };
  if (tunnel.state === 'connecting') return { text: 'connecting', tone: 'faint' };
  return { text: name + trip, tone: 'plain' };
};

/** What the state means for traffic, when that is not as wanted; null when it is. */
export const meaningInWords = ({
  state,
  because,
  tunnel,
  listening,
  target,
  name,
}: Head): Words | null => {
  if (state === 'ending') {
    return {
      text: 'Ending: what runs may finish, 5 s at most. Ctrl-C again stops now.',
      tone: 'warning',
    };
  }
  if (state === 'ended') return { text: `${name} serves its own traffic again.`, tone: 'warning' };
  if (tunnel?.state === 'reconnecting') {
    return {
      text: 'The tunnel is lost. The pod answers your requests meanwhile.',
      tone: 'warning',
    };
  }
  if (state === 'paused') return { text: 'Paused: the pod answers. p: resume.', tone: 'warning' };
  if (state === 'not_ready') {
    const why = because === null ? '' : `: ${plain(because)}`;
    return { text: `The way to you could not be proved again${why}`, tone: 'warning' };
  }
  if (state === 'disconnected') {
    return { text: 'Its session is not connected. The pod answers.', tone: 'warning' };
  }
  if (listening === false) {
    return {
      text: `Nothing listens on ${target}. The pod answers until it does.`,
      tone: 'warning',
    };
  }
  return null;
};
