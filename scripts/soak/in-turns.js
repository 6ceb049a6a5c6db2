/** Does `act` for each item, in their order, at most `width` at once. */
export const inTurns = async (items, act, width = 1) => {
  const rest = [...items];
  const work = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await act(item);
  };
  await Promise.all(Array.from({ length: width }, work));
};
