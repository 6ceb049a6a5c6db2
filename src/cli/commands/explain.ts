import { Command } from 'commander';
import type { MatchArguments } from '../arguments/match-arguments.ts';
import type { Context } from '../context.ts';
import type { RequestArguments } from '../explain/read-request.ts';
import { listOption, withMatchOptions } from './match-options.ts';
import { type CommonOptions, withCommonOptions, withExamples } from './options.ts';

export type ExplainOptions = CommonOptions &
  MatchArguments &
  RequestArguments & { readonly service?: string };

export const explainCommand = (context: Context): Command => {
  const command = new Command('explain')
    .usage('--curl COMMAND | --har FILE | --raw FILE | [METHOD] URL [-H HEADER] | rq_7   [rule]')
    .argument('[request...]', 'METHOD URL, or URL; or a recorded request, rq_7 or NAME/rq_7')
    .option('--curl <command>', 'a command line of curl in quotes, as browsers copy it')
    .option('--har <file>', 'a HAR file, as browsers export it')
    .option('--entry <n>', 'which entry of the HAR file, from 1')
    .option('--raw <file>', 'a request as on the wire, HTTP/1; - for standard input')
    .addOption(listOption('-H, --header <header>', 'with METHOD URL: a header, Name: value'))
    .option('--service <name>', 'the rules of that one; without it what the host names, or all');
  return withExamples(
    withCommonOptions(withMatchOptions(command)).action(
      (request: readonly string[], options: ExplainOptions) => explain(context, request, options),
    ),
    `byway explain --curl "curl shop/price/42 -H 'baggage: byway=KEY'"`,
    'byway explain rq_7',
    'byway explain --har shop.har --entry 3 --service pricing',
    "byway explain GET http://pricing/price/42 -H 'x-tenant: acme'",
    "byway explain GET /price -H 'x-tenant: acme' --http-header x-tenant=acme   one rule, offline",
  );
};

/** Explains with the manager's rules, or, when flags give one, with that rule and nobody else. */
export const explain = async (
  context: Context,
  words: readonly string[],
  options: ExplainOptions,
): Promise<void> => {
  const { io } = context;
  const [{ readRequest }, { ruleOf }] = await Promise.all([
    import('../explain/read-request.ts'),
    import('../explain/one-rule.ts'),
  ]);
  const { request, service: reached } = await readRequest(context, words, options);
  const rule = await ruleOf(context, options);
  if (rule !== undefined) {
    const { explainOneRule } = await import('../explain/one-rule.ts');
    const { oneRuleInWords } = await import('../explain/in-words.ts');
    const verdict = explainOneRule(rule, request);
    if (options.json === true)
      io.printJson({ request: { method: request.method, target: request.target }, ...verdict });
    else io.print(oneRuleInWords(io.paintData(), verdict));
    return;
  }
  const manager = await context.manager(options.manager);
  const { service = reached } = options;
  const explanation = await manager.explain({
    request,
    ...(service === undefined ? {} : { service }),
  });
  if (options.json === true) {
    io.printJson(explanation);
    return;
  }
  const { explanationInWords } = await import('../explain/in-words.ts');
  io.print(explanationInWords(io.paintData(), explanation));
};
