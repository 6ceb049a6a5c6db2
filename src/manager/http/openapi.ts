import { type ConversionConfig, toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema';
import { type ProblemCode, problemSchema, problemStatus } from '../../protocol/problem.ts';
import type { AnySchema, JsonRoute, Route } from './route.ts';

const conversion: ConversionConfig = {
  target: 'draft-2020-12',
  // What JSON Schema can't say, such as how many conditions there are in all.
  ignoreActions: ['check'],
  overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
};

type Json = Readonly<Record<string, unknown>>;

/** Problems that every route may answer, and those that come with a token and with a body. */
const always: readonly ProblemCode[] = ['bad_request', 'too_many', 'internal'];
const withToken: readonly ProblemCode[] = ['not_logged_in', 'token_expired', 'forbidden'];

/** The OpenAPI 3.1 document of a table of routes. `named` become its components. */
export const openApiOf = (
  routes: readonly Route[],
  named: Readonly<Record<string, AnySchema>>,
  version: string,
): Json => {
  const definitions = { ...named, Problem: problemSchema };
  const schemaOf = (schema: AnySchema): Json => {
    const { $schema: _, $defs: __, ...rest } = toJsonSchema(schema, { ...conversion, definitions });
    return rest;
  };
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const method = route.method.toLowerCase();
    paths[route.path] = { ...paths[route.path], [method]: operationOf(route, schemaOf) };
  }
  return {
    openapi: '3.1.1',
    info: { title: 'Byway manager', version },
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: componentsOf(definitions),
    },
  };
};

type SchemaOf = (schema: AnySchema) => Json;

const componentsOf = (definitions: Readonly<Record<string, AnySchema>>): Json =>
  toJsonSchemaDefs(definitions, conversion);

const operationOf = (route: Route, schemaOf: SchemaOf): Json => ({
  summary: route.summary,
  ...(route.kind === 'open' ? { security: [] } : {}),
  parameters: [
    ...pathParameters(route),
    ...queryParameters(route, schemaOf),
    ...headerParameters(route),
  ],
  ...(route.kind === 'json' && route.body !== undefined
    ? { requestBody: { required: true, content: json(schemaOf(route.body)) } }
    : {}),
  responses: { ...answersOf(route, schemaOf), ...problemsOf(route, schemaOf) },
});

const pathParameters = ({ path }: Route): readonly Json[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));

const queryParameters = (route: Route, schemaOf: SchemaOf): readonly Json[] => {
  if (!('query' in route) || route.query === undefined) return [];
  const { properties } = schemaOf(route.query as NonNullable<JsonRoute['query']>);
  return Object.entries(properties as Json).map(([name, schema]) => ({
    name,
    in: 'query',
    schema,
  }));
};

const headerParameters = (route: Route): readonly Json[] =>
  route.kind !== 'upgrade'
    ? []
    : Object.entries(route.headers).map(([name, description]) => ({
        name,
        in: 'header',
        description,
        schema: { type: 'string' },
      }));

const answersOf = (route: Route, schemaOf: SchemaOf): Json => {
  if (route.kind === 'upgrade')
    return { 101: { description: 'The connection is HTTP/2 from here.' } };
  if (route.kind === 'events') {
    const content = {
      'text/event-stream': { schema: { type: 'string' }, 'x-event-data': schemaOf(route.event) },
    };
    return { 200: { description: 'Server-sent events; each has its type as its name.', content } };
  }
  const answers = Object.entries(route.answers).map(([status, schema]) => [
    status,
    { description: 'Done.', ...(schema === null ? {} : { content: json(schemaOf(schema)) }) },
  ]);
  return Object.fromEntries(answers);
};

const problemsOf = (route: Route, schemaOf: SchemaOf): Json => {
  const codes = [
    ...always,
    ...(route.kind === 'open' ? [] : withToken),
    ...('body' in route ? (['too_large'] as const) : []),
    ...route.problems,
  ];
  const content = { 'application/problem+json': { schema: schemaOf(problemSchema) } };
  const statuses = new Set(codes.map((code) => problemStatus[code]));
  return Object.fromEntries(
    [...statuses].map((status) => {
      const here = codes.filter((code) => problemStatus[code] === status);
      return [status, { description: [...new Set(here)].join(', '), content }];
    }),
  );
};

const json = (schema: Json): Json => ({ 'application/json': { schema } });
