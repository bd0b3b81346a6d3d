import { EpochLoop } from './epoch-loop';
import type { LoopParts } from './epoch-loop';

/** Epoch after epoch, from the resume point to the end of the plan or to somebody's wish to end. */
export class FitLoop<B> {
  readonly #parts: LoopParts<B>;
  readonly #epochs: EpochLoop<B>;

  constructor(parts: LoopParts<B>) {
    this.#parts = parts;
    this.#epochs = new EpochLoop(parts);
  }

  async run(): Promise<void> {
    const { progress, control, publisher } = this.#parts;
    publisher.sayWhatIsLeftOut();
    // A run that broke off after its last update has still to end that update's epoch.
    let more = !progress.isComplete() || progress.resumePoint.nextBatch > 0;
    // A run that was to end in the middle of an epoch, and broke off before it did, has to end that, too.
    let unfinished = progress.resumePoint.nextBatch > 0 && !control.isInterrupted();
    while (more && (unfinished || !control.isEnding())) {
      await this.#epochs.run();
      more = !progress.isComplete();
      unfinished = false;
    }
    // Stopped at an epoch's end: the last step's row was not known to be the last.
    if (!control.isInterrupted()) publisher.publishStep();
  }
}
