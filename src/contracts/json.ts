/** A value that survives `parseJson(jsonText(value))` unchanged. Numbers include NaN, the infinities and -0. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
