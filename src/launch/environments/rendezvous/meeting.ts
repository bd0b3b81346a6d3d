/** The place where the ranks of a job find each other. */
export interface MeetingPlace {
  /** The host of rank 0. */
  readonly host: string;
  readonly port: number;
  /** A word shared by all ranks of the job and by no other job. */
  readonly token: string;
  /** Whether strangers may also know the word, so that a contradiction does not end the meeting (default `false`). */
  readonly open?: boolean;
}

/** What a rank tells the others, where, and how long it waits for them. */
export interface Meeting {
  readonly place: MeetingPlace;
  readonly rank: number;
  readonly worldSize: number;
  /** Where this rank will listen for the others once training starts. */
  readonly ownPort: number;
  readonly joinSeconds: number;
}
