import type { Environment } from '../folders.ts';
import type { Io } from '../io.ts';
import { isGithub } from '../pipeline/annotations.ts';
import { reportToPipeline } from '../pipeline/report.ts';
import type { Report } from '../session/report.ts';
import { endAsJson, eventAsJson } from '../session/report-json.ts';
import { reportToPeople } from '../session/report-people.ts';
import type { Subject } from '../session/subject.ts';

/** How one of several intercepts is told of. */
export type NamedReporter = (io: Io, label: string, subject: Subject) => Report;

/** To people, in the log of a pipeline, or as lines of JSON, each with the name from the file. */
export const namedReporter = (
  environment: Environment,
  { ci, json }: { readonly ci: boolean; readonly json: boolean },
): NamedReporter => {
  if (json) return reportAsNamedJson;
  if (!ci) return (io, _label, subject) => reportToPeople(io, subject);
  const options = { github: isGithub(environment), annotationsOnly: false };
  return (io, label, subject) => reportToPipeline(io, { ...subject, name: label }, options);
};

const reportAsNamedJson: NamedReporter = (io, label, subject) => ({
  event: (event) =>
    io.printJson({ name: label, ...eventAsJson(subject, event), intercept: subject.name }),
  end: (end) => io.printJson({ name: label, ...endAsJson(end), intercept: subject.name }),
});
