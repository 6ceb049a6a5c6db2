import type { Environment } from '../folders.ts';
import type { Io } from '../io.ts';
import type { Report } from '../session/report.ts';
import { reportAsJson } from '../session/report-json.ts';
import type { Subject } from '../session/subject.ts';
import { isGithub } from './annotations.ts';
import { reportToPipeline } from './report.ts';

/** How a pipeline is told: a line for each event, or JSON lines and what is worth an annotation. */
export const pipelineReporter = (
  io: Io,
  environment: Environment,
  json: boolean,
  subject: Subject,
): Report => {
  const github = isGithub(environment);
  const told = reportToPipeline(io, subject, { github, annotationsOnly: json });
  if (!json) return told;
  const lines = reportAsJson(io, subject);
  return {
    event: (event) => {
      lines.event(event);
      told.event(event);
    },
    end: (end) => {
      lines.end(end);
      told.end(end);
    },
  };
};
