// The page's rules that need no browser, under names that a test can call.

export { body, counted, steps } from "./answers.ts";
export { checks, readCode, readFragment, readSession } from "./codes.ts";
export { delay } from "./patience.ts";
export { fetchForm, submit, trade } from "./wire.ts";
