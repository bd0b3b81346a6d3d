/** Where the ranks of a job find each other. */
export interface MeetingPlace {
  /** The host of rank 0. */
  readonly host: string;
  readonly port: number;
  /** A word that all ranks of the job share, and no other job has. */
  readonly token: string;
  /** Whether strangers may know the word as well: then what contradicts the ranks ends nothing (default `false`). */
  readonly open?: boolean;
}

/** What a rank tells the others, and where, and how long it waits for them. */
export interface Meeting {
  readonly place: MeetingPlace;
  readonly rank: number;
  readonly worldSize: number;
  /** Where this rank will listen for the others once training begins. */
  readonly ownPort: number;
  readonly joinSeconds: number;
}
