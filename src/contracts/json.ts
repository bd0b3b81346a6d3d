/**
 * A value that survives `parseJson(jsonText(value))` unchanged. Numbers are all of JavaScript's: also NaN, the infinities
 * and -0.
 */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
