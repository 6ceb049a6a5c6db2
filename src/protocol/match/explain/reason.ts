/** Stable for programs. */
export type ReasonCode =
  | 'absent'
  | 'other_value'
  | 'wrong_case'
  | 'name_case'
  | 'blanks'
  | 'several_lines'
  | 'not_first'
  | 'truncated'
  | 'in_tracestate'
  | 'in_property'
  | 'hidden_by_header'
  | 'wrong_carrier'
  | 'part_only'
  | 'taken_literally'
  | 'encoded'
  | 'trailing_slash'
  | 'malformed'
  | 'not_utf8'
  | 'not_grpc';

/** Why a predicate is not met, with a sentence that holds no value of the request. */
export type Reason = { readonly code: ReasonCode; readonly text: string };

export const reason = (code: ReasonCode, text: string): Reason => ({ code, text });
