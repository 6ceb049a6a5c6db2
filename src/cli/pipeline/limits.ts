/** Seconds that an intercept of a pipeline lives on without its session, whose runner may be gone. */
export const withoutSessionSeconds = 60;
