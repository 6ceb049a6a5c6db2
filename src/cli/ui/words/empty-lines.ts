import type { Line, Model } from '../model/model.ts';

/** What to do while there is nothing in the list. */
export const emptyLines = (model: Model): readonly Line[] => {
  const { head, rows, filter, typing, sees } = model;
  if (!sees) {
    return [
      plain(`Requests to ${head.name} are answered on ${head.target}.`),
      faint('They are shown on that laptop and nowhere else.'),
    ];
  }
  if (rows.length > 0) {
    return [plain(`No request fits "${typing ?? filter}".`), faint('Esc shows all of them again.')];
  }
  if (!head.personal) {
    return [
      plain('No request has come yet. Those that match come to you:'),
      plain(`  ${head.match}`),
      plain(''),
      faint('Which rule takes a request:   byway explain'),
    ];
  }
  return [
    plain('No request has come yet. Send one with your key:'),
    plain(''),
    plain('  byway curl URL'),
    plain(''),
    faint('Or send it yourself, as header or as baggage member; it is carried on to'),
    faint(`${head.name} by services that pass these on:`),
    plain(''),
    plain('  x-byway-id: KEY        baggage: byway=KEY'),
    plain(''),
    faint('byway whoami shows the two ends of your key.'),
  ];
};

const plain = (text: string): Line => ({ text, tone: 'plain' });
const faint = (text: string): Line => ({ text, tone: 'faint' });
