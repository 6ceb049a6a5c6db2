import { Budget } from './budget.ts';
import { errorCode, frameFlag, frameType, windowBytesMax } from './constants.ts';
import type { Core } from './core.ts';
import { Http2Fault } from './fault.ts';
import { readSettings, smallestTableBytes } from './settings.ts';
import { type StreamFaults, tooMany } from './stream-faults.ts';

const { protocolError, frameSizeError, flowControlError } = errorCode;

const priorityBytes = 5;
const pingBytes = 8;
/** Answers to PING and SETTINGS that may wait at once. */
const repliesMax = 1000;
const nothing = Buffer.alloc(0);

/** The frames that carry no part of a message (RFC 9113 6.3 to 6.9). */
export class Control {
  /** The peer has announced its settings. */
  settled = false;
  private readonly core: Core;
  private readonly faults: StreamFaults;
  private readonly pinged: (payload: Buffer) => void;
  private readonly asked: Budget | undefined;
  private replies = 0;

  /** `pinged`: a PING of ours was answered; the payload is lent. */
  constructor(core: Core, faults: StreamFaults, pinged: (payload: Buffer) => void) {
    this.core = core;
    this.faults = faults;
    this.pinged = pinged;
    const { controlPerSecond: most } = core.limits;
    this.asked = most === undefined ? undefined : new Budget(most, most);
  }

  /** The output has gone, and with it the answers to PING and SETTINGS. */
  flushed(): void {
    this.replies = 0;
  }

  windowUpdate(id: number, payload: Buffer): void {
    if (payload.length !== 4) {
      throw new Http2Fault(frameSizeError, 'WINDOW_UPDATE of a wrong length');
    }
    const octets = payload.readUInt32BE(0) & windowBytesMax;
    if (id === 0) this.widenConnection(octets);
    else this.widenStream(id, octets);
  }

  resetStream(id: number, payload: Buffer): void {
    if (payload.length !== 4) throw new Http2Fault(frameSizeError, 'RST_STREAM of a wrong length');
    if (id === 0) throw new Http2Fault(protocolError, 'RST_STREAM on the connection');
    const stream = this.core.streams.get(id);
    if (stream === undefined) {
      this.faults.assertNotIdle(id, 'RST_STREAM');
      return;
    }
    this.faults.countFutile();
    stream.remoteEnded = true;
    stream.close(false);
    stream.events.reset(payload.readUInt32BE(0));
  }

  settings(flags: number, id: number, payload: Buffer): void {
    if (id !== 0) throw new Http2Fault(protocolError, 'SETTINGS on a stream');
    if ((flags & frameFlag.ack) !== 0) {
      if (payload.length > 0) throw new Http2Fault(frameSizeError, 'SETTINGS with ACK and more');
      if (!this.settled) throw new Http2Fault(protocolError, 'no SETTINGS at the beginning');
      this.core.acknowledged();
      return;
    }
    const { core } = this;
    const settings = readSettings(payload);
    if (core.role === 'client' && settings.enablePush === 1) {
      throw new Http2Fault(protocolError, 'a server that wants to be pushed to');
    }
    this.settled = true;
    this.reply(frameType.settings, nothing);
    const tableBytes = smallestTableBytes(payload);
    if (tableBytes !== undefined) core.encoder.setTableBytesMax(tableBytes);
    core.apply(settings);
    core.owner.settings(core.remote);
  }

  ping(flags: number, id: number, payload: Buffer): void {
    if (id !== 0) throw new Http2Fault(protocolError, 'PING on a stream');
    if (payload.length !== pingBytes) {
      throw new Http2Fault(frameSizeError, 'PING of a wrong length');
    }
    if ((flags & frameFlag.ack) !== 0) this.pinged(payload);
    else this.reply(frameType.ping, payload);
  }

  goaway(id: number, payload: Buffer): void {
    if (id !== 0) throw new Http2Fault(protocolError, 'GOAWAY on a stream');
    if (payload.length < 8) throw new Http2Fault(frameSizeError, 'GOAWAY of a wrong length');
    const { core } = this;
    if (core.role === 'client') core.refuseBeyond(payload.readUInt32BE(0) & windowBytesMax);
    core.owner.goaway();
  }

  /** Nobody has to act on it any more (RFC 9113 5.3.2), but it must be in order. */
  priority(id: number, payload: Buffer): void {
    if (id === 0) throw new Http2Fault(protocolError, 'PRIORITY on the connection');
    if (payload.length !== priorityBytes) {
      this.faultOf(id, frameSizeError, 'PRIORITY of a wrong length');
    } else if ((payload.readUInt32BE(0) & windowBytesMax) === id) {
      this.faultOf(id, protocolError, 'a stream that depends on itself');
    }
  }

  private widenConnection(octets: number): void {
    const { core } = this;
    if (octets === 0) throw new Http2Fault(protocolError, 'WINDOW_UPDATE of nothing');
    core.sendWindow += octets;
    if (core.sendWindow > windowBytesMax) {
      throw new Http2Fault(flowControlError, 'a window beyond 2^31-1');
    }
    core.pump();
  }

  private widenStream(id: number, octets: number): void {
    const stream = this.core.streams.get(id);
    if (stream === undefined) {
      this.faults.assertNotIdle(id, 'WINDOW_UPDATE');
      return;
    }
    stream.sendWindow += octets;
    if (octets === 0) this.faults.end(stream, protocolError, 'WINDOW_UPDATE of nothing');
    else if (stream.sendWindow > windowBytesMax) {
      this.faults.end(stream, flowControlError, 'a window beyond 2^31-1');
    } else this.core.pumpStream(stream);
  }

  private faultOf(id: number, code: number, reason: string): void {
    const stream = this.core.streams.get(id);
    if (stream === undefined) throw new Http2Fault(code, reason);
    this.faults.end(stream, code, reason);
  }

  private reply(type: number, payload: Buffer): void {
    this.replies += 1;
    if (this.replies > repliesMax || this.asked?.take() === false)
      throw tooMany('PING or SETTINGS');
    this.core.writer.frame(type, frameFlag.ack, 0, payload);
    this.core.wake();
  }
}
