/** Another constant that says what it is. */
export const other = 3;
