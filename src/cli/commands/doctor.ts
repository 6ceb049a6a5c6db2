import { Command } from 'commander';
import { exitCodes } from '../../base/exit-codes.ts';
import type { Context } from '../context.ts';
import type { Finding, Verdict } from '../doctor/check.ts';
import type { Paint } from '../paint.ts';
import { type CommonOptions, withCommonOptions, withExamples } from './options.ts';

export const doctorCommand = (context: Context, exit: (code: number) => void): Command =>
  withExamples(
    withCommonOptions(new Command('doctor')).action(async (options: CommonOptions) =>
      exit(await doctor(context, options)),
    ),
    'byway doctor',
    'byway doctor --json',
  );

/** Returns 0, or 1 when something failed; warnings and what was skipped don't count. */
export const doctor = async (context: Context, options: CommonOptions): Promise<number> => {
  const [{ runChecks }, { checksOf }, { createPatient }] = await Promise.all([
    import('../doctor/check.ts'),
    import('../doctor/checks.ts'),
    import('../doctor/patient.ts'),
  ]);
  const { io } = context;
  const findings = await io.progress.during(
    'Checking',
    runChecks(checksOf(createPatient(context, options.manager))),
  );
  const count = (wanted: Verdict): number =>
    findings.filter(({ verdict }) => verdict === wanted).length;
  const failed = count('fail');
  if (options.json === true) {
    const { programVersion } = await import('../../base/version.ts');
    const counts = { pass: count('pass'), warn: count('warn'), fail: failed, skip: count('skip') };
    io.printJson({ ok: failed === 0, version: programVersion(), counts, checks: findings });
  } else {
    for (const finding of findings) io.print(inWords(io.paintData(), finding));
  }
  const all = `${findings.length} checks`;
  io.say(failed === 0 ? `Nothing of ${all} failed.` : `${failed} of ${all} failed.`);
  return failed === 0 ? exitCodes.ok : exitCodes.error;
};

const nameColumns = 13;

const inWords = (paint: Paint, { name, verdict, detail, advice }: Finding): string => {
  const tones = { pass: paint.good, warn: paint.warning, fail: paint.bad, skip: paint.faint };
  const line = `${tones[verdict](verdict.toUpperCase())}  ${name.padEnd(nameColumns)}  ${detail}`;
  const indent = ' '.repeat(nameColumns + 8);
  return advice === undefined ? line : `${line}\n${advice.replace(/^/gm, indent)}`;
};
