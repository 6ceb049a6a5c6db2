import type { Io } from '../io.ts';
import type { Report } from './report.ts';
import { reportAsJson } from './report-json.ts';
import { reportToPeople } from './report-people.ts';
import type { Subject } from './subject.ts';

/** How a session tells what happens: to programs or to people. */
export const reporter = (io: Io, json: boolean, subject: Subject): Report =>
  json ? reportAsJson(io, subject) : reportToPeople(io, subject);
