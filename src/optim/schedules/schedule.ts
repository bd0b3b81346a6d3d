/** A learning rate as a function of the optimiser updates done before: the first update sees 0. */
export type Schedule = (step: number) => number;
