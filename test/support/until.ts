/** Resolves once `satisfied` holds; looks again with each turn of the event loop. */
export const until = async (
  satisfied: () => boolean | Promise<boolean>,
  what = 'the condition',
  milliseconds = 10_000,
): Promise<void> => {
  const end = Date.now() + milliseconds;
  while (!(await satisfied())) {
    if (Date.now() > end) throw new Error(`${what} did not come about`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
